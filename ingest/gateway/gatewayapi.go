// Package gateway reads gateways and the controllers of Ingresses: the Gateway API,
// Envoy Gateway, Contour, Traefik, Emissary, Gloo, Kong, ingress-nginx and HAProxy.
package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// GatewayAPI reads the Gateway API of Kubernetes and what Envoy Gateway adds.
var GatewayAPI = &document.Reader{
	Name:  "gateway-api",
	Doc:   "Gateway API: gateways, the backends of their routes, and the policies of both, Envoy Gateway's included",
	Reads: gatewayAPIKinds.Names(),
	Match: gatewayAPIKinds.Match(apiGroup, apiGroupX, "networking.x-k8s.io", envoyGatewayGroup),
	Read:  gatewayAPIKinds.Read,
}

// envoyGatewayGroup is the API group of Envoy Gateway's own kinds.
const envoyGatewayGroup = "gateway.envoyproxy.io"

var gatewayAPIKinds = resource.Kinds{
	"Gateway":         apiGateway,
	"GatewayClass":    gatewayClass,
	"HTTPRoute":       ApiRoute,
	"GRPCRoute":       ApiRoute,
	"TLSRoute":        ApiRoute,
	"TCPRoute":        ApiRoute,
	"UDPRoute":        ApiRoute,
	"ListenerSet":     listenerSet,
	"XListenerSet":    listenerSet,
	"ReferenceGrant":  nil,
	"ReferencePolicy": nil,

	"BackendTLSPolicy":      nil,
	"BackendLBPolicy":       backendPolicy,
	"XBackendTrafficPolicy": backendPolicy,
	"XMesh":                 nil,

	"Backend":              envoyGatewayBackend,
	"SecurityPolicy":       gatewayExtension,
	"EnvoyExtensionPolicy": gatewayExtension,
	"BackendTrafficPolicy": backendTraffic,
	"ClientTrafficPolicy":  clientTraffic,
	"EnvoyPatchPolicy":     nil,
	"EnvoyProxy":           nil,
	"HTTPRouteFilter":      nil,
}

func apiGateway(r *resource.Object) {
	gateway := r.Gateway()
	for _, listener := range r.List(r.Spec, "listeners") {
		if port := resource.PortNumber(listener.Get("port")); port > 0 {
			gateway.Ports = append(gateway.Ports, graph.Port{
				Name: listener.Get("name").Str(), Number: port, Protocol: strings.ToLower(listener.Get("protocol").Str()),
			})
		}
		if host := resource.HostNames([]document.Node{listener.Get("hostname")}); host != nil && !slices.Contains(gateway.Aliases, host[0]) {
			gateway.Aliases = append(gateway.Aliases, host[0])
		}
	}
	r.Facts.Entities = append(r.Facts.Entities, gateway)
	labeled(r)
	joinGatewayClass(r)
	nameService(r)
	switch class := r.Spec.Get("gatewayClassName").Str(); class {
	case "kong", "traefik": // their own objects act on gateways as on ingresses
		r.Facts.Members = append(r.Facts.Members, graph.Member{
			Of: resource.IngressesOf(class), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(r.Root), Joins: true,
		})
	}
}

// labeled makes the object one that policies may select by its labels.
func labeled(r *resource.Object) {
	listeners := r.List(r.Spec, "listeners")
	o := graph.LabeledObject{Ref: r.Ref(), Origin: r.At(r.Root), Labels: resource.LabelsOf(r.Meta.Get("labels")), Sections: names(listeners)}
	for _, listener := range listeners {
		o.Admits = append(o.Admits, admission(r, listener))
	}
	r.Facts.Labeled = append(r.Facts.Labeled, o)
}

// admission reads from which namespaces a listener takes routes. What is not the word of any
// release is taken for all.
func admission(r *resource.Object, listener document.Node) graph.Admission {
	a := graph.Admission{Section: listener.Get("name").Str()}
	from := listener.Get("allowedRoutes", "namespaces")
	switch from.Get("from").Str() {
	case "", "Same":
	case "None":
		a.None = true
	case "Selector":
		selector := r.SelectorAt(from.Get("selector"))
		a.From = &selector
	default:
		a.From = &graph.Selector{}
	}
	return a
}

// names are the names of sections.
func names(sections []document.Node) []string {
	var names []string
	for _, s := range sections {
		if name := s.Get("name").Str(); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// listenerSet reads a ListenerSet, which adds listeners to a Gateway. A route
// of the set is a route of the Gateway.
func listenerSet(r *resource.Object) {
	labeled(r)
	parent := r.Mapping(r.Spec, "parentRef")
	if name := r.Text(parent, "name"); name != "" {
		r.Member(r.Ref(), graph.EndpointRef{Ref: r.RefTo("Gateway", r.Text(parent, "namespace"), name)}, parent)
	}
}

// ApiRoute reads a route of any protocol, also Linkerd's own HTTPRoute. Bound to a
// Gateway its backends are calls of the Gateway. Bound to a Service they are routes of that
// Service, which its callers follow. Bound to Linkerd's Server it represents that Server in
// permissions.
func ApiRoute(r *resource.Object) {
	parents := r.List(r.Spec, "parentRefs")
	senders, delegate := routeSenders(r, parents)
	labeled(r)
	r.Entrances = resource.HostNames(r.List(r.Spec, "hostnames"))
	for _, sender := range senders {
		if !IsService(sender.party) {
			r.Member(graph.GatewaysOf(r.Ref()), sender.party, sender.at)
		}
	}
	apiRoutePolicies(r)
	for _, rule := range routeRules(r, delegate) {
		for _, sender := range senders {
			if IsService(sender.party) {
				meshRoutes(r, &rule, sender)
				continue
			}
			for _, b := range rule.backends {
				e := b.evidence
				e.Via = append(slices.Clone(e.Via), listenerOf(r, sender))
				r.Call(sender.party, b.to, b.at, e)
			}
		}
		for _, b := range rule.backends {
			if delegate && b.evidence.Class == graph.ClassIngress && b.evidence.Strength > graph.Allowed {
				r.Facts.Members = append(r.Facts.Members, graph.Member{
					Of: r.Ref(), Party: b.to, Origin: r.At(b.at), Mirror: b.evidence.Mirror, In: b.evidence.In,
				})
			}
		}
	}
}

// meshRoutes gives the routes of one rule for calls to a Service. A rule without backends
// leaves requests where they go, unless it answers them.
func meshRoutes(r *resource.Object, rule *routeRule, sender routeSender) {
	p := meshPart(r, rule.at, sender.at, sender.party)
	p.Rank = rule.rank
	p.L7Only = r.Kind == "HTTPRoute" || r.Kind == "GRPCRoute"
	for _, b := range rule.backends {
		if b.evidence.Class == graph.ClassIngress {
			r.Route(sender.party, b.to, b.at, p.RouteRule(), b.evidence)
		}
	}
	if len(rule.backends) == 0 && !rule.answers && !sender.party.Ref.IsZero() {
		r.Route(sender.party, sender.party, rule.at, p.RouteRule(), rule.evidence)
	}
}

// routeSenders returns whose requests a route directs, and whether other routes
// may point to it: such a route has no parent, or a route as its parent.
func routeSenders(r *resource.Object, parents []document.Node) (senders []routeSender, delegate bool) {
	delegate = !r.Spec.Get("parentRefs").Exists()
	for _, parent := range parents {
		switch kind, name := r.Text(parent, "kind"), r.Text(parent, "name"); {
		case name == "":
		case kind == "Server":
			r.Member(r.Ref(), r.Group(kind, r.Text(parent, "namespace"), name), parent)
		case kind == r.Kind:
			delegate = true
			r.Member(graph.GatewaysOf(r.Ref()), graph.EndpointRef{Group: graph.GatewaysOf(r.RefTo(kind, r.Text(parent, "namespace"), name))}, parent)
		default:
			if sender, ok := RouteParent(r, parent); ok {
				senders = append(senders, routeSender{sender, parent})
			}
		}
	}
	return senders, delegate
}

// listenerOf is the listener by which a route gets the requests of a gateway, or the object with
// all those by which it does.
func listenerOf(r *resource.Object, sender routeSender) graph.Ref {
	kind := r.Text(sender.at, "kind")
	if kind == "" {
		kind = "Gateway"
	}
	listeners := r.RefTo(kind, r.Text(sender.at, "namespace"), r.Text(sender.at, "name"))
	if section := r.Text(sender.at, "sectionName"); section != "" {
		return listeners.Section(section)
	}
	return listeners
}

// A routeSender is whose requests a route directs, by one of its parents.
type routeSender struct {
	party graph.EndpointRef
	at    document.Node
}

// RouteParent returns whose requests a route directs by one of its parentRefs:
// those of a gateway, or those to a Service.
func RouteParent(r *resource.Object, parent document.Node) (graph.EndpointRef, bool) {
	kind, name := r.Text(parent, "kind"), r.Text(parent, "name")
	ref := r.RefTo(kind, r.Text(parent, "namespace"), name)
	switch kind {
	case "":
		ref.Kind = "Gateway"
		return graph.EndpointRef{Ref: ref}, name != ""
	case "Gateway", "Service":
		return graph.EndpointRef{Ref: ref}, name != ""
	case "ListenerSet", "XListenerSet", "ServiceEntry":
		return graph.EndpointRef{Group: ref}, name != ""
	}
	return graph.EndpointRef{}, false
}

// IsService reports whether a route with that parent is for calls to a Service,
// and not for those of a gateway.
func IsService(parent graph.EndpointRef) bool {
	return parent.Ref.Kind == "Service" || parent.Group.Kind == "ServiceEntry"
}

// A routeBackend is one place that a route sends requests to.
type routeBackend struct {
	to       graph.EndpointRef
	at       document.Node
	evidence graph.Evidence
}

// A routeRule is one rule of a route.
type routeRule struct {
	at       document.Node
	rank     int
	answers  bool           // it redirects
	evidence graph.Evidence // of any of its backends
	backends []routeBackend
}

// routeRules returns the rules with their backends, those that get copies and those that
// are asked whether a request may pass among them.
func routeRules(r *resource.Object, delegate bool) []routeRule {
	e := graph.Evidence{
		Way: strings.ToLower(strings.TrimSuffix(r.Kind, "Route")) + "-route", Strength: graph.Strong,
		Class: graph.ClassIngress, Protocol: strings.ToLower(strings.TrimSuffix(r.Kind, "Route")),
		Via: append([]graph.Ref{r.Ref()}, KongVia(r)...),
	}
	add := func(to *routeRule, ref document.Node, e graph.Evidence, s graph.Strength) {
		if party, ok := backendRef(r, ref); ok {
			e.Port = resource.PortNumber(ref.Get("port"))
			e.Strength = s
			if !party.Group.IsZero() { // a route that this one delegates to has policies of its own
				e.Via = append(slices.Clone(e.Via), party.Group)
			}
			to.backends = append(to.backends, routeBackend{party, ref, e})
		}
	}
	list := r.List(r.Spec, "rules")
	var rules []routeRule
	for i, rule := range list {
		filters := r.List(rule, "filters")
		e := e
		if name := r.Text(rule, "name"); name != "" {
			e.Via = append(slices.Clone(e.Via), r.Ref().Section(name))
		}
		e.Match = apiMatches(rule)
		one := routeRule{at: rule, rank: apiRank(i, len(list), e.Match)}
		place := ""
		if delegate {
			place = e.Match
		}
		for _, filter := range filters {
			if name := filter.Get("extensionRef", "name").Str(); name != "" { // an object that may hold policies
				e.Via = append(slices.Clone(e.Via), r.RefTo(filter.Get("extensionRef", "kind").Str(), "", name))
			}
			one.answers = one.answers || filter.Get("requestRedirect").Exists()
		}
		one.evidence = e
		refs := r.List(rule, "backendRefs")
		for i, share := range r.Shares(rule, place, refs, 1) {
			e.In = share.In
			if len(refs) == 1 { // weight 0 turns it off
				share.Strength = resource.Weighted(refs[i])
			}
			add(&one, refs[i], e, share.Strength)
			filters = append(filters, r.List(refs[i], "filters")...)
		}
		e.In = nil
		for _, filter := range filters {
			mirror, asked := e, resource.Authorizer{Way: e.Way}.Evidence()
			mirror.Mirror, asked.Protocol, asked.Match, asked.Via = true, e.Protocol, e.Match, e.Via
			add(&one, filter.Get("requestMirror", "backendRef"), mirror, graph.Strong)
			add(&one, filter.Get("externalAuth", "backendRef"), asked, graph.Strong)
		}
		rules = append(rules, one)
	}
	return rules
}

// backendRef resolves a reference to a backend, which is a Service unless it
// says otherwise.
func backendRef(r *resource.Object, ref document.Node) (graph.EndpointRef, bool) {
	name := r.Text(ref, "name")
	if name == "" {
		return graph.EndpointRef{}, false
	}
	namespace := r.Text(ref, "namespace")
	switch kind := r.Text(ref, "kind"); kind {
	case "", "Service", "ServiceImport": // an import is a Service of the same name in other clusters
		return r.Service(namespace, name), true
	case "Hostname": // Istio's way to name any host
		return r.Host(name), true
	case "Backend", "MeshService", "HTTPRoute", "GRPCRoute":
		return r.Group(kind, namespace, name), true
	default:
		return graph.EndpointRef{Ref: r.RefTo(kind, namespace, name)}, true
	}
}

// envoyGatewayBackend reads a Backend: addresses under a name that routes use.
func envoyGatewayBackend(r *resource.Object) {
	fallback, _ := r.Spec.Get("fallback").Bool()
	pool := r.NewGroup(graph.Pool, r.Spec.Get("endpoints"), nil)
	for _, endpoint := range r.List(r.Spec, "endpoints") {
		at := endpoint.Get("fqdn", "hostname")
		port := endpoint.Get("fqdn", "port")
		if !at.Exists() {
			at, port = endpoint.Get("ip", "address"), endpoint.Get("ip", "port")
		}
		if at.Str() == "" {
			continue
		}
		r.Facts.Members = append(r.Facts.Members, graph.Member{
			Of: r.Ref(), Party: resource.HostIn(r.Namespace, at.Str(), resource.PortNumber(port)), Origin: r.At(at), Fallback: fallback,
			In: &graph.Place{Group: pool},
		})
	}
}

// gatewayExtension reads the services that Envoy Gateway asks about each request that
// passes the targets: authorizers and external processors.
func gatewayExtension(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	var asked []askedBackend
	ask := func(at document.Node, timeout string, refs ...document.Node) {
		a := resource.Authorizer{
			Way: "gateway-extension", Product: product.EnvoyGateway, Layer: policy.Gateway, Object: r.Subject(),
			Timeout: field.OrSupplied(f, at, f.Duration(at, timeout), envoyGatewayPatience),
		}
		a.Open, _ = at.Get("failOpen").Bool()
		for _, ref := range refs {
			if ref.Exists() {
				asked = append(asked, askedBackend{a, ref})
			}
		}
	}
	auth := r.Mapping(r.Spec, "extAuth")
	for _, protocol := range []string{"http", "grpc"} {
		service := r.Mapping(auth, protocol)
		ask(auth, "timeout", append(r.List(service, "backendRefs"), service.Get("backendRef"))...)
	}
	for _, processor := range r.List(r.Spec, "extProc") {
		ask(processor, "messageTimeout", r.List(processor, "backendRefs")...)
	}
	if len(asked) == 0 {
		return
	}
	for _, target := range envoyGatewayTargets(r, f) {
		from, ok := target.gateways(r)
		for _, a := range asked {
			if to, named := backendRef(r, a.ref); ok && named {
				e := a.Evidence()
				e.Port = resource.PortNumber(a.ref.Get("port"))
				r.Call(from, to, a.ref, e)
			}
		}
	}
	r.AddPolicies(f, r.Policy(product.EnvoyGateway, "extension", r.Root))
}

// An askedBackend is a backend that is asked about requests.
type askedBackend struct {
	resource.Authorizer
	ref document.Node
}

// envoyGatewayPatience is how long Envoy Gateway waits for the answer of an extension.
const envoyGatewayPatience = 10 * time.Second
