package manifest

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// GatewayAPI reads the Gateway API of Kubernetes and what Envoy Gateway adds.
var GatewayAPI = &document.Reader{
	Name:  "gateway-api",
	Doc:   "Gateway API: gateways, the backends of their routes, and the policies of both, Envoy Gateway's included",
	Reads: gatewayAPIKinds.names(),
	Match: gatewayAPIKinds.match("gateway.networking.k8s.io", "gateway.networking.x-k8s.io", "networking.x-k8s.io", envoyGatewayGroup),
	Read:  gatewayAPIKinds.read,
}

// envoyGatewayGroup is the API group of Envoy Gateway's own kinds.
const envoyGatewayGroup = "gateway.envoyproxy.io"

var gatewayAPIKinds = resourceKinds{
	"Gateway":         apiGateway,
	"GatewayClass":    gatewayClass,
	"HTTPRoute":       apiRoute,
	"GRPCRoute":       apiRoute,
	"TLSRoute":        apiRoute,
	"TCPRoute":        apiRoute,
	"UDPRoute":        apiRoute,
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
	"ClientTrafficPolicy":  nil,
	"EnvoyPatchPolicy":     nil,
	"EnvoyProxy":           nil,
	"HTTPRouteFilter":      nil,
}

func apiGateway(r *resource) {
	gateway := r.gateway()
	for _, listener := range r.list(r.spec, "listeners") {
		if port := portNumber(listener.Get("port")); port > 0 {
			gateway.Ports = append(gateway.Ports, graph.Port{
				Name: listener.Get("name").Str(), Number: port, Protocol: strings.ToLower(listener.Get("protocol").Str()),
			})
		}
	}
	r.facts.Entities = append(r.facts.Entities, gateway)
	r.joinGatewayClass()
	switch class := r.spec.Get("gatewayClassName").Str(); class {
	case "kong", "traefik": // their own objects act on gateways as on ingresses
		r.facts.Members = append(r.facts.Members, graph.Member{
			Of: ingressesOf(class), Party: graph.EndpointRef{Ref: r.ref()}, Origin: r.At(r.Root), Joins: true,
		})
	}
}

// listenerSet reads a set of listeners that somebody adds to a Gateway. A route
// of the set is a route of the Gateway.
func listenerSet(r *resource) {
	parent := r.mapping(r.spec, "parentRef")
	if name := r.text(parent, "name"); name != "" {
		r.member(r.ref(), graph.EndpointRef{Ref: r.object("Gateway", r.text(parent, "namespace"), name)}, parent)
	}
}

// apiRoute reads a route of any protocol, also Linkerd's own HTTPRoute. Bound to
// a Gateway its backends are calls of the Gateway. Bound to a Service it says
// where calls to that Service go, and only another Service is a fact. Bound to
// Linkerd's Server it stands for that Server in permissions.
func apiRoute(r *resource) {
	parents := r.list(r.spec, "parentRefs")
	senders, delegate := r.routeSenders(parents)
	apiRoutePolicies(r)
	for _, b := range r.routeBackends() {
		for _, sender := range senders {
			e := b.evidence
			if isService(sender) {
				if e.Class != graph.ClassIngress || sender.Ref == b.to.Ref {
					continue
				}
				e.Class = graph.ClassRoute
			}
			r.call(sender, b.to, b.at, e)
		}
		if delegate && b.evidence.Class == graph.ClassIngress {
			r.facts.Members = append(r.facts.Members, graph.Member{
				Of: r.ref(), Party: b.to, Origin: r.At(b.at), Mirror: b.evidence.Mirror,
			})
		}
	}
}

// routeSenders returns whose requests a route directs, and whether other routes
// may point to it: such a route has no parent, or a route as its parent.
func (r *resource) routeSenders(parents []document.Node) (senders []graph.EndpointRef, delegate bool) {
	delegate = !r.spec.Get("parentRefs").Exists()
	for _, parent := range parents {
		switch kind, name := r.text(parent, "kind"), r.text(parent, "name"); {
		case name == "":
		case kind == "Server":
			r.member(r.ref(), r.group(kind, r.text(parent, "namespace"), name), parent)
		case kind == r.kind:
			delegate = true
		default:
			if sender, ok := r.routeParent(parent); ok {
				senders = append(senders, sender)
			}
		}
	}
	return senders, delegate
}

// routeParent returns whose requests a route directs by one of its parentRefs:
// those of a gateway, or those to a Service.
func (r *resource) routeParent(parent document.Node) (graph.EndpointRef, bool) {
	kind, name := r.text(parent, "kind"), r.text(parent, "name")
	ref := r.object(kind, r.text(parent, "namespace"), name)
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

// isService reports whether a route with that parent is for calls to a Service,
// and not for those of a gateway.
func isService(parent graph.EndpointRef) bool {
	return parent.Ref.Kind == "Service" || parent.Group.Kind == "ServiceEntry"
}

// A routeBackend is one place that a route sends requests to.
type routeBackend struct {
	to       graph.EndpointRef
	at       document.Node
	evidence graph.Evidence
}

// routeBackends returns the backends of all rules, with those that get copies
// and those that are asked whether a request may pass.
func (r *resource) routeBackends() []routeBackend {
	var backends []routeBackend
	e := graph.Evidence{
		Way: strings.ToLower(strings.TrimSuffix(r.kind, "Route")) + "-route", Strength: graph.Strong,
		Class: graph.ClassIngress, Protocol: strings.ToLower(strings.TrimSuffix(r.kind, "Route")),
		Via: append([]graph.Ref{r.ref()}, kongVia(r)...),
	}
	add := func(ref document.Node, e graph.Evidence) {
		if to, ok := r.backendRef(ref); ok {
			e.Port = portNumber(ref.Get("port"))
			e.Strength = weighted(ref)
			if !to.Group.IsZero() { // a route that this one delegates to has policies of its own
				e.Via = append(slices.Clone(e.Via), to.Group)
			}
			backends = append(backends, routeBackend{to, ref, e})
		}
	}
	rules := r.list(r.spec, "rules")
	for _, rule := range rules {
		filters := r.list(rule, "filters")
		e := e
		if len(rules) > 1 { // filters are for the rule alone
			e.Match = apiMatches(rule)
		}
		for _, filter := range filters {
			if name := filter.Get("extensionRef", "name").Str(); name != "" { // an object that policies may stand in
				e.Via = append(slices.Clone(e.Via), r.object(filter.Get("extensionRef", "kind").Str(), "", name))
			}
		}
		for _, ref := range r.list(rule, "backendRefs") {
			add(ref, e)
			filters = append(filters, r.list(ref, "filters")...)
		}
		for _, filter := range filters {
			mirror, control := e, e
			mirror.Mirror, control.Class = true, graph.ClassControl
			add(filter.Get("requestMirror", "backendRef"), mirror)
			add(filter.Get("externalAuth", "backendRef"), control)
		}
	}
	return backends
}

// weighted returns how much a weighted backend proves: with weight 0 it gets
// nothing until somebody changes that.
func weighted(backend document.Node) graph.Strength {
	if weight, ok := backend.Get("weight").Int(); ok && weight == 0 {
		return graph.Weak
	}
	return graph.Strong
}

// backendRef resolves a reference to a backend, which is a Service unless it
// says otherwise.
func (r *resource) backendRef(ref document.Node) (graph.EndpointRef, bool) {
	name := r.text(ref, "name")
	if name == "" {
		return graph.EndpointRef{}, false
	}
	namespace := r.text(ref, "namespace")
	switch kind := r.text(ref, "kind"); kind {
	case "", "Service", "ServiceImport": // an import is a Service of the same name in other clusters
		return r.service(namespace, name), true
	case "Hostname": // Istio's way to name any host
		return r.host(name), true
	case "Backend", "MeshService", "HTTPRoute", "GRPCRoute":
		return r.group(kind, namespace, name), true
	default:
		return graph.EndpointRef{Ref: r.object(kind, namespace, name)}, true
	}
}

// envoyGatewayBackend reads a Backend: addresses under a name that routes use.
func envoyGatewayBackend(r *resource) {
	fallback, _ := r.spec.Get("fallback").Bool()
	for _, endpoint := range r.list(r.spec, "endpoints") {
		at := endpoint.Get("fqdn", "hostname")
		port := endpoint.Get("fqdn", "port")
		if !at.Exists() {
			at, port = endpoint.Get("ip", "address"), endpoint.Get("ip", "port")
		}
		if at.Str() == "" {
			continue
		}
		r.facts.Members = append(r.facts.Members, graph.Member{
			Of: r.ref(), Party: hostIn(r.namespace, at.Str(), portNumber(port)), Origin: r.At(at), Fallback: fallback,
		})
	}
}

// gatewayExtension reads the services that Envoy Gateway asks about each request
// of a Gateway: authorizers and external processors.
func gatewayExtension(r *resource) {
	targets := r.list(r.spec, "targetRefs")
	if target := r.mapping(r.spec, "targetRef"); target.Exists() {
		targets = append(targets, target)
	}
	var asked []document.Node
	for _, protocol := range []string{"http", "grpc"} {
		service := r.mapping(r.spec, "extAuth", protocol)
		asked = append(asked, service.Get("backendRef"))
		asked = append(asked, r.list(service, "backendRefs")...)
	}
	for _, processor := range r.list(r.spec, "extProc") {
		asked = append(asked, r.list(processor, "backendRefs")...)
	}
	asked = slices.DeleteFunc(asked, func(n document.Node) bool { return !n.Exists() })
	for _, target := range targets {
		if target.Get("kind").Str() != "Gateway" || target.Get("name").Str() == "" {
			continue
		}
		from := graph.EndpointRef{Ref: r.object("Gateway", "", target.Get("name").Str())}
		for _, ref := range asked {
			if to, ok := r.backendRef(ref); ok {
				r.call(from, to, ref, graph.Evidence{
					Way: "gateway-extension", Strength: graph.Strong, Class: graph.ClassControl, Port: portNumber(ref.Get("port")),
				})
			}
		}
	}
}
