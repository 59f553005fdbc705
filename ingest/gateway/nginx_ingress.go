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
	Doc:   "NGINX Ingress Controller: the upstreams of virtual servers, and their policies",
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
	nginxUpstreams(r, func(m graph.Member, upstream document.Node) {
		e := e
		e.Port, e.Fallback, e.In = resource.PortNumber(upstream.Get("port")), m.Fallback, m.In
		if m.Idle {
			e.Strength = graph.Allowed
		}
		r.Call(self, m.Party, upstream, e)
	})
	for _, route := range r.List(r.Spec, "routes") {
		e := e
		e.In = routePlace(nginxPath(route))
		namespace, name, found := strings.Cut(r.Text(route, "route"), "/")
		if !found {
			namespace, name = "", namespace
		}
		if name != "" {
			to := r.Group("VirtualServerRoute", namespace, name)
			r.Call(self, to, route, e)
			r.Member(graph.GatewaysOf(to.Group), self, route)
		}
	}
	if r.Kind == "VirtualServer" {
		nginxIngressPolicies(r)
	}
}

// virtualServerRoute reads the upstreams that virtual servers get by naming this
// route.
func virtualServerRoute(r *resource.Object) {
	nginxUpstreams(r, func(m graph.Member, upstream document.Node) {
		m.Of, m.Origin = r.Ref(), r.At(upstream)
		r.Facts.Members = append(r.Facts.Members, m)
	})
	nginxIngressPolicies(r)
}

// nginxUpstreams yields the Services of all upstreams and their backups as they are used by
// routes. One that no route uses is taken to be used by all.
func nginxUpstreams(r *resource.Object, yield func(m graph.Member, upstream document.Node)) {
	uses := nginxUses(r)
	for _, upstream := range r.List(r.Spec, "upstreams") {
		service, backup := r.Text(upstream, "service"), r.Text(upstream, "backup")
		used := uses[upstream.Get("name").Str()]
		if used == nil {
			used = []resource.Share{{Strength: graph.Strong}}
		}
		for _, share := range used {
			first, second := share.In, share.In
			if service != "" && backup != "" {
				group := r.NewGroup(graph.Failover, upstream, share.In)
				group.Checked = true // by the readiness of the pods
				first, second = &graph.Place{Group: group}, &graph.Place{Group: group, Rank: 1}
			}
			if service != "" {
				yield(graph.Member{Party: r.Service("", service), In: first, Idle: share.Strength == graph.Allowed}, upstream)
			}
			if backup != "" {
				yield(graph.Member{Party: r.Host(backup), In: second, Idle: share.Strength == graph.Allowed, Fallback: true}, upstream)
			}
		}
	}
}

// nginxUses returns for every upstream which requests it gets: from routes, their
// conditions and splits.
func nginxUses(r *resource.Object) map[string][]resource.Share {
	uses := map[string][]resource.Share{}
	pass := func(n document.Node, share resource.Share) {
		name := n.Get("action", "pass").Str()
		if proxied := n.Get("action", "proxy", "upstream").Str(); proxied != "" {
			name = proxied
		}
		if name != "" {
			uses[name] = append(uses[name], share)
		}
	}
	read := func(n document.Node, match string) {
		pass(n, resource.Share{In: routePlace(match), Strength: graph.Strong})
		splits := r.List(n, "splits")
		for i, share := range r.Shares(n, match, splits, 1) {
			pass(splits[i], share)
		}
	}
	read(r.Spec, "") // of a TransportServer
	for _, route := range append(r.List(r.Spec, "routes"), r.List(r.Spec, "subroutes")...) {
		path := nginxPath(route)
		read(route, path)
		for _, match := range r.List(route, "matches") {
			words := []string{path}
			for _, condition := range match.Get("conditions").List() {
				for key, value := range condition.Pairs() {
					if key.Str() != "value" {
						words = append(words, key.Str()+" "+value.Str())
					}
				}
			}
			read(match, strings.TrimSpace(strings.Join(words, " ")))
		}
	}
	return uses
}

// nginxPath returns which requests a route is for, "" for all: "/tea*", "=/exact", "~/regex".
func nginxPath(route document.Node) string {
	path := route.Get("path").Str()
	if path == "/" {
		return ""
	}
	if strings.HasPrefix(path, "/") {
		path += "*"
	}
	return path
}
