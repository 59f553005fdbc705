package gateway

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// Contour reads Contour's HTTPProxy and the IngressRoute it replaced.
var Contour = &document.Reader{
	Name:  "contour",
	Doc:   "Contour: the services that an HTTPProxy routes to, across its includes, and the policies of routes",
	Reads: contourKinds.Names(),
	Match: contourKinds.Match("projectcontour.io", "contour.heptio.com"),
	Read:  contourKinds.Read,
}

var contourKinds = resource.Kinds{
	"HTTPProxy":    httpProxy,
	"IngressRoute": httpProxy,

	"ExtensionService":         extensionService,
	"ContourConfiguration":     nil,
	"ContourDeployment":        nil,
	"TLSCertificateDelegation": nil,
}

// httpProxy reads an HTTPProxy. One with a virtual host is a gateway of its own;
// what it includes, and includes again, are its routes. The older IngressRoute
// delegates instead, route by route.
func httpProxy(r *resource.Object) {
	if r.Spec.Get("virtualhost").Exists() {
		r.Facts.Entities = append(r.Facts.Entities, r.Gateway())
		authServer := r.Mapping(r.Spec, "virtualhost", "authorization", "extensionRef")
		if name := authServer.Get("name").Str(); name != "" {
			r.Call(graph.EndpointRef{Ref: r.Ref()}, r.Group("ExtensionService", authServer.Get("namespace").Str(), name), authServer,
				graph.Evidence{Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassControl})
		}
	}
	for _, route := range r.List(r.Spec, "routes") {
		proxyServices(r, route, "http")
		include(r, route.Get("delegate"))
	}
	tcp := r.Mapping(r.Spec, "tcpproxy")
	proxyServices(r, tcp, "tcp")
	include(r, tcp.Get("include"))
	include(r, tcp.Get("delegate"))
	for _, included := range r.List(r.Spec, "includes") {
		include(r, included)
	}
	contourPolicies(r)
}

// proxyServices gives the services of one route. Next to services with a weight one without
// gets no requests.
func proxyServices(r *resource.Object, route document.Node, protocol string) {
	services := r.List(route, "services")
	shares := r.Shares(route, contourMatch(route), services, 0)
	for i, service := range services {
		name := r.Text(service, "name")
		if name == "" {
			continue
		}
		e := graph.Evidence{
			Way: "http-proxy", Strength: shares[i].Strength, Class: graph.ClassIngress, Protocol: protocol,
			Port: resource.PortNumber(service.Get("port")), In: shares[i].In,
		}
		if e.Mirror, _ = service.Get("mirror").Bool(); e.Mirror {
			e.Strength, e.In = graph.Strong, nil
		}
		proxyTo(r, r.Service("", name), service, e)
	}
}

// include gives the routes of another HTTPProxy.
func include(r *resource.Object, n document.Node) {
	if name := r.Text(n, "name"); name != "" {
		proxyTo(r, r.Group(r.Kind, r.Text(n, "namespace"), name), n, graph.Evidence{
			Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassIngress, In: routePlace(contourMatch(n)),
		})
	}
}

// routePlace is the place of a route that gets the requests which match selects.
func routePlace(match string) *graph.Place {
	if match == "" {
		return nil
	}
	return &graph.Place{Match: match}
}

// proxyTo gives a destination to whoever includes this proxy, which is the proxy
// itself if it has a virtual host.
func proxyTo(r *resource.Object, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if r.Spec.Get("virtualhost").Exists() {
		r.Call(graph.EndpointRef{Ref: r.Ref()}, to, at, e)
		return
	}
	r.Facts.Members = append(r.Facts.Members, graph.Member{
		Of: r.Ref(), Party: to, Origin: r.At(at), Mirror: e.Mirror, Idle: e.Strength == graph.Allowed, In: e.In,
	})
}

// extensionService reads the services behind a name that proxies ask for
// permission.
func extensionService(r *resource.Object) {
	for _, service := range r.List(r.Spec, "services") {
		if name := r.Text(service, "name"); name != "" {
			r.Member(r.Ref(), r.Service("", name), service)
		}
	}
}
