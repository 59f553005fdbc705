package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/gateway"
	"github.com/weirgraph/weir/ingest/resource"
)

// Linkerd reads Linkerd's permissions and its own form of routes.
var Linkerd = &document.Reader{
	Name:  "linkerd",
	Doc:   "Linkerd: permissions to call servers, routes between services, and the policies of calls",
	Reads: linkerdKinds.Names(),
	Match: linkerdKinds.Match("policy.linkerd.io", "linkerd.io", "workload.linkerd.io", "multicluster.linkerd.io"),
	Read:  linkerdKinds.Read,
}

var linkerdKinds = resource.Kinds{
	"Server":                linkerdServer,
	"ServerAuthorization":   serverAuthorization,
	"AuthorizationPolicy":   linkerdAuthorization,
	"MeshTLSAuthentication": meshIdentities,
	"HTTPRoute":             gateway.ApiRoute,
	"GRPCRoute":             gateway.ApiRoute,
	"ExternalWorkload":      externalWorkload,

	"NetworkAuthentication":    nil,
	"HTTPLocalRateLimitPolicy": linkerdRateLimit,
	"EgressNetwork":            nil,
	"ServiceProfile":           serviceProfile,
	"Link":                     nil,
}

// linkerdServer reads a Server: a port of the workloads it selects, which
// permissions name.
func linkerdServer(r *resource.Object) {
	for _, key := range []string{"podSelector", "externalWorkloadSelector"} {
		selector := r.Mapping(r.Spec, key)
		if sel := r.SelectorAt(selector); !sel.IsZero() {
			r.Member(r.Ref(), r.PodsOf(sel), selector)
		}
	}
}

// serverAuthorization reads the identities that may call one Server.
func serverAuthorization(r *resource.Object) {
	server := r.Mapping(r.Spec, "server")
	name := r.Text(server, "name")
	if name == "" {
		if server.Get("selector").Exists() {
			r.Problem(graph.Note, server, "name the Server, or use an AuthorizationPolicy",
				"ServerAuthorization %q selects Servers by labels, which weir does not resolve", r.Name)
		}
		return
	}
	to := r.Group("Server", "", name)
	client := r.Mapping(r.Spec, "client", "meshTLS")
	for _, account := range r.List(client, "serviceAccounts") {
		linkerdPermit(r, r.Account(account.Get("namespace").Str(), account.Get("name").Str()), to, account)
	}
	for _, identity := range r.List(client, "identities") {
		linkerdPermit(r, linkerdIdentity(r, identity.Str()), to, identity)
	}
}

// linkerdAuthorization reads whom an AuthorizationPolicy lets call its target. A
// target that is a whole namespace proves no pair.
func linkerdAuthorization(r *resource.Object) {
	target := r.Mapping(r.Spec, "targetRef")
	switch r.Text(target, "kind") {
	case "Server", "HTTPRoute", "GRPCRoute":
	default:
		return
	}
	to := r.Group(target.Get("kind").Str(), "", r.Text(target, "name"))
	if to.Group.IsZero() {
		return
	}
	for _, ref := range r.List(r.Spec, "requiredAuthenticationRefs") {
		name, namespace := r.Text(ref, "name"), r.Text(ref, "namespace")
		switch {
		case name == "":
		case ref.Get("kind").Str() == "ServiceAccount":
			linkerdPermit(r, r.Account(namespace, name), to, ref)
		case ref.Get("kind").Str() == "MeshTLSAuthentication":
			linkerdPermit(r, r.Group("MeshTLSAuthentication", namespace, name), to, ref)
		}
	}
}

// meshIdentities reads the accounts that a MeshTLSAuthentication lists.
func meshIdentities(r *resource.Object) {
	for _, identity := range r.List(r.Spec, "identities") {
		if account := linkerdIdentity(r, identity.Str()); account.Account != "" {
			r.Member(r.Ref(), account, identity)
		}
	}
	for _, ref := range r.List(r.Spec, "identityRefs") {
		if name := ref.Get("name").Str(); ref.Get("kind").Str() == "ServiceAccount" && name != "" {
			r.Member(r.Ref(), r.Account(ref.Get("namespace").Str(), name), ref)
		}
	}
}

// linkerdPermit gives a permission of a named account or set of accounts.
func linkerdPermit(r *resource.Object, from, to graph.EndpointRef, at document.Node) {
	if from.Account == "" && from.Group.IsZero() {
		return
	}
	r.Call(from, to, at, graph.Evidence{Way: "server-authorization", Strength: graph.Allowed})
}

// linkerdIdentity takes "web.shop.serviceaccount.identity.linkerd.cluster.local"
// apart. Wildcards and identities from outside the cluster are no account.
func linkerdIdentity(r *resource.Object, identity string) graph.EndpointRef {
	account, rest, _ := strings.Cut(identity, ".")
	namespace, rest, _ := strings.Cut(rest, ".")
	if account == "" || namespace == "" || strings.Contains(account+namespace, "*") || !strings.HasPrefix(rest, "serviceaccount.") {
		return graph.EndpointRef{}
	}
	return r.Account(namespace, account)
}

// externalWorkload reads an ExternalWorkload: one machine that is part of the
// mesh.
func externalWorkload(r *resource.Object) {
	machine(r, r.Root.Get("metadata", "labels"), "")
}
