package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Gloo reads the routes and upstreams of Gloo Gateway's classic API.
var Gloo = &document.Reader{
	Name:  "gloo",
	Doc:   "Gloo: the upstreams that virtual services and route tables lead to",
	Reads: glooKinds.names(),
	Match: glooKinds.match("gateway.solo.io", "gloo.solo.io"),
	Read:  glooKinds.read,
}

var glooKinds = resourceKinds{
	"VirtualService": glooVirtualService,
	"RouteTable":     glooRouteTable,
	"Upstream":       glooUpstream,
	"UpstreamGroup":  glooUpstreamGroup,
	"Gateway":        nil,
	"Settings":       nil,
	"Proxy":          nil,
}

func glooVirtualService(r *resource) {
	r.facts.Entities = append(r.facts.Entities, r.gateway())
	r.glooRoutes(r.mapping(r.spec, "virtualHost"), func(to graph.EndpointRef, at document.Node, strength graph.Strength) {
		r.call(graph.EndpointRef{Ref: r.ref()}, to, at, graph.Evidence{
			Way: "virtual-service", Strength: strength, Class: graph.ClassIngress, Protocol: "http",
		})
	})
}

// glooRouteTable reads routes that others delegate to.
func glooRouteTable(r *resource) {
	r.glooRoutes(r.spec, func(to graph.EndpointRef, at document.Node, _ graph.Strength) { r.member(r.ref(), to, at) })
}

// glooRoutes yields what the routes below n lead to.
func (r *resource) glooRoutes(n document.Node, yield func(graph.EndpointRef, document.Node, graph.Strength)) {
	for _, route := range r.list(n, "routes") {
		action := r.mapping(route, "routeAction")
		if to, ok := r.glooDestination(action.Get("single")); ok {
			yield(to, action, graph.Strong)
		}
		for _, destination := range r.list(action.Get("multi"), "destinations") {
			if to, ok := r.glooDestination(destination.Get("destination")); ok {
				yield(to, destination, weighted(destination))
			}
		}
		if group := action.Get("upstreamGroup"); r.text(group, "name") != "" {
			yield(r.group("UpstreamGroup", r.text(group, "namespace"), r.text(group, "name")), group, graph.Strong)
		}
		delegate := r.mapping(route, "delegateAction")
		if ref := delegate.Get("ref"); ref.Exists() {
			delegate = ref
		}
		if name := r.text(delegate, "name"); name != "" {
			yield(r.group("RouteTable", r.text(delegate, "namespace"), name), delegate, graph.Strong)
		}
	}
}

// glooDestination resolves an upstream or a Service.
func (r *resource) glooDestination(n document.Node) (graph.EndpointRef, bool) {
	if upstream := n.Get("upstream"); r.text(upstream, "name") != "" {
		return r.group("Upstream", r.text(upstream, "namespace"), r.text(upstream, "name")), true
	}
	service := n.Get("kube", "ref")
	name := r.text(service, "name")
	return r.service(r.text(service, "namespace"), name), name != ""
}

// glooUpstream reads the Service or the hosts behind the name of an upstream.
func glooUpstream(r *resource) {
	kube := r.mapping(r.spec, "kube")
	if name := r.text(kube, "serviceName"); name != "" {
		r.member(r.ref(), r.service(r.text(kube, "serviceNamespace"), name), kube)
	}
	for _, host := range r.list(r.mapping(r.spec, "static"), "hosts") {
		if address := hostName(r.text(host, "addr")); address != "" {
			r.member(r.ref(), hostIn(r.namespace, address, portNumber(host.Get("port"))), host)
		}
	}
	if service := r.text(r.spec, "consul", "serviceName"); service != "" {
		r.member(r.ref(), graph.EndpointRef{Ref: graph.Ref{Name: service}}, r.spec)
	}
}

// glooUpstreamGroup reads weighted destinations under a name.
func glooUpstreamGroup(r *resource) {
	for _, destination := range r.list(r.spec, "destinations") {
		if to, ok := r.glooDestination(destination.Get("destination")); ok {
			r.member(r.ref(), to, destination)
		}
	}
}
