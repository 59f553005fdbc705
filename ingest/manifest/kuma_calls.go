package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// meshTrafficPermission reads which proxies may call the one a permission is
// for, by tags in "from" or by identities in "rules".
func meshTrafficPermission(r *resource) {
	to, ok := r.kumaTarget(r.mapping(r.spec, "targetRef"))
	if !ok {
		return
	}
	e := graph.Evidence{Way: "mesh-traffic-permission", Strength: graph.Allowed}
	for _, source := range r.list(r.spec, "from") {
		action := strings.ToLower(source.Get("default", "action").Str())
		from, ok := r.kumaTarget(r.mapping(source, "targetRef"))
		if ok && strings.HasPrefix(action, "allow") { // "AllowWithShadowDeny" allows, and logs
			r.call(from, to, source, e)
		}
	}
	for _, rule := range r.list(r.spec, "rules") {
		for _, allow := range rule.Get("default", "allow").List() {
			id := allow.Get("spiffeID")
			if namespace, account, ok := principalAccount(id.Get("value").Str()); ok && id.Get("type").Str() == "Exact" {
				r.call(r.account(namespace, account), to, allow, e)
			}
		}
	}
}

// meshPolicy reads a policy of some proxies, and what it says about whom they
// call.
func meshPolicy(r *resource) {
	kumaPolicies(r)
	kumaCalls(r)
}

// kumaCalls reads what one service sets for its calls to another: a hint that it
// makes them.
func kumaCalls(r *resource) {
	from, ok := r.kumaTarget(r.mapping(r.spec, "targetRef"))
	if !ok {
		return
	}
	for _, item := range r.list(r.spec, "to") {
		if to, ok := r.kumaTarget(r.mapping(item, "targetRef")); ok {
			r.call(from, to, item, graph.Evidence{Way: "mesh-policy", Strength: graph.Weak})
		}
	}
}

// meshRoute reads where calls go. From a gateway they are calls of the gateway;
// from proxies they are routes from the service called to another one, and a
// hint that the service the route is for makes them.
func meshRoute(r *resource) {
	target := r.mapping(r.spec, "targetRef")
	sender, known := r.kumaTarget(target)
	atGateway := known && target.Get("kind").Str() == "MeshGateway"
	if known && !atGateway {
		kumaCalls(r)
	}
	for _, item := range r.list(r.spec, "to") {
		root, ok := r.kumaTarget(r.mapping(item, "targetRef"))
		e := graph.Evidence{Way: "mesh-route", Class: graph.ClassRoute}
		if atGateway {
			root, ok, e.Class = sender, true, graph.ClassIngress
		}
		if !ok {
			continue
		}
		if !atGateway {
			r.member(kumaRef(r.kind, r.name), root, item) // for policies that name the route
		}
		for _, rule := range r.list(item, "rules") {
			settings := r.mapping(rule, "default")
			for _, backend := range r.list(settings, "backendRefs") {
				e.Strength = weighted(backend)
				r.kumaRoute(root, backend, e)
			}
			for _, filter := range r.list(settings, "filters") {
				mirror := e
				mirror.Strength, mirror.Mirror = graph.Strong, true
				r.kumaRoute(root, filter.Get("requestMirror", "backendRef"), mirror)
			}
		}
	}
}

// kumaRoute gives a route to a backend other than its root.
func (r *resource) kumaRoute(root graph.EndpointRef, backend document.Node, e graph.Evidence) {
	if to, ok := r.kumaTarget(backend); ok && (to.Ref.IsZero() || to.Ref != root.Ref) {
		r.call(root, to, backend, e)
	}
}

// kumaTrafficPermission reads a permission of the older kind.
func kumaTrafficPermission(r *resource) {
	for _, source := range r.list(r.spec, "sources") {
		from, ok := r.kumaTagged(labelsOf(source.Get("match")))
		if !ok {
			continue
		}
		for _, destination := range r.list(r.spec, "destinations") {
			if to, ok := r.kumaTagged(labelsOf(destination.Get("match"))); ok {
				r.call(from, to, destination, graph.Evidence{Way: "traffic-permission", Strength: graph.Allowed})
			}
		}
	}
}

// kumaTrafficRoute reads a route of the older kind: calls to the destinations go
// where conf says.
func kumaTrafficRoute(r *resource) {
	conf := r.mapping(r.spec, "conf")
	for _, destination := range r.list(r.spec, "destinations") {
		root, ok := r.kumaService(destination.Get("match", kumaServiceTag).Str())
		if !ok {
			continue
		}
		e := graph.Evidence{Way: "traffic-route", Strength: graph.Strong, Class: graph.ClassRoute}
		r.kumaTagRoute(root, conf.Get("destination"), e)
		for _, split := range r.list(conf, "split") {
			e.Strength = weighted(split)
			r.kumaTagRoute(root, split.Get("destination"), e)
		}
	}
}

// kumaTagRoute gives a route to the service that tags name, unless it is the
// root itself.
func (r *resource) kumaTagRoute(root graph.EndpointRef, tags document.Node, e graph.Evidence) {
	if to, ok := r.kumaService(tags.Get(kumaServiceTag).Str()); ok && to.Ref != root.Ref {
		r.call(root, to, tags, e)
	}
}
