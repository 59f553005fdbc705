package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// meshTrafficPermission reads which proxies may call the one a permission is
// for, by tags in "from" or by identities in "rules".
func meshTrafficPermission(r *resource.Object) {
	to, ok := kumaTarget(r, r.Mapping(r.Spec, "targetRef"))
	if !ok {
		return
	}
	e := graph.Evidence{Way: "mesh-traffic-permission", Strength: graph.Allowed}
	for _, source := range r.List(r.Spec, "from") {
		action := strings.ToLower(source.Get("default", "action").Str())
		from, ok := kumaTarget(r, r.Mapping(source, "targetRef"))
		if ok && strings.HasPrefix(action, "allow") { // "AllowWithShadowDeny" allows, and logs
			r.Call(from, to, source, e)
		}
	}
	for _, rule := range r.List(r.Spec, "rules") {
		for _, allow := range rule.Get("default", "allow").List() {
			id := allow.Get("spiffeID")
			if namespace, account, ok := principalAccount(id.Get("value").Str()); ok && id.Get("type").Str() == "Exact" {
				r.Call(r.Account(namespace, account), to, allow, e)
			}
		}
	}
}

// meshPolicy reads a policy of some proxies, and what it says about whom they
// call.
func meshPolicy(r *resource.Object) {
	kumaPolicies(r)
	kumaCalls(r)
}

// kumaCalls reads what one service sets for its calls to another: a hint that it
// makes them.
func kumaCalls(r *resource.Object) {
	from, ok := kumaTarget(r, r.Mapping(r.Spec, "targetRef"))
	if !ok {
		return
	}
	for _, item := range r.List(r.Spec, "to") {
		if to, ok := kumaTarget(r, r.Mapping(item, "targetRef")); ok {
			r.Call(from, to, item, graph.Evidence{Way: "mesh-policy", Strength: graph.Weak})
		}
	}
}

// meshRoute reads where calls go. From a gateway they are calls of the gateway;
// from proxies they are routes from the service called to another one, and a
// hint that the service the route is for makes them.
func meshRoute(r *resource.Object) {
	target := r.Mapping(r.Spec, "targetRef")
	sender, known := kumaTarget(r, target)
	atGateway := known && target.Get("kind").Str() == "MeshGateway"
	if known && !atGateway {
		kumaCalls(r)
	}
	for _, item := range r.List(r.Spec, "to") {
		root, ok := kumaTarget(r, r.Mapping(item, "targetRef"))
		e := graph.Evidence{Way: "mesh-route", Class: graph.ClassRoute}
		if atGateway {
			root, ok, e.Class = sender, true, graph.ClassIngress
		}
		if !ok {
			continue
		}
		if !atGateway {
			r.Member(kumaRef(r.Kind, r.Name), root, item) // for policies that name the route
		}
		for _, rule := range r.List(item, "rules") {
			settings := r.Mapping(rule, "default")
			for _, backend := range r.List(settings, "backendRefs") {
				e.Strength = resource.Weighted(backend)
				kumaRoute(r, root, backend, e)
			}
			for _, filter := range r.List(settings, "filters") {
				mirror := e
				mirror.Strength, mirror.Mirror = graph.Strong, true
				kumaRoute(r, root, filter.Get("requestMirror", "backendRef"), mirror)
			}
		}
	}
}

// kumaRoute gives a route to a backend other than its root.
func kumaRoute(r *resource.Object, root graph.EndpointRef, backend document.Node, e graph.Evidence) {
	if to, ok := kumaTarget(r, backend); ok && (to.Ref.IsZero() || to.Ref != root.Ref) {
		r.Call(root, to, backend, e)
	}
}

// kumaTrafficPermission reads a permission of the older kind.
func kumaTrafficPermission(r *resource.Object) {
	for _, source := range r.List(r.Spec, "sources") {
		from, ok := kumaTagged(r, resource.LabelsOf(source.Get("match")))
		if !ok {
			continue
		}
		for _, destination := range r.List(r.Spec, "destinations") {
			if to, ok := kumaTagged(r, resource.LabelsOf(destination.Get("match"))); ok {
				r.Call(from, to, destination, graph.Evidence{Way: "traffic-permission", Strength: graph.Allowed})
			}
		}
	}
}

// kumaTrafficRoute reads a route of the older kind: calls to the destinations go
// where conf says.
func kumaTrafficRoute(r *resource.Object) {
	conf := r.Mapping(r.Spec, "conf")
	for _, destination := range r.List(r.Spec, "destinations") {
		root, ok := kumaService(r, destination.Get("match", kumaServiceTag).Str())
		if !ok {
			continue
		}
		e := graph.Evidence{Way: "traffic-route", Strength: graph.Strong, Class: graph.ClassRoute}
		kumaTagRoute(r, root, conf.Get("destination"), e)
		for _, split := range r.List(conf, "split") {
			e.Strength = resource.Weighted(split)
			kumaTagRoute(r, root, split.Get("destination"), e)
		}
	}
}

// kumaTagRoute gives a route to the service that tags name, unless it is the
// root itself.
func kumaTagRoute(r *resource.Object, root graph.EndpointRef, tags document.Node, e graph.Evidence) {
	if to, ok := kumaService(r, tags.Get(kumaServiceTag).Str()); ok && to.Ref != root.Ref {
		r.Call(root, to, tags, e)
	}
}
