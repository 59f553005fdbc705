package manifest

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Traefik reads the routes of Traefik's own kinds, and the files that it is
// started with or finds its routes in.
var Traefik = &document.Reader{
	Name:  "traefik",
	Doc:   "Traefik: the services that its routes lead to, and what middlewares do on the way",
	Reads: append(traefikKinds.names(), "http (routers, services, middlewares)", "entryPoints"),
	Match: func(h *document.Head) bool { return traefikObject(h) || isTraefikFile(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if traefikObject(&d.Head) {
			traefikKinds.read(d, f)
			return
		}
		if d.Head.Has("http") && !isTraefikDynamic(d.Root) {
			return // somebody else's http
		}
		addFile(d, f, fileValues(d), &graph.Entity{
			Ref: graph.Ref{Realm: "traefik", Name: "traefik"}, Origin: fileStart(d), Kind: graph.KindGateway,
		}, false)
	},
}

var traefikObject = traefikKinds.match("traefik.io", "traefik.containo.us")

// isTraefikFile reports whether a document is a static configuration, or a dynamic
// one: those have nothing beside the protocols.
func isTraefikFile(h *document.Head) bool {
	if h.Kind != "" || h.APIVersion != "" || h.Text {
		return false
	}
	others := slices.ContainsFunc(h.Keys, func(key string) bool { return !slices.Contains([]string{"http", "tcp", "udp", "tls"}, key) })
	return h.Has("entryPoints") || h.Has("entrypoints") || h.Has("http") && !others
}

var traefikKinds = resourceKinds{
	"IngressRoute":    traefikIngress,
	"IngressRouteTCP": traefikIngress,
	"IngressRouteUDP": traefikIngress,
	"TraefikService":  traefikService,

	"Middleware":          traefikMiddleware,
	"MiddlewareTCP":       traefikMiddleware,
	"ServersTransport":    traefikTransport,
	"ServersTransportTCP": nil,
	"TLSOption":           nil,
	"TLSStore":            nil,
}

// traefikIngress reads an IngressRoute of any protocol: a gateway of its own. With
// several routes each is a part of the calls, for middlewares act on single ones.
func traefikIngress(r *resource) {
	r.facts.Entities = append(r.facts.Entities, r.gateway())
	r.facts.Members = append(r.facts.Members, graph.Member{
		Of: ingressesOf("traefik"), Party: graph.EndpointRef{Ref: r.ref()}, Origin: r.At(r.Root), Joins: true,
	})
	protocol := strings.ToLower(strings.TrimPrefix(r.kind, "IngressRoute"))
	if protocol == "" {
		protocol = "http"
	}
	routes := r.list(r.spec, "routes")
	for _, route := range routes {
		services := r.list(route, "services")
		match := ""
		if len(routes) > 1 {
			match = route.Get("match").Str()
		}
		for _, of := range r.traefikVia(route, document.Node{}) {
			r.facts.Members = append(r.facts.Members, graph.Member{
				Of: traefikUsers(of), Party: graph.EndpointRef{Ref: r.ref()}, Origin: r.At(route), Joins: true,
			})
		}
		for _, service := range services {
			to, ok := r.traefikParty(service)
			if !ok {
				continue
			}
			e := graph.Evidence{
				Way: "ingress-route", Strength: graph.Strong, Class: graph.ClassIngress,
				Protocol: protocol, Port: portNumber(service.Get("port")), Via: r.traefikVia(route, service), Match: match,
			}
			if len(services) > 1 {
				e.Strength = weighted(service)
			}
			r.call(graph.EndpointRef{Ref: r.ref()}, to, service, e)
		}
	}
}

// traefikParty resolves what a route or a TraefikService leads to. Names with a
// provider after "@" are Traefik's own, such as its dashboard.
func (r *resource) traefikParty(n document.Node) (graph.EndpointRef, bool) {
	name, namespace := r.text(n, "name"), r.text(n, "namespace")
	if name == "" || strings.Contains(name, "@") {
		return graph.EndpointRef{}, false
	}
	if n.Get("kind").Str() == "TraefikService" {
		return r.group("TraefikService", namespace, name), true
	}
	return r.service(namespace, name), true
}

// traefikService reads a TraefikService: several services under a name that
// routes use, with weights, with copies, or one in place of another.
func traefikService(r *resource) {
	add := func(n document.Node, mirror, fallback bool) {
		if to, ok := r.traefikParty(n); ok {
			r.facts.Members = append(r.facts.Members, graph.Member{
				Of: r.ref(), Party: to, Origin: r.At(n), Mirror: mirror, Fallback: fallback,
			})
		}
	}
	for _, kind := range []string{"weighted", "highestRandomWeight"} {
		for _, service := range r.list(r.mapping(r.spec, kind), "services") {
			add(service, false, false)
		}
	}
	mirroring := r.mapping(r.spec, "mirroring")
	add(mirroring, false, false)
	for _, mirror := range r.list(mirroring, "mirrors") {
		add(mirror, true, false)
	}
	failover := r.mapping(r.spec, "failover")
	add(failover.Get("service"), false, false)
	add(failover.Get("fallback"), false, true)
	r.traefikFailover(failover)
}

// traefikUsers is the group of the routers that list a middleware.
func traefikUsers(middleware graph.Ref) graph.Ref {
	middleware.Realm, middleware.Kind = "traefik", "router with middleware"
	return middleware
}
