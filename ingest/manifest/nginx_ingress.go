package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// NginxIngress reads the routes of NGINX Ingress Controller's own kinds.
var NginxIngress = &document.Reader{
	Name:  "nginx-ingress",
	Doc:   "NGINX Ingress Controller: the upstreams of virtual servers",
	Reads: nginxIngressKinds.names(),
	Match: nginxIngressKinds.match("k8s.nginx.org"),
	Read:  nginxIngressKinds.read,
}

var nginxIngressKinds = resourceKinds{
	"VirtualServer":      virtualServer,
	"VirtualServerRoute": virtualServerRoute,
	"TransportServer":    virtualServer,

	"Policy":              nil,
	"GlobalConfiguration": nil,
}

// virtualServer reads a gateway with its upstreams and the routes that it leaves
// to others.
func virtualServer(r *resource) {
	r.facts.Entities = append(r.facts.Entities, r.gateway())
	self := graph.EndpointRef{Ref: r.ref()}
	e := graph.Evidence{Way: "virtual-server", Strength: graph.Strong, Class: graph.ClassIngress, Protocol: "http"}
	if r.kind == "TransportServer" {
		e.Protocol = "tcp"
	}
	r.nginxUpstreams(func(to graph.EndpointRef, upstream document.Node, fallback bool) {
		e := e
		e.Port, e.Fallback = portNumber(upstream.Get("port")), fallback
		r.call(self, to, upstream, e)
	})
	for _, route := range r.list(r.spec, "routes") {
		if namespace, name, found := strings.Cut(r.text(route, "route"), "/"); found {
			r.call(self, r.group("VirtualServerRoute", namespace, name), route, e)
		} else if namespace != "" {
			r.call(self, r.group("VirtualServerRoute", "", namespace), route, e)
		}
	}
}

// virtualServerRoute reads the upstreams that virtual servers get by naming this
// route.
func virtualServerRoute(r *resource) {
	r.nginxUpstreams(func(to graph.EndpointRef, upstream document.Node, fallback bool) {
		r.facts.Members = append(r.facts.Members, graph.Member{Of: r.ref(), Party: to, Origin: r.At(upstream), Fallback: fallback})
	})
}

// nginxUpstreams yields the Services of all upstreams and their backups.
func (r *resource) nginxUpstreams(yield func(to graph.EndpointRef, upstream document.Node, fallback bool)) {
	for _, upstream := range r.list(r.spec, "upstreams") {
		if service := r.text(upstream, "service"); service != "" {
			yield(r.service("", service), upstream, false)
		}
		if backup := r.text(upstream, "backup"); backup != "" {
			yield(r.host(backup), upstream, true)
		}
	}
}
