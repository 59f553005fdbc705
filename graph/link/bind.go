package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A binding is a policy while it is tied to calls.
type binding struct {
	graph.BoundPolicy
	acts       bool           // somewhere, as far as a Merge shows
	declaredIn policy.Objects // see objects
}

// A binder ties policies to the calls of a frozen graph.
type binder struct {
	l        *linker
	g        *graph.Graph
	node     map[int]graph.Node
	policies []*binding
	via      map[graph.Ref][]graph.Edge
	rival    map[graph.Edge][]candidate
	entities map[graph.Node][]int // of every service; see replicas
}

// A candidate is a policy that a call meets, with its precedence.
type candidate struct {
	bound *binding
	found int  // order in which its product looks, greater first
	exact bool // the callee has the very name that the policy gives, not one that is like it
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

// bind finds the policies of every call, and returns them all with their calls.
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
		if p.Merge && p.acts { // it is one of several that act together, and hidden nowhere
			p.Shadows = slices.DeleteFunc(p.Shadows, func(s graph.Shadow) bool { return s.Field == "" })
		}
		slices.SortFunc(p.Shadows, func(a, b graph.Shadow) int {
			return cmp.Or(a.By.Origin.Compare(b.By.Origin), strings.Compare(a.By.Match, b.By.Match), strings.Compare(a.Field, b.Field))
		})
	}
	return routes, policies
}

// BindOwn returns g with the policies in the documents of its calls. It is
// for graphs that no Builder made.
func BindOwn(g *graph.Graph) *graph.Graph {
	return g.With(graph.Details{Coverage: g.Coverage(), Routes: (&binder{g: g}).route()})
}

// route finds out for every call what acts on it.
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

// matchCalls finds the calls that a policy is for and enters it as a candidate.
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

// indexedCalls returns the calls that can meet a policy, sorted, from the narrowest of
// its conditions that is indexed.
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

// nodes returns the services that parties mean, and whether they mean any.
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

// roots resolves a party of a policy. Unlike a call, a policy makes no node of
// what it names, and a host may stand for many.
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
// everybody, ".shop" the services of a namespace.
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

// lookup returns whether and how early a product finds a policy for a call.
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

// portOf is the port that is called, 0 if it is not known: the one that is written,
// or that of the scheme of a URL without any.
func portOf(ev *graph.Evidence) int {
	if ev.Port == 0 && strings.HasSuffix(ev.Way, "-url") {
		return schemePorts[ev.Protocol]
	}
	return ev.Port
}

var schemePorts = map[string]int{"http": 80, "https": 443}

// opaque reports whether a call goes to a port that is declared to be of a protocol
// without requests.
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

// looseName is the form under which names of code and names of services meet:
// lower case letters and digits, without the endings that say that it is a
// service or the client of one.
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

// hasName reports whether a service has that very name.
func hasName(s *graph.Service, name string) bool {
	return strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// matchesLoosely reports whether a service can be what code calls name.
func matchesLoosely(s *graph.Service, name string) bool {
	want := looseName(name)
	return looseName(s.Name) == want || slices.ContainsFunc(s.Aliases, func(a string) bool { return looseName(a) == want })
}
