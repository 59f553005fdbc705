package link

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// bind finds the policies of every call. It returns the routes of calls, and all policies
// with their calls.
func (l *linker) bind(g *graph.Graph, node map[int]graph.Node, names *endings, said overrides) (map[graph.Edge][]graph.Route, []*graph.BoundPolicy) {
	b := &binder{
		l: l, g: g, node: node, said: said, root: make([]int, g.Len()), endings: names, matched: map[string][]graph.Node{}, via: map[graph.Ref][]graph.Edge{}, rival: map[leg][]candidate{},
		through: map[graph.Node][]graph.Edge{}, sentOn: map[graph.Edge]bool{}, behind: map[graph.Edge][]graph.Node{},
	}
	for root, n := range node {
		b.root[n] = root
	}
	b.index()
	for i := range l.f.Policies {
		if p := &l.f.Policies[i]; p.Group == graph.ClassGroup {
			b.classes = append(b.classes, p)
		}
	}
	count := 0
	for i := range l.f.Policies {
		bound := b.matchCalls(&l.f.Policies[i])
		if count += bound.count(); count > l.budget.bound {
			l.exceed(l.budget.bound, "calls with policies", bound.Origin)
			return nil, nil
		}
		b.policies = append(b.policies, bound)
	}
	b.findBypasses()
	routes := b.route()
	acts := map[graph.Origin]bool{} // what is written at one place can be policies of several groups
	for _, p := range b.policies {
		acts[p.Origin] = acts[p.Origin] || p.Merge && p.acts
	}
	policies := make([]*graph.BoundPolicy, 0, len(b.policies))
	for _, p := range b.policies {
		policies = append(policies, &p.BoundPolicy)
		if p.Merge && acts[p.Origin] { // it acts together with others and is hidden by none
			p.Shadows = slices.DeleteFunc(p.Shadows, func(s graph.Shadow) bool { return s.Field == "" })
		}
		slices.SortFunc(p.Shadows, func(a, b graph.Shadow) int {
			return cmp.Or(a.By.Origin.Compare(b.By.Origin), strings.Compare(a.By.Match, b.By.Match), strings.Compare(a.Field, b.Field))
		})
	}
	return routes, policies
}

// index lists calls by the objects and the names that they go through.
func (b *binder) index() {
	var one [1]graph.Evidence
	rules := map[graph.Ref]bool{}
	for i := range b.l.f.Policies {
		if p := &b.l.f.Policies[i]; !p.Rule.IsZero() {
			rules[p.Rule] = true
		}
	}
	b.ofRule, b.offered = map[ruleMatch][]graph.Edge{}, map[string]*offer{}
	for e := range graph.Edge(b.g.Calls()) {
		evidence := b.g.EvidenceIn(e, &one)
		for i := range evidence {
			ev := &evidence[i]
			for _, r := range ev.Via {
				b.via[r] = append(b.via[r], e)
				if rules[r] {
					of := ruleMatch{r, withoutListener(ev.Match)}
					b.ofRule[of] = append(b.ofRule[of], e)
				}
			}
			if ev.Through == "" {
				continue
			}
			if name, ok := b.g.Node(ev.Through); ok {
				b.sentOn[e] = true
				b.through[name] = append(b.through[name], e)
			}
		}
	}
	for ends, services := range b.l.behind {
		e, ok := b.g.Edge(b.node[ends[0]], b.node[ends[1]])
		if !ok {
			continue
		}
		for _, s := range services {
			v := b.node[s]
			b.behind[e] = append(b.behind[e], v)
			b.through[v] = append(b.through[v], e)
		}
	}
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
	bound := &binding{BoundPolicy: graph.BoundPolicy{Policy: p}}
	froms, anyFrom := b.nodes(p, p.From)
	tos, anyTo := b.nodes(p, p.To)
	if more := b.listeners(p, froms); more != nil {
		tos = append(tos, more...)
		slices.Sort(tos)
	}
	calls := b.indexedCalls(p, froms, tos, anyFrom, anyTo)
	isCallee := b.calleeByAlias(p, calls)
	for _, e := range calls {
		from := b.g.From(e)
		callee, ok := b.calleeOf(p, e, b.g.Evidence(e), tos, anyTo)
		if (!anyTo || p.Mesh != "") && !p.Says.Empty() {
			if why := b.excludes(p, e, froms, tos, anyFrom, anyTo); why != graph.NotUnbound {
				bound.miss(why, e)
				continue
			}
		}
		switch {
		case !ok, anyTo && b.asks(e),
			!b.g.Class(e).Core(),
			!anyFrom && !isAmong(froms, from),
			!b.exported(p, from),
			!b.ofMesh(p, from, callee),
			!isCallee(e),
			anyTo && p.Says.Layer == policy.App && b.isLogin(e),
			len(p.Protocols) > 0 && !b.mayUseProtocol(e, p.Protocols),
			slices.Contains(p.NotProtocols, b.g.Protocol(e)),
			p.RequireProtocol && b.g.Protocol(e) == "",
			p.NotGateways && b.g.Service(from).Kind == graph.KindGateway && !gatewayFollows(b.g.Service(from), p.Product),
			p.NeedsMesh && p.Product.InClusters && b.l.elsewhere[from]:
			continue
		}
		if _, ok := lookup(p.Lookup, p.Namespace, p.Product, b.g.Service(from), b.g.Service(callee)); !ok {
			continue
		}
		inbound := p.Says.Layer == policy.ServerProxy
		if p.NeedsMesh && (inbound || anyTo && p.Product.OrNative().BetweenMembers) && !b.behindProxy(p, e, callee) {
			continue
		}
		if p.NeedsMesh && !inbound && b.ofOtherClass(p, from) {
			continue
		}
		if p.NeedsMesh && !inbound && !proxied(p.Product, b.g.Service(from), b.g.Service(callee)) {
			bound.Outside = append(bound.Outside, e)
			continue
		}
		if p.L7Only && b.opaque(e) {
			bound.Opaque = append(bound.Opaque, e)
			continue
		}
		if p.NeedsRequests {
			switch by := b.l.protocolOf(p.Product, b.root[callee]); {
			case by == nil:
				bound.Unsaid = append(bound.Unsaid, e)
			case !policy.HasRequests(by.Protocol):
				bound.Opaque = append(bound.Opaque, e)
				bound.OpaqueBy = cmp.Or(bound.OpaqueBy, by)
				continue
			}
		}
		bound.Calls = append(bound.Calls, e)
	}
	switch {
	case len(bound.Calls) == 0 && len(bound.Outside) == 0 && len(bound.Opaque) == 0:
		bound.UnboundReason = b.unboundReason(p, froms, tos, anyFrom, anyTo)
	case p.Subset != "" && p.Selects != nil && !b.hasReplica(p, tos):
		bound.Calls, bound.Outside, bound.UnboundReason = nil, nil, graph.NoReplica
	default:
		for _, e := range bound.Calls {
			b.compete(bound, e, tos, anyTo)
		}
	}
	return bound
}

// compete makes a policy a candidate of each leg of a call that it is for.
func (b *binder) compete(bound *binding, e graph.Edge, tos []graph.Node, anyTo bool) {
	p := bound.Policy
	for leg, evidence := range b.legs(e) {
		callee, ok := b.calleeOf(p, e, evidence, tos, anyTo)
		if !ok {
			continue
		}
		c := candidate{bound: bound}
		if c.found, ok = lookup(p.Lookup, p.Namespace, p.Product, b.g.Service(b.g.From(e)), b.g.Service(callee)); !ok {
			continue
		}
		if p.ToIs == graph.NamedHost {
			c.precision = b.precisionOf(p, leg.name)
		}
		c.exact = p.CalleeAlias != "" && b.goesBy(e, func(s *graph.Service) bool { return hasName(s, p.CalleeAlias) })
		b.rival[leg] = append(b.rival[leg], c)
	}
}

// legs returns the legs of a call, each with its evidence.
func (b *binder) legs(e graph.Edge) iter.Seq2[leg, []graph.Evidence] {
	if b.sentOn[e] {
		return legsOf(b.g, e)
	}
	return func(yield func(leg, []graph.Evidence) bool) { yield(leg{e, b.g.To(e)}, b.g.Evidence(e)) }
}
