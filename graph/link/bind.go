package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A binding is a policy while it is being bound to calls.
type binding struct {
	graph.BoundPolicy
	acts       bool           // on some call; with Merge, if any field of it does
	declaredIn policy.Objects // see objects
	own        [1]string      // what declaredIn usually is, without an allocation
}

// A binder binds policies to the calls of a frozen graph.
type binder struct {
	l        *linker
	g        *graph.Graph
	node     map[int]graph.Node
	policies []*binding
	via      map[graph.Ref][]graph.Edge
	rival    map[graph.Edge][]candidate
	entities map[graph.Node][]int // of every service; see replicas
}

// A candidate is a policy that applies to a call, with its precedence.
type candidate struct {
	bound *binding
	found int  // how early its product finds it; greater is earlier
	exact bool // the callee has exactly the name in the policy, not a similar one
}

// compareExact orders two policies by how they name the callee, the exact one first.
func (c candidate) compareExact(other candidate) int {
	switch {
	case c.exact == other.exact:
		return 0
	case c.exact:
		return -1
	}
	return 1
}

// bind finds the policies of every call. It returns the routes of calls, and all policies
// with their calls.
func (l *linker) bind(g *graph.Graph, node map[int]graph.Node) (map[graph.Edge][]graph.Route, []*graph.BoundPolicy) {
	b := &binder{l: l, g: g, node: node, via: map[graph.Ref][]graph.Edge{}, rival: map[graph.Edge][]candidate{}}
	for e := range graph.Edge(g.Calls()) {
		for i := range g.Evidence(e) {
			for _, r := range g.Evidence(e)[i].Via {
				b.via[r] = append(b.via[r], e)
			}
		}
	}
	for i := range l.f.Policies {
		b.policies = append(b.policies, b.matchCalls(&l.f.Policies[i]))
	}
	b.findBypasses()
	routes := b.route()
	policies := make([]*graph.BoundPolicy, 0, len(b.policies))
	for _, p := range b.policies {
		policies = append(policies, &p.BoundPolicy)
		if p.Merge && p.acts { // it acts together with others and is hidden by none
			p.Shadows = slices.DeleteFunc(p.Shadows, func(s graph.Shadow) bool { return s.Field == "" })
		}
		slices.SortFunc(p.Shadows, func(a, b graph.Shadow) int {
			return cmp.Or(a.By.Origin.Compare(b.By.Origin), strings.Compare(a.By.Match, b.By.Match), strings.Compare(a.Field, b.Field))
		})
	}
	return routes, policies
}

// BindOwn returns g with the policies and the groups in the evidence for its calls. It is
// for graphs that were not made by a Builder.
func BindOwn(g *graph.Graph) *graph.Graph {
	return g.With(graph.Details{Coverage: g.Coverage(), Routes: (&binder{g: g}).route(), Groups: alternatives(g)})
}

// route returns for every call what acts on it.
func (b *binder) route() map[graph.Edge][]graph.Route {
	routes := map[graph.Edge][]graph.Route{}
	for e := range graph.Edge(b.g.Calls()) {
		if r := b.routes(e); r != nil {
			routes[e] = r
		}
	}
	b.markUnusedSubsets()
	return routes
}

// matchCalls finds the calls that a policy applies to and makes it a candidate of each.
func (b *binder) matchCalls(p *graph.Policy) *binding {
	bound, found := &binding{BoundPolicy: graph.BoundPolicy{Policy: p}}, map[graph.Edge]int{}
	froms, anyFrom := b.nodes(p, p.From)
	tos, anyTo := b.nodes(p, p.To)
	for _, e := range b.indexedCalls(p, froms, tos, anyFrom, anyTo) {
		from, to := b.g.From(e), b.g.To(e)
		switch {
		case !b.g.Class(e).Core(),
			!anyFrom && !slices.Contains(froms, from),
			!anyTo && !slices.Contains(tos, to),
			!b.exported(p, from),
			p.CalleeAlias != "" && !matchesLoosely(b.g.Service(to), p.CalleeAlias),
			p.Port != 0 && !b.onPort(e, p.Port),
			len(p.Protocols) > 0 && !b.mayUseProtocol(e, p.Protocols),
			slices.Contains(p.NotProtocols, b.g.Call(e).Protocol),
			p.RequireProtocol && b.g.Call(e).Protocol == "",
			p.NotGateways && b.g.Service(from).Kind == graph.KindGateway:
			continue
		}
		order, ok := b.lookup(p, from, to)
		if !ok {
			continue
		}
		if p.NeedsMesh && !proxied(b.g, p.Product, from, to) {
			bound.Outside = append(bound.Outside, e)
			continue
		}
		if p.L7Only && b.opaque(e) {
			bound.Opaque = append(bound.Opaque, e)
			continue
		}
		bound.Calls = append(bound.Calls, e)
		if order != 0 {
			found[e] = order
		}
	}
	switch {
	case len(bound.Calls) == 0 && len(bound.Outside) == 0 && len(bound.Opaque) == 0:
		bound.UnboundReason = b.unboundReason(p, froms, tos, anyFrom, anyTo)
	case p.Subset != "" && p.Selects != nil && !b.hasReplica(p, tos):
		bound.Calls, bound.Outside, bound.UnboundReason = nil, nil, graph.NoReplica
	default:
		for _, e := range bound.Calls {
			exact := p.CalleeAlias != "" && hasName(b.g.Service(b.g.To(e)), p.CalleeAlias)
			b.rival[e] = append(b.rival[e], candidate{bound, found[e], exact})
		}
	}
	return bound
}

// indexedCalls returns the calls that a policy can apply to, sorted, by the narrowest of its
// conditions that has an index.
func (b *binder) indexedCalls(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) []graph.Edge {
	var edges []graph.Edge
	switch {
	case !p.Of.IsZero():
		edges = slices.Clone(b.via[p.Of])
	case !anyTo:
		for _, v := range tos {
			edges = append(edges, b.g.In(v)...)
		}
	case !anyFrom:
		for _, v := range froms {
			lo, hi := b.g.Out(v)
			for e := lo; e < hi; e++ {
				edges = append(edges, e)
			}
		}
	default:
		for e := range graph.Edge(b.g.Calls()) {
			edges = append(edges, e)
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// nodes returns the services of parties; anyone is true if there are no parties, which is
// every service.
func (b *binder) nodes(p *graph.Policy, parties []graph.EndpointRef) (nodes []graph.Node, anyone bool) {
	if len(parties) == 0 {
		return nil, true
	}
	for i := range parties {
		for _, root := range b.roots(&parties[i]) {
			if n, ok := b.node[root]; ok {
				nodes = append(nodes, n)
			}
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), false
}

// roots resolves a party of a policy. Unlike a call, a policy makes no node of what it
// names, and its host may be a pattern.
func (b *binder) roots(p *graph.EndpointRef) []int {
	l := b.l
	switch host := p.Host.Host; {
	case host == "":
		return l.party(p, graph.Origin{}, quiet)
	case strings.HasPrefix(host, "*"):
		return b.matchWildcard(canonical(host[1:]))
	default:
		if c, ok := l.resolve(host, p.Realm, p.Namespace); ok {
			return []int{c}
		}
		if c, ok := l.byRef[graph.Ref{Realm: "host", Name: canonical(host)}]; ok {
			return []int{l.find(c)}
		}
		return nil
	}
}

// matchWildcard returns every service whose full name ends in suffix: "" and ".local" are
// all services, ".shop" those of a namespace.
func (b *binder) matchWildcard(suffix string) []int {
	var roots []int
	for root, n := range b.node {
		s := b.g.Service(n)
		full := s.Name + "." + s.Namespace
		if suffix == "" || suffix == ".local" || strings.HasSuffix(full, suffix) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.HasSuffix(a, suffix) }) {
			roots = append(roots, root)
		}
	}
	return roots
}

// lookup returns whether a product finds a policy for a call, and how early: greater is
// earlier.
func (b *binder) lookup(p *graph.Policy, from, to graph.Node) (order int, ok bool) {
	caller, callee := b.g.Service(from).Namespace, b.g.Service(to).Namespace
	switch p.Lookup {
	case graph.CallerFirst, graph.NearCaller:
		switch {
		case p.Namespace == caller:
			return 3, true
		case p.Namespace == callee, callee == "":
			return 2, true
		case p.Lookup == graph.CallerFirst && p.Namespace != "" && p.Namespace == p.Product.OrNative().RootNamespace:
			return 1, true
		}
		return 0, false
	}
	return 0, true
}

func (b *binder) onPort(e graph.Edge, port int) bool {
	unknown := true
	for i := range b.g.Evidence(e) {
		switch p := portOf(&b.g.Evidence(e)[i]); p {
		case port:
			return true
		case 0:
		default:
			unknown = false
		}
	}
	return unknown
}

// portOf returns the port that is called, 0 if unknown: the one that is written, else
// that of the scheme of a URL.
func portOf(ev *graph.Evidence) int {
	if ev.Port == 0 && strings.HasSuffix(ev.Way, "-url") {
		return schemePorts[ev.Protocol]
	}
	return ev.Port
}

var schemePorts = map[string]int{"http": 80, "https": 443}

// opaque reports whether a call goes to a port that is declared for a protocol without
// requests.
func (b *binder) opaque(e graph.Edge) bool {
	opaque := false
	for _, p := range b.g.Service(b.g.To(e)).Ports {
		if !b.onPort(e, p.Number) {
			continue
		}
		if p.Protocol == "" || policy.HasRequests(p.Protocol) {
			return false
		}
		opaque = true
	}
	return opaque
}

// mayUseProtocol reports whether a call can be of one of the protocols.
func (b *binder) mayUseProtocol(e graph.Edge, protocols []string) bool {
	switch b.g.Service(b.g.To(e)).Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return false
	}
	protocol := b.g.Call(e).Protocol
	return protocol == "" || slices.Contains(protocols, protocol)
}

// looseName returns the form by which names in code and names of services are compared:
// lower case letters and digits, without endings such as "service" and "client".
func looseName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	s := b.String()
	for changed := true; changed; {
		changed = false
		for _, ending := range []string{"service", "svc", "client", "backend", "api"} {
			if t, ok := strings.CutSuffix(s, ending); ok && t != "" {
				s, changed = t, true
			}
		}
	}
	return s
}

// hasName reports whether a service has exactly this name.
func hasName(s *graph.Service, name string) bool {
	return strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// matchesLoosely reports whether name can be the name in code of a service.
func matchesLoosely(s *graph.Service, name string) bool {
	want := looseName(name)
	return looseName(s.Name) == want || slices.ContainsFunc(s.Aliases, func(a string) bool { return looseName(a) == want })
}
