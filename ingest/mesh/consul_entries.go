package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
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

// The entries that direct the requests for a service are steps that a call passes in turn:
// see policy.Product.RouteSteps. Each names the service itself where requests stay with it.

// serviceResolver reads the services that replace another one, always or when it fails.
func serviceResolver(r *resource.Object) {
	e := graph.Evidence{Way: "service-resolver", Strength: graph.Strong}
	if redirect := consulGet(r.Spec, "redirect"); consulOther(r, redirect) {
		consulRoute(r, "resolver", redirect, e)
	} else {
		consulTakeovers(r, e)
	}
	consulResolverPolicies(r)
}

// consulTakeovers reads the services that take over when no instance of a service passes its
// checks, in order.
func consulTakeovers(r *resource.Object, e graph.Evidence) {
	others := consulTakerNodes(r)
	if others == nil {
		return
	}
	failover := consulGet(r.Spec, "failover")
	group := &graph.GroupFact{Kind: graph.Failover, Name: r.Subject(), Checked: true, Origin: r.At(failover)}
	e.In = &graph.Place{Group: group}
	consulRoute(r, "resolver", failover, e)
	e.Fallback = true
	for i, n := range others {
		e.In = &graph.Place{Group: group, Rank: i + 1}
		consulRoute(r, "resolver", n, e)
	}
}

// consulTakerNodes are where a resolver names the services that take over, in order.
func consulTakerNodes(r *resource.Object) []document.Node {
	var others []document.Node
	for _, failover := range consulGet(r.Spec, "failover").Pairs() {
		for _, n := range append([]document.Node{failover}, consulList(r, failover, "targets")...) {
			if consulOther(r, n) {
				others = append(others, n)
			}
		}
	}
	return others
}

// consulTakers are those services.
func consulTakers(r *resource.Object) []graph.EndpointRef {
	var takers []graph.EndpointRef
	for _, n := range consulTakerNodes(r) {
		to, _ := consulParty(n, "service")
		takers = append(takers, to)
	}
	return takers
}

// serviceSplitter reads the services that share the requests of another one.
func serviceSplitter(r *resource.Object) {
	splits := consulList(r, r.Spec, "splits")
	weights := make([]float64, len(splits))
	for i, split := range splits {
		weights[i], _ = consulGet(split, "weight").Float()
	}
	for i, share := range r.SharesOf(r.Root, "", weights) {
		consulRoute(r, "splitter", splits[i], graph.Evidence{Way: "service-splitter", Strength: share.Strength, In: share.In})
	}
	consulSplitterPolicies(r)
}

// serviceRouter reads the services that get some of the requests of another one. What no
// route matches stays with the service.
func serviceRouter(r *resource.Object) {
	e := graph.Evidence{Way: "service-router", Strength: graph.Strong}
	rest := true
	for _, route := range consulList(r, r.Spec, "routes") {
		if e.Match = consulMatch(route); rest { // a route after one for all requests gets none
			consulRoute(r, "router", consulGet(route, "destination"), e)
		}
		rest = rest && e.Match != ""
	}
	if e.Match = ""; rest {
		consulRoute(r, "router", r.Root, e)
	}
	consulRouterPolicies(r)
}

// consulOther reports whether n names another service than its own entry does.
func consulOther(r *resource.Object, n document.Node) bool {
	to, ok := consulParty(n, "service")
	return ok && to.Ref.Name != r.Name
}

// consulRoute gives a route to the service below n, or to the one of the entry if n names
// none or a part of it.
func consulRoute(r *resource.Object, step string, n document.Node, e graph.Evidence) {
	to := consulSelf(r)
	if consulOther(r, n) {
		to, _ = consulParty(n, "service")
	} else if peer := consulGet(n, "peer").Str(); peer != "" {
		return // in another cluster
	}
	p := consulPolicy(r, step, r.Root)
	p.NeedsRequests = step != "resolver"
	e.Via = []graph.Ref{r.Ref()}
	r.Route(consulSelf(r), to, field.OrNode(n, r.Root), p.RouteRule(), e)
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
