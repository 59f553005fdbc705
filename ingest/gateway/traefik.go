package gateway

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
)

// Traefik reads the routes of Traefik's own kinds, and the files that it is
// started with or finds its routes in.
var Traefik = &document.Reader{
	Name:  "traefik",
	Doc:   "Traefik: the services that its routes lead to, and the policies of middlewares",
	Reads: append(traefikKinds.Names(), "http (routers, services, middlewares)", "entryPoints"),
	Match: func(h *document.Head) bool { return traefikObject(h) || isTraefikFile(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if traefikObject(&d.Head) {
			traefikKinds.Read(d, f)
			return
		}
		if d.Head.Has("http") && !isTraefikDynamic(d.Root) {
			return // http of another format
		}
		settings.AddFile(d, f, settings.FileValues(d), &graph.Entity{
			Ref: graph.Ref{Realm: "traefik", Name: "traefik"}, Origin: settings.FileStart(d), Kind: graph.KindGateway,
		}, false)
	},
}

var traefikObject = traefikKinds.Match("traefik.io", "traefik.containo.us")

// isTraefikFile reports whether a document is a static configuration, or a dynamic
// one: those have nothing beside the protocols.
func isTraefikFile(h *document.Head) bool {
	if h.Kind != "" || h.APIVersion != "" || h.Text {
		return false
	}
	others := slices.ContainsFunc(h.Keys, func(key string) bool { return !slices.Contains([]string{"http", "tcp", "udp", "tls"}, key) })
	return h.Has("entryPoints") || h.Has("entrypoints") || h.Has("http") && !others
}

var traefikKinds = resource.Kinds{
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
func traefikIngress(r *resource.Object) {
	r.Facts.Entities = append(r.Facts.Entities, r.Gateway())
	r.Facts.Members = append(r.Facts.Members, graph.Member{
		Of: resource.IngressesOf("traefik"), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(r.Root), Joins: true,
	})
	protocol := strings.ToLower(strings.TrimPrefix(r.Kind, "IngressRoute"))
	if protocol == "" {
		protocol = "http"
	}
	routes := r.List(r.Spec, "routes")
	for _, route := range routes {
		services := r.List(route, "services")
		match := ""
		if len(routes) > 1 {
			match = route.Get("match").Str()
		}
		for _, of := range traefikVia(r, route, document.Node{}) {
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: traefikUsers(of), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(route), Joins: true,
			})
		}
		for _, service := range services {
			to, ok := traefikParty(r, service)
			if !ok {
				continue
			}
			e := graph.Evidence{
				Way: "ingress-route", Strength: graph.Strong, Class: graph.ClassIngress,
				Protocol: protocol, Port: resource.PortNumber(service.Get("port")), Via: traefikVia(r, route, service), Match: match,
			}
			if len(services) > 1 {
				e.Strength = resource.Weighted(service)
			}
			r.Call(graph.EndpointRef{Ref: r.Ref()}, to, service, e)
		}
	}
}

// traefikParty resolves what a route or a TraefikService leads to. Names with a
// provider after "@" are Traefik's own, such as its dashboard.
func traefikParty(r *resource.Object, n document.Node) (graph.EndpointRef, bool) {
	name, namespace := r.Text(n, "name"), r.Text(n, "namespace")
	if name == "" || strings.Contains(name, "@") {
		return graph.EndpointRef{}, false
	}
	if n.Get("kind").Str() == "TraefikService" {
		return r.Group("TraefikService", namespace, name), true
	}
	return r.Service(namespace, name), true
}

// traefikService reads a TraefikService: several services under a name that
// routes use, with weights, with copies, or one in place of another.
func traefikService(r *resource.Object) {
	add := func(n document.Node, mirror, fallback bool) {
		if to, ok := traefikParty(r, n); ok {
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: r.Ref(), Party: to, Origin: r.At(n), Mirror: mirror, Fallback: fallback,
			})
		}
	}
	for _, kind := range []string{"weighted", "highestRandomWeight"} {
		for _, service := range r.List(r.Mapping(r.Spec, kind), "services") {
			add(service, false, false)
		}
	}
	mirroring := r.Mapping(r.Spec, "mirroring")
	add(mirroring, false, false)
	for _, mirror := range r.List(mirroring, "mirrors") {
		add(mirror, true, false)
	}
	failover := r.Mapping(r.Spec, "failover")
	add(failover.Get("service"), false, false)
	add(failover.Get("fallback"), false, true)
	traefikFailover(r, failover)
}

// traefikUsers is the group of the routers that list a middleware.
func traefikUsers(middleware graph.Ref) graph.Ref {
	middleware.Realm, middleware.Kind = "traefik", "router with middleware"
	return middleware
}
