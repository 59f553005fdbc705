package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Contour reads Contour's HTTPProxy and the IngressRoute it replaced.
var Contour = &document.Reader{
	Name:  "contour",
	Doc:   "Contour: the services that an HTTPProxy routes to, across its includes, and the policies of routes",
	Reads: contourKinds.names(),
	Match: contourKinds.match("projectcontour.io", "contour.heptio.com"),
	Read:  contourKinds.read,
}

var contourKinds = resourceKinds{
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
func httpProxy(r *resource) {
	if r.spec.Get("virtualhost").Exists() {
		r.facts.Entities = append(r.facts.Entities, r.gateway())
		authServer := r.mapping(r.spec, "virtualhost", "authorization", "extensionRef")
		if name := authServer.Get("name").Str(); name != "" {
			r.call(graph.EndpointRef{Ref: r.ref()}, r.group("ExtensionService", authServer.Get("namespace").Str(), name), authServer,
				graph.Evidence{Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassControl})
		}
	}
	for _, route := range r.list(r.spec, "routes") {
		r.proxyServices(route, "http")
		r.include(route.Get("delegate"))
	}
	tcp := r.mapping(r.spec, "tcpproxy")
	r.proxyServices(tcp, "tcp")
	r.include(tcp.Get("include"))
	r.include(tcp.Get("delegate"))
	for _, include := range r.list(r.spec, "includes") {
		r.include(include)
	}
	contourPolicies(r)
}

// proxyServices gives the services of one route.
func (r *resource) proxyServices(route document.Node, protocol string) {
	services := r.list(route, "services")
	for _, service := range services {
		name := r.text(service, "name")
		if name == "" {
			continue
		}
		e := graph.Evidence{
			Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassIngress, Protocol: protocol, Port: portNumber(service.Get("port")),
		}
		e.Mirror, _ = service.Get("mirror").Bool()
		if len(services) > 1 {
			e.Strength = weighted(service)
		}
		r.proxyTo(r.service("", name), service, e)
	}
}

// include gives the routes of another HTTPProxy.
func (r *resource) include(n document.Node) {
	if name := r.text(n, "name"); name != "" {
		r.proxyTo(r.group(r.kind, r.text(n, "namespace"), name), n, graph.Evidence{
			Way: "http-proxy", Strength: graph.Strong, Class: graph.ClassIngress,
		})
	}
}

// proxyTo gives a destination to whoever includes this proxy, which is the proxy
// itself if it has a virtual host.
func (r *resource) proxyTo(to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if r.spec.Get("virtualhost").Exists() {
		r.call(graph.EndpointRef{Ref: r.ref()}, to, at, e)
		return
	}
	r.facts.Members = append(r.facts.Members, graph.Member{Of: r.ref(), Party: to, Origin: r.At(at), Mirror: e.Mirror})
}

// extensionService reads the services behind a name that proxies ask for
// permission.
func extensionService(r *resource) {
	for _, service := range r.list(r.spec, "services") {
		if name := r.text(service, "name"); name != "" {
			r.member(r.ref(), r.service("", name), service)
		}
	}
}
