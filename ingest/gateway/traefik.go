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
	gateway := r.Gateway()
	for _, route := range r.List(r.Spec, "routes") {
		gateway.Aliases = append(gateway.Aliases, resource.TraefikHosts(route.Get("match").Str())...)
	}
	r.Facts.Entities = append(r.Facts.Entities, gateway)
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
				Of: graph.GatewaysOf(of), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(route), Joins: true,
			})
		}
		shares := r.Shares(route, "", services, 1)
		for i, service := range services {
			to, ok := traefikParty(r, service)
			if !ok {
				continue
			}
			r.Call(graph.EndpointRef{Ref: r.Ref()}, to, service, graph.Evidence{
				Way: "ingress-route", Strength: shares[i].Strength, Class: graph.ClassIngress, Protocol: protocol,
				Port: resource.PortNumber(service.Get("port")), Via: traefikVia(r, route, service), Match: match, In: shares[i].In,
			})
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
	add := func(n document.Node, m graph.Member) {
		if to, ok := traefikParty(r, n); ok {
			m.Of, m.Party, m.Origin = r.Ref(), to, r.At(n)
			r.Facts.Members = append(r.Facts.Members, m)
		}
	}
	for _, kind := range []string{"weighted", "highestRandomWeight"} {
		services := r.List(r.Mapping(r.Spec, kind), "services")
		shares := r.Shares(r.Spec.Get(kind), "", services, 1)
		for i, service := range services {
			add(service, graph.Member{In: shares[i].In, Idle: shares[i].Strength == graph.Allowed})
		}
	}
	mirroring := r.Mapping(r.Spec, "mirroring")
	add(mirroring, graph.Member{})
	for _, mirror := range r.List(mirroring, "mirrors") {
		add(mirror, graph.Member{Mirror: true})
	}
	if failover := r.Mapping(r.Spec, "failover"); failover.Exists() {
		group := r.NewGroup(graph.Failover, failover, nil)
		group.Checked = true // by the readiness of the pods
		add(failover.Get("service"), graph.Member{In: &graph.Place{Group: group}})
		add(failover.Get("fallback"), graph.Member{In: &graph.Place{Group: group, Rank: 1}, Fallback: true})
	}
	traefikFailover(r, r.Spec.Get("failover"))
}
