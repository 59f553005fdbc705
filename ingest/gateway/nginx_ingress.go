package gateway

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// NginxIngress reads the routes of NGINX Ingress Controller's own kinds.
var NginxIngress = &document.Reader{
	Name:  "nginx-ingress",
	Doc:   "NGINX Ingress Controller: the upstreams of virtual servers",
	Reads: nginxIngressKinds.Names(),
	Match: nginxIngressKinds.Match("k8s.nginx.org"),
	Read:  nginxIngressKinds.Read,
}

var nginxIngressKinds = resource.Kinds{
	"VirtualServer":      virtualServer,
	"VirtualServerRoute": virtualServerRoute,
	"TransportServer":    virtualServer,

	"Policy":              nil,
	"GlobalConfiguration": nil,
}

// virtualServer reads a gateway with its upstreams and the routes that it leaves
// to others.
func virtualServer(r *resource.Object) {
	r.Facts.Entities = append(r.Facts.Entities, r.Gateway())
	self := graph.EndpointRef{Ref: r.Ref()}
	e := graph.Evidence{Way: "virtual-server", Strength: graph.Strong, Class: graph.ClassIngress, Protocol: "http"}
	if r.Kind == "TransportServer" {
		e.Protocol = "tcp"
	}
	nginxUpstreams(r, func(to graph.EndpointRef, upstream document.Node, fallback bool) {
		e := e
		e.Port, e.Fallback = resource.PortNumber(upstream.Get("port")), fallback
		r.Call(self, to, upstream, e)
	})
	for _, route := range r.List(r.Spec, "routes") {
		if namespace, name, found := strings.Cut(r.Text(route, "route"), "/"); found {
			r.Call(self, r.Group("VirtualServerRoute", namespace, name), route, e)
		} else if namespace != "" {
			r.Call(self, r.Group("VirtualServerRoute", "", namespace), route, e)
		}
	}
}

// virtualServerRoute reads the upstreams that virtual servers get by naming this
// route.
func virtualServerRoute(r *resource.Object) {
	nginxUpstreams(r, func(to graph.EndpointRef, upstream document.Node, fallback bool) {
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: r.Ref(), Party: to, Origin: r.At(upstream), Fallback: fallback})
	})
}

// nginxUpstreams yields the Services of all upstreams and their backups.
func nginxUpstreams(r *resource.Object, yield func(to graph.EndpointRef, upstream document.Node, fallback bool)) {
	for _, upstream := range r.List(r.Spec, "upstreams") {
		if service := r.Text(upstream, "service"); service != "" {
			yield(r.Service("", service), upstream, false)
		}
		if backup := r.Text(upstream, "backup"); backup != "" {
			yield(r.Host(backup), upstream, true)
		}
	}
}
