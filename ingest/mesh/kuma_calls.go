package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
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

// meshRoute reads where calls go. From a gateway they are calls of the gateway; from proxies
// they are routes of the service that the route is for, and a hint that its proxies make
// them. Requests that no rule matches stay with that service.
func meshRoute(r *resource.Object) {
	target := r.Mapping(r.Spec, "targetRef")
	sender, known := kumaTarget(r, target)
	atGateway := known && target.Get("kind").Str() == "MeshGateway"
	if known && !atGateway {
		kumaCalls(r)
	}
	for _, item := range r.List(r.Spec, "to") {
		root, ok := kumaTarget(r, r.Mapping(item, "targetRef"))
		if atGateway {
			root, ok = sender, true
		}
		if !ok {
			continue
		}
		m := kumaRoutes{r: r, root: root, atGateway: atGateway, way: "mesh-route", rest: true}
		m.rule = kumaRouteRule(r, 10*kumaSpecificity[target.Get("kind").Str()])
		if known {
			m.rule.From = []graph.EndpointRef{sender}
		}
		for _, rule := range r.List(item, "rules") {
			settings := r.Mapping(rule, "default")
			m.backends(rule, kumaMatches(rule), r.List(settings, "backendRefs"), func(n document.Node) (graph.EndpointRef, bool) { return kumaTarget(r, n) })
			for _, filter := range r.List(settings, "filters") {
				backend := filter.Get("requestMirror", "backendRef")
				if to, ok := kumaTarget(r, backend); ok {
					m.send(to, backend, graph.Evidence{Via: m.via(), Strength: graph.Strong, Mirror: true})
				}
			}
		}
		m.leaveRest(item)
	}
}

// kumaRouteRule starts the rule of a route in the proxies of callers.
func kumaRouteRule(r *resource.Object, rank int) *graph.RouteRule {
	p := r.Policy(product.Kuma, "route", r.Root)
	p.Rank = rank
	p.Mesh, _ = kumaMesh(r)
	return p.RouteRule()
}

// kumaRoutes are the routes that one object has for one service, its root.
type kumaRoutes struct {
	r         *resource.Object
	root      graph.EndpointRef
	rule      *graph.RouteRule
	atGateway bool
	way       string
	rest      bool // no rule so far is for all requests
}

// backends gives the routes of one rule, to the services that target finds in its
// backends. A rule without any leaves requests with the root.
func (m *kumaRoutes) backends(rule document.Node, match string, list []document.Node, target func(document.Node) (graph.EndpointRef, bool)) {
	e := graph.Evidence{Strength: graph.Strong, Match: match, Via: m.via()}
	for i, share := range m.r.Shares(rule, "", list, 1) {
		if to, ok := target(list[i]); ok {
			e.In, e.Strength = share.In, share.Strength
			m.send(to, list[i], e)
		}
	}
	if e.In, e.Strength = nil, graph.Strong; len(list) == 0 && !m.atGateway {
		m.send(m.root, rule, e)
	}
	m.rest = m.rest && match != ""
}

// via is what requests go by that a rule matches, for policies that name the route.
func (m *kumaRoutes) via() []graph.Ref { return []graph.Ref{kumaRef(m.r.Kind, m.r.Name)} }

// leaveRest leaves the requests that no rule matches with the root. They do not go by the route.
func (m *kumaRoutes) leaveRest(at document.Node) {
	if m.rest && !m.atGateway {
		m.send(m.root, at, graph.Evidence{Strength: graph.Strong})
	}
}

// send gives one route.
func (m *kumaRoutes) send(to graph.EndpointRef, at document.Node, e graph.Evidence) {
	e.Way = m.way
	if m.atGateway {
		e.Class = graph.ClassIngress
		m.r.Call(m.root, to, at, e)
		return
	}
	m.r.Route(m.root, to, at, m.rule, e)
}

// kumaMatches returns the part of the calls that a rule is for, "" for all.
func kumaMatches(rule document.Node) string {
	var texts []string
	for _, match := range rule.Get("matches").List() {
		var words []string
		if method := match.Get("method").Str(); method != "" {
			words = append(words, method)
		}
		path := match.Get("path", "value").Str()
		switch match.Get("path", "type").Str() {
		case "RegularExpression":
			words = append(words, "~"+path)
		case "PathPrefix", "Prefix":
			if path != "/" && path != "" {
				words = append(words, path+"*")
			}
		default:
			if path != "" {
				words = append(words, path)
			}
		}
		for _, field := range []string{"headers", "queryParams"} {
			for _, condition := range match.Get(field).List() {
				words = append(words, strings.TrimSpace(resource.ConditionWords[field]+" "+condition.Get("name").Str()+" "+condition.Get("value").Str()))
			}
		}
		texts = append(texts, strings.Join(words, " "))
	}
	if texts == nil {
		return ""
	}
	return resource.EitherText(texts)
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
// where conf says, some of them where an entry of conf.http says.
func kumaTrafficRoute(r *resource.Object) {
	conf := r.Mapping(r.Spec, "conf")
	from, known := kumaTags(r, "sources")
	for _, destination := range r.List(r.Spec, "destinations") {
		root, ok := kumaService(r, destination.Get("match", kumaServiceTag).Str())
		if !ok || !known {
			continue
		}
		m := kumaRoutes{r: r, root: root, rule: kumaRouteRule(r, -10), way: "traffic-route", rest: true}
		m.rule.From = from
		tagged := func(n document.Node) (graph.EndpointRef, bool) {
			return kumaService(r, field.OrNode(n.Get("destination"), n).Get(kumaServiceTag).Str())
		}
		for _, entry := range append(r.List(conf, "http"), conf) {
			list := r.List(entry, "split")
			if single := entry.Get("destination"); single.Exists() {
				list = []document.Node{single}
			}
			if len(list) > 0 {
				m.backends(entry, kumaPathMatch(entry.Get("match")), list, tagged)
			}
		}
		m.leaveRest(destination)
	}
}

// kumaPathMatch returns the part of the calls that an entry of the older kind is for.
func kumaPathMatch(match document.Node) string {
	var words []string
	if method := resource.StringMatch(match.Get("method")); method != "" {
		words = append(words, method)
	}
	if path := resource.StringMatch(match.Get("path")); path != "" && path != "/*" {
		words = append(words, path)
	}
	for key, value := range match.Get("headers").Pairs() {
		words = append(words, strings.TrimSpace("header "+key.Str()+" "+resource.StringMatch(value)))
	}
	return strings.Join(words, " ")
}
