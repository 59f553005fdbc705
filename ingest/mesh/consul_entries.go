package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// serviceIntentions reads which services may call another one.
func serviceIntentions(r *resource.Object) {
	to, ok := consulParty(consulGet(r.Spec, "destination"), "name")
	if !consulGet(r.Spec, "destination").Exists() {
		to, ok = consulSelf(r), r.Name != "*"
	}
	if !ok {
		return
	}
	for _, source := range consulList(r, r.Spec, "sources") {
		from, ok := consulParty(source, "name")
		if ok && consulAllows(source) {
			r.Call(from, to, source, graph.Evidence{Way: "service-intention", Strength: graph.Allowed})
		}
	}
}

// consulAllows reports whether a source is let in, at least for some requests.
func consulAllows(source document.Node) bool {
	if consulGet(source, "action").Str() == "allow" {
		return true
	}
	for _, permission := range consulGet(source, "permissions").List() {
		if consulGet(permission, "action").Str() == "allow" {
			return true
		}
	}
	return false
}

// serviceDefaults reads the upstreams for which a service has settings of its
// own, and the addresses of a service outside the mesh.
func serviceDefaults(r *resource.Object) {
	for _, override := range consulList(r, r.Spec, "upstreamConfig", "overrides") {
		if to, ok := consulParty(override, "name"); ok {
			r.Call(consulSelf(r), to, override, graph.Evidence{Way: "consul-upstream", Strength: graph.Strong})
		}
	}
	for _, address := range consulList(r, r.Spec, "destination", "addresses") {
		if host := resource.HostName(address.Str()); host != "" {
			r.Facts.Names = append(r.Facts.Names, graph.Name{
				Ref: consulRef(r), Origin: r.At(address), Target: host, Outside: true, Kind: graph.KindExternal,
			})
		}
	}
	consulDefaultsPolicies(r)
}

// consulRef names the resource in Consul's own catalog.
func consulRef(r *resource.Object) graph.Ref {
	return graph.Ref{Realm: "consul", Kind: r.Kind, Name: r.Name}
}

// serviceResolver reads the services that replace another one, always or when it fails.
func serviceResolver(r *resource.Object) {
	e := graph.Evidence{Way: "service-resolver", Strength: graph.Strong, Class: graph.ClassRoute}
	consulRoute(r, consulGet(r.Spec, "redirect"), e)
	e.Fallback = true
	for _, failover := range consulGet(r.Spec, "failover").Pairs() {
		consulRoute(r, failover, e)
		for _, target := range consulList(r, failover, "targets") {
			consulRoute(r, target, e)
		}
	}
	consulResolverPolicies(r)
}

// serviceSplitter reads the services that share the requests of another one.
func serviceSplitter(r *resource.Object) {
	for _, split := range consulList(r, r.Spec, "splits") {
		e := graph.Evidence{Way: "service-splitter", Strength: graph.Strong, Class: graph.ClassRoute}
		if weight, ok := consulGet(split, "weight").Float(); ok && weight == 0 {
			e.Strength = graph.Weak
		}
		consulRoute(r, split, e)
	}
}

// serviceRouter reads the services that get some of the requests of another one.
func serviceRouter(r *resource.Object) {
	for _, route := range consulList(r, r.Spec, "routes") {
		consulRoute(r, consulGet(route, "destination"), graph.Evidence{
			Way: "service-router", Strength: graph.Strong, Class: graph.ClassRoute,
		})
	}
	consulRouterPolicies(r)
}

// consulRoute gives a route to the service below n. Subsets of the service
// itself are no route.
func consulRoute(r *resource.Object, n document.Node, e graph.Evidence) {
	if to, ok := consulParty(n, "service"); ok && to.Ref.Name != r.Name {
		r.Call(consulSelf(r), to, n, e)
	}
}

// consulIngress reads the services that an ingress gateway lets in.
func consulIngress(r *resource.Object) {
	from := consulGateway(r)
	for _, listener := range consulList(r, r.Spec, "listeners") {
		e := graph.Evidence{
			Way: "ingress-gateway", Strength: graph.Strong, Class: graph.ClassIngress,
			Protocol: strings.ToLower(consulGet(listener, "protocol").Str()),
		}
		for _, service := range consulList(r, listener, "services") {
			if to, ok := consulParty(service, "name"); ok {
				r.Call(from, to, service, e)
			}
		}
	}
	consulIngressPolicies(r, from)
}

// consulTerminating reads the services outside that a terminating gateway leads
// to.
func consulTerminating(r *resource.Object) {
	from := consulGateway(r)
	for _, service := range consulList(r, r.Spec, "services") {
		if to, ok := consulParty(service, "name"); ok {
			r.Call(from, to, service, graph.Evidence{Way: "terminating-gateway", Strength: graph.Strong, Class: graph.ClassIngress})
		}
	}
}

// consulGateway declares the resource as a gateway of Consul's catalog. The
// workload of that name, if there is one, is the gateway.
func consulGateway(r *resource.Object) graph.EndpointRef {
	ref := consulRef(r)
	r.Facts.Entities = append(r.Facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway})
	return graph.EndpointRef{Ref: ref}
}

// consulMeshService reads the name under which routes of the Gateway API reach a
// service of Consul's.
func consulMeshService(r *resource.Object) {
	if to, ok := consulParty(r.Spec, "name"); ok {
		r.Member(r.Ref(), to, r.Spec)
	}
}
