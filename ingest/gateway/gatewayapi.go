// Package gateway reads gateways and the controllers of Ingresses: the Gateway API,
// Envoy Gateway, Contour, Traefik, Emissary, Gloo, Kong, ingress-nginx and HAProxy.
package gateway

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// GatewayAPI reads the Gateway API of Kubernetes and what Envoy Gateway adds.
var GatewayAPI = &document.Reader{
	Name:  "gateway-api",
	Doc:   "Gateway API: gateways, the backends of their routes, and the policies of both, Envoy Gateway's included",
	Reads: gatewayAPIKinds.Names(),
	Match: gatewayAPIKinds.Match("gateway.networking.k8s.io", "gateway.networking.x-k8s.io", "networking.x-k8s.io", envoyGatewayGroup),
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
	"ClientTrafficPolicy":  nil,
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
	}
	r.Facts.Entities = append(r.Facts.Entities, gateway)
	joinGatewayClass(r)
	switch class := r.Spec.Get("gatewayClassName").Str(); class {
	case "kong", "traefik": // their own objects act on gateways as on ingresses
		r.Facts.Members = append(r.Facts.Members, graph.Member{
			Of: resource.IngressesOf(class), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(r.Root), Joins: true,
		})
	}
}

// listenerSet reads a ListenerSet, which adds listeners to a Gateway. A route
// of the set is a route of the Gateway.
func listenerSet(r *resource.Object) {
	parent := r.Mapping(r.Spec, "parentRef")
	if name := r.Text(parent, "name"); name != "" {
		r.Member(r.Ref(), graph.EndpointRef{Ref: r.RefTo("Gateway", r.Text(parent, "namespace"), name)}, parent)
	}
}

// ApiRoute reads a route of any protocol, also Linkerd's own HTTPRoute. Bound to a
// Gateway its backends are calls of the Gateway. Bound to a Service it says where calls
// to that Service go, and only another Service is a fact. Bound to Linkerd's Server it
// represents that Server in permissions.
func ApiRoute(r *resource.Object) {
	parents := r.List(r.Spec, "parentRefs")
	senders, delegate := routeSenders(r, parents)
	apiRoutePolicies(r)
	for _, b := range routeBackends(r) {
		for _, sender := range senders {
			e := b.evidence
			if IsService(sender) {
				if e.Class != graph.ClassIngress || sender.Ref == b.to.Ref {
					continue
				}
				e.Class = graph.ClassRoute
			}
			r.Call(sender, b.to, b.at, e)
		}
		if delegate && b.evidence.Class == graph.ClassIngress {
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: r.Ref(), Party: b.to, Origin: r.At(b.at), Mirror: b.evidence.Mirror,
			})
		}
	}
}

// routeSenders returns whose requests a route directs, and whether other routes
// may point to it: such a route has no parent, or a route as its parent.
func routeSenders(r *resource.Object, parents []document.Node) (senders []graph.EndpointRef, delegate bool) {
	delegate = !r.Spec.Get("parentRefs").Exists()
	for _, parent := range parents {
		switch kind, name := r.Text(parent, "kind"), r.Text(parent, "name"); {
		case name == "":
		case kind == "Server":
			r.Member(r.Ref(), r.Group(kind, r.Text(parent, "namespace"), name), parent)
		case kind == r.Kind:
			delegate = true
		default:
			if sender, ok := RouteParent(r, parent); ok {
				senders = append(senders, sender)
			}
		}
	}
	return senders, delegate
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

// routeBackends returns the backends of all rules, with those that get copies
// and those that are asked whether a request may pass.
func routeBackends(r *resource.Object) []routeBackend {
	var backends []routeBackend
	e := graph.Evidence{
		Way: strings.ToLower(strings.TrimSuffix(r.Kind, "Route")) + "-route", Strength: graph.Strong,
		Class: graph.ClassIngress, Protocol: strings.ToLower(strings.TrimSuffix(r.Kind, "Route")),
		Via: append([]graph.Ref{r.Ref()}, KongVia(r)...),
	}
	add := func(ref document.Node, e graph.Evidence) {
		if to, ok := backendRef(r, ref); ok {
			e.Port = resource.PortNumber(ref.Get("port"))
			e.Strength = resource.Weighted(ref)
			if !to.Group.IsZero() { // a route that this one delegates to has policies of its own
				e.Via = append(slices.Clone(e.Via), to.Group)
			}
			backends = append(backends, routeBackend{to, ref, e})
		}
	}
	rules := r.List(r.Spec, "rules")
	for _, rule := range rules {
		filters := r.List(rule, "filters")
		e := e
		if len(rules) > 1 { // filters are for the rule alone
			e.Match = apiMatches(rule)
		}
		for _, filter := range filters {
			if name := filter.Get("extensionRef", "name").Str(); name != "" { // an object that may hold policies
				e.Via = append(slices.Clone(e.Via), r.RefTo(filter.Get("extensionRef", "kind").Str(), "", name))
			}
		}
		for _, ref := range r.List(rule, "backendRefs") {
			add(ref, e)
			filters = append(filters, r.List(ref, "filters")...)
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
		})
	}
}

// gatewayExtension reads the services that Envoy Gateway asks about each request
// of a Gateway: authorizers and external processors.
func gatewayExtension(r *resource.Object) {
	targets := r.List(r.Spec, "targetRefs")
	if target := r.Mapping(r.Spec, "targetRef"); target.Exists() {
		targets = append(targets, target)
	}
	var asked []document.Node
	for _, protocol := range []string{"http", "grpc"} {
		service := r.Mapping(r.Spec, "extAuth", protocol)
		asked = append(asked, service.Get("backendRef"))
		asked = append(asked, r.List(service, "backendRefs")...)
	}
	for _, processor := range r.List(r.Spec, "extProc") {
		asked = append(asked, r.List(processor, "backendRefs")...)
	}
	asked = slices.DeleteFunc(asked, func(n document.Node) bool { return !n.Exists() })
	for _, target := range targets {
		if target.Get("kind").Str() != "Gateway" || target.Get("name").Str() == "" {
			continue
		}
		from := graph.EndpointRef{Ref: r.RefTo("Gateway", "", target.Get("name").Str())}
		for _, ref := range asked {
			if to, ok := backendRef(r, ref); ok {
				r.Call(from, to, ref, graph.Evidence{
					Way: "gateway-extension", Strength: graph.Strong, Class: graph.ClassControl, Port: resource.PortNumber(ref.Get("port")),
				})
			}
		}
	}
}
