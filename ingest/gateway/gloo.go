package gateway

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Gloo reads the routes and upstreams of Gloo Gateway's classic API.
var Gloo = &document.Reader{
	Name:  "gloo",
	Doc:   "Gloo: the upstreams that virtual services and route tables lead to, and their policies",
	Reads: glooKinds.Names(),
	Match: glooKinds.Match("gateway.solo.io", "gloo.solo.io"),
	Read:  glooKinds.Read,
}

var glooKinds = resource.Kinds{
	"VirtualService": glooVirtualService,
	"RouteTable":     glooRouteTable,
	"Upstream":       glooUpstream,
	"UpstreamGroup":  glooUpstreamGroup,

	"RouteOption":       glooOption,
	"VirtualHostOption": glooOption,

	"Gateway":  nil,
	"Settings": nil,
	"Proxy":    nil,
}

func glooVirtualService(r *resource.Object) {
	r.Facts.Entities = append(r.Facts.Entities, r.Gateway())
	host := r.Mapping(r.Spec, "virtualHost")
	ofHost := glooDelegated(r, host, "VirtualHostOption")
	routes := glooRoutes(r, host)
	for _, d := range routes {
		via := slices.Concat([]graph.Ref{r.Ref()}, ofHost, glooDelegated(r, d.route, "RouteOption"))
		if !d.to.Group.IsZero() {
			via = append(via, d.to.Group)
		}
		r.Call(graph.EndpointRef{Ref: r.Ref()}, d.to, d.at, graph.Evidence{
			Way: "virtual-service", Strength: d.Strength, Class: graph.ClassIngress, Protocol: "http", In: d.In, Match: d.match, Via: via,
		})
	}
	glooHostPolicies(r, host)
	glooRoutePolicies(r, routes)
}

// glooRouteTable reads routes that others delegate to.
func glooRouteTable(r *resource.Object) {
	routes := glooRoutes(r, r.Spec)
	for _, d := range routes {
		glooMember(r, d.to, d.at, d.Share)
		for _, option := range glooDelegated(r, d.route, "RouteOption") { // of one route, and taken for those of all
			r.Facts.Members = append(r.Facts.Members, graph.Member{Of: r.Ref(), Party: graph.EndpointRef{Group: option}, Origin: r.At(d.route), Through: true})
		}
	}
	glooRoutePolicies(r, routes)
}

// glooMember adds a destination with its share of the requests to the object.
func glooMember(r *resource.Object, to graph.EndpointRef, at document.Node, share resource.Share) {
	r.Facts.Members = append(r.Facts.Members, graph.Member{
		Of: r.Ref(), Party: to, Origin: r.At(at), In: share.In, Idle: share.Strength == graph.Allowed,
	})
	if !to.Group.IsZero() {
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: r.Ref(), Party: to, Origin: r.At(at), Through: true})
	}
}

// A glooDestined is what a route leads to, with the share of its requests that this gets.
type glooDestined struct {
	to        graph.EndpointRef
	at, route document.Node
	number    int // of the route, in its list
	match     string
	resource.Share
}

// glooRoutes returns what the routes below n lead to, in their order.
func glooRoutes(r *resource.Object, n document.Node) []glooDestined {
	var all []glooDestined
	for number, route := range r.List(n, "routes") {
		match := glooMatch(route)
		yield := func(to graph.EndpointRef, at document.Node, share resource.Share) {
			all = append(all, glooDestined{to, at, route, number, match, share})
		}
		whole := resource.Share{In: routePlace(match), Strength: graph.Strong}
		action := r.Mapping(route, "routeAction")
		if to, ok := glooDestination(r, action.Get("single")); ok {
			yield(to, action, whole)
		}
		destinations := r.List(action.Get("multi"), "destinations")
		shares := r.Shares(action, match, destinations, 1)
		for i, destination := range destinations {
			if to, ok := glooDestination(r, destination.Get("destination")); ok {
				yield(to, destination, shares[i])
			}
		}
		if group := action.Get("upstreamGroup"); r.Text(group, "name") != "" {
			yield(r.Group("UpstreamGroup", r.Text(group, "namespace"), r.Text(group, "name")), group, whole)
		}
		delegate := r.Mapping(route, "delegateAction")
		if ref := delegate.Get("ref"); ref.Exists() {
			delegate = ref
		}
		if name := r.Text(delegate, "name"); name != "" {
			yield(r.Group("RouteTable", r.Text(delegate, "namespace"), name), delegate, whole)
		}
	}
	return all
}

// glooMatch returns which requests a route gets, "" for all.
func glooMatch(route document.Node) string {
	var texts []string
	for _, matcher := range route.Get("matchers").List() {
		if text := resource.StringMatch(matcher); text != "/*" {
			texts = append(texts, text)
		} else {
			texts = append(texts, "")
		}
	}
	return resource.EitherText(texts)
}

// glooDestination resolves an upstream or a Service.
func glooDestination(r *resource.Object, n document.Node) (graph.EndpointRef, bool) {
	if upstream := n.Get("upstream"); r.Text(upstream, "name") != "" {
		return r.Group("Upstream", r.Text(upstream, "namespace"), r.Text(upstream, "name")), true
	}
	service := n.Get("kube", "ref")
	name := r.Text(service, "name")
	return r.Service(r.Text(service, "namespace"), name), name != ""
}

// glooUpstream reads the Service or the hosts behind the name of an upstream.
func glooUpstream(r *resource.Object) {
	kube := r.Mapping(r.Spec, "kube")
	if name := r.Text(kube, "serviceName"); name != "" {
		r.Member(r.Ref(), r.Service(r.Text(kube, "serviceNamespace"), name), kube)
	}
	glooUpstreamPolicies(r)
	static := r.Mapping(r.Spec, "static")
	pool := r.NewGroup(graph.Pool, static, nil)
	for _, host := range r.List(static, "hosts") {
		if address := resource.HostName(r.Text(host, "addr")); address != "" {
			glooMember(r, resource.HostIn(r.Namespace, address, resource.PortNumber(host.Get("port"))), host,
				resource.Share{In: &graph.Place{Group: pool}, Strength: graph.Strong})
		}
	}
	if service := r.Text(r.Spec, "consul", "serviceName"); service != "" {
		r.Member(r.Ref(), graph.EndpointRef{Ref: graph.Ref{Name: service}}, r.Spec)
	}
}

// glooUpstreamGroup reads weighted destinations under a name.
func glooUpstreamGroup(r *resource.Object) {
	destinations := r.List(r.Spec, "destinations")
	shares := r.Shares(r.Spec, "", destinations, 1)
	for i, destination := range destinations {
		if to, ok := glooDestination(r, destination.Get("destination")); ok {
			glooMember(r, to, destination, shares[i])
		}
	}
}
