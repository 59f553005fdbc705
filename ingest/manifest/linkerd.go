package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Linkerd reads Linkerd's permissions and its own form of routes.
var Linkerd = &document.Reader{
	Name:  "linkerd",
	Doc:   "Linkerd: who may call which server, routes between services, and the policies of calls",
	Reads: linkerdKinds.names(),
	Match: linkerdKinds.match("policy.linkerd.io", "linkerd.io", "workload.linkerd.io", "multicluster.linkerd.io"),
	Read:  linkerdKinds.read,
}

var linkerdKinds = resourceKinds{
	"Server":                linkerdServer,
	"ServerAuthorization":   serverAuthorization,
	"AuthorizationPolicy":   linkerdAuthorization,
	"MeshTLSAuthentication": meshIdentities,
	"HTTPRoute":             apiRoute,
	"GRPCRoute":             apiRoute,
	"ExternalWorkload":      externalWorkload,

	"NetworkAuthentication":    nil,
	"HTTPLocalRateLimitPolicy": linkerdRateLimit,
	"EgressNetwork":            nil,
	"ServiceProfile":           serviceProfile,
	"Link":                     nil,
}

// linkerdServer reads a Server: a port of the workloads it selects, which
// permissions name.
func linkerdServer(r *resource) {
	for _, key := range []string{"podSelector", "externalWorkloadSelector"} {
		selector := r.mapping(r.spec, key)
		if sel := r.selectorAt(selector); !sel.IsZero() {
			r.member(r.ref(), r.podsOf(sel), selector)
		}
	}
}

// serverAuthorization reads the identities that may call one Server.
func serverAuthorization(r *resource) {
	server := r.mapping(r.spec, "server")
	name := r.text(server, "name")
	if name == "" {
		if server.Get("selector").Exists() {
			r.Problem(graph.Note, server, "name the Server, or use an AuthorizationPolicy",
				"ServerAuthorization %q selects Servers by labels, which weir does not follow", r.name)
		}
		return
	}
	to := r.group("Server", "", name)
	client := r.mapping(r.spec, "client", "meshTLS")
	for _, account := range r.list(client, "serviceAccounts") {
		r.permit(r.account(account.Get("namespace").Str(), account.Get("name").Str()), to, account)
	}
	for _, identity := range r.list(client, "identities") {
		r.permit(r.linkerdIdentity(identity.Str()), to, identity)
	}
}

// linkerdAuthorization reads whom an AuthorizationPolicy lets call its target. A
// target that is a whole namespace proves no pair.
func linkerdAuthorization(r *resource) {
	target := r.mapping(r.spec, "targetRef")
	switch r.text(target, "kind") {
	case "Server", "HTTPRoute", "GRPCRoute":
	default:
		return
	}
	to := r.group(target.Get("kind").Str(), "", r.text(target, "name"))
	if to.Group.IsZero() {
		return
	}
	for _, ref := range r.list(r.spec, "requiredAuthenticationRefs") {
		name, namespace := r.text(ref, "name"), r.text(ref, "namespace")
		switch {
		case name == "":
		case ref.Get("kind").Str() == "ServiceAccount":
			r.permit(r.account(namespace, name), to, ref)
		case ref.Get("kind").Str() == "MeshTLSAuthentication":
			r.permit(r.group("MeshTLSAuthentication", namespace, name), to, ref)
		}
	}
}

// meshIdentities reads the accounts that a MeshTLSAuthentication stands for.
func meshIdentities(r *resource) {
	for _, identity := range r.list(r.spec, "identities") {
		if account := r.linkerdIdentity(identity.Str()); account.Account != "" {
			r.member(r.ref(), account, identity)
		}
	}
	for _, ref := range r.list(r.spec, "identityRefs") {
		if name := ref.Get("name").Str(); ref.Get("kind").Str() == "ServiceAccount" && name != "" {
			r.member(r.ref(), r.account(ref.Get("namespace").Str(), name), ref)
		}
	}
}

// permit gives a permission of a named account or set of accounts.
func (r *resource) permit(from, to graph.EndpointRef, at document.Node) {
	if from.Account == "" && from.Group.IsZero() {
		return
	}
	r.call(from, to, at, graph.Evidence{Way: "server-authorization", Strength: graph.Allowed})
}

// linkerdIdentity takes "web.shop.serviceaccount.identity.linkerd.cluster.local"
// apart. Wildcards and identities from outside the cluster are no account.
func (r *resource) linkerdIdentity(identity string) graph.EndpointRef {
	account, rest, _ := strings.Cut(identity, ".")
	namespace, rest, _ := strings.Cut(rest, ".")
	if account == "" || namespace == "" || strings.Contains(account+namespace, "*") || !strings.HasPrefix(rest, "serviceaccount.") {
		return graph.EndpointRef{}
	}
	return r.account(namespace, account)
}

// externalWorkload reads an ExternalWorkload: one machine that is part of the
// mesh.
func externalWorkload(r *resource) {
	r.machine(r.Root.Get("metadata", "labels"), "")
}
