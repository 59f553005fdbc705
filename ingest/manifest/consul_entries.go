package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// serviceIntentions reads which services may call another one.
func serviceIntentions(r *resource) {
	to, ok := consulParty(consulGet(r.spec, "destination"), "name")
	if !consulGet(r.spec, "destination").Exists() {
		to, ok = r.consulSelf(), r.name != "*"
	}
	if !ok {
		return
	}
	for _, source := range r.consulList(r.spec, "sources") {
		from, ok := consulParty(source, "name")
		if ok && consulAllows(source) {
			r.call(from, to, source, graph.Evidence{Way: "service-intention", Strength: graph.Allowed})
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
func serviceDefaults(r *resource) {
	for _, override := range r.consulList(r.spec, "upstreamConfig", "overrides") {
		if to, ok := consulParty(override, "name"); ok {
			r.call(r.consulSelf(), to, override, graph.Evidence{Way: "consul-upstream", Strength: graph.Strong})
		}
	}
	for _, address := range r.consulList(r.spec, "destination", "addresses") {
		if host := hostName(address.Str()); host != "" {
			r.facts.Names = append(r.facts.Names, graph.Name{
				Ref: r.consulRef(), Origin: r.At(address), Target: host, Outside: true, Kind: graph.KindExternal,
			})
		}
	}
	consulDefaultsPolicies(r)
}

// consulRef names the resource in Consul's own catalog.
func (r *resource) consulRef() graph.Ref {
	return graph.Ref{Realm: "consul", Kind: r.kind, Name: r.name}
}

// serviceResolver reads the services that stand in for another one, always or
// when it fails.
func serviceResolver(r *resource) {
	e := graph.Evidence{Way: "service-resolver", Strength: graph.Strong, Class: graph.ClassRoute}
	r.consulRoute(consulGet(r.spec, "redirect"), e)
	e.Fallback = true
	for _, failover := range consulGet(r.spec, "failover").Pairs() {
		r.consulRoute(failover, e)
		for _, target := range r.consulList(failover, "targets") {
			r.consulRoute(target, e)
		}
	}
	consulResolverPolicies(r)
}

// serviceSplitter reads the services that share the requests of another one.
func serviceSplitter(r *resource) {
	for _, split := range r.consulList(r.spec, "splits") {
		e := graph.Evidence{Way: "service-splitter", Strength: graph.Strong, Class: graph.ClassRoute}
		if weight, ok := consulGet(split, "weight").Float(); ok && weight == 0 {
			e.Strength = graph.Weak
		}
		r.consulRoute(split, e)
	}
}

// serviceRouter reads the services that get some of the requests of another one.
func serviceRouter(r *resource) {
	for _, route := range r.consulList(r.spec, "routes") {
		r.consulRoute(consulGet(route, "destination"), graph.Evidence{
			Way: "service-router", Strength: graph.Strong, Class: graph.ClassRoute,
		})
	}
	consulRouterPolicies(r)
}

// consulRoute gives a route to the service below n. Subsets of the service
// itself are no route.
func (r *resource) consulRoute(n document.Node, e graph.Evidence) {
	if to, ok := consulParty(n, "service"); ok && to.Ref.Name != r.name {
		r.call(r.consulSelf(), to, n, e)
	}
}

// consulIngress reads the services that an ingress gateway lets in.
func consulIngress(r *resource) {
	from := r.consulGateway()
	for _, listener := range r.consulList(r.spec, "listeners") {
		e := graph.Evidence{
			Way: "ingress-gateway", Strength: graph.Strong, Class: graph.ClassIngress,
			Protocol: strings.ToLower(consulGet(listener, "protocol").Str()),
		}
		for _, service := range r.consulList(listener, "services") {
			if to, ok := consulParty(service, "name"); ok {
				r.call(from, to, service, e)
			}
		}
	}
	consulIngressPolicies(r, from)
}

// consulTerminating reads the services outside that a terminating gateway leads
// to.
func consulTerminating(r *resource) {
	from := r.consulGateway()
	for _, service := range r.consulList(r.spec, "services") {
		if to, ok := consulParty(service, "name"); ok {
			r.call(from, to, service, graph.Evidence{Way: "terminating-gateway", Strength: graph.Strong, Class: graph.ClassIngress})
		}
	}
}

// consulGateway declares the resource as a gateway of Consul's catalog. The
// workload of that name, if there is one, is the gateway.
func (r *resource) consulGateway() graph.EndpointRef {
	ref := r.consulRef()
	r.facts.Entities = append(r.facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway})
	return graph.EndpointRef{Ref: ref}
}

// consulMeshService reads the name under which routes of the Gateway API reach a
// service of Consul's.
func consulMeshService(r *resource) {
	if to, ok := consulParty(r.spec, "name"); ok {
		r.member(r.ref(), to, r.spec)
	}
}
