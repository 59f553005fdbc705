package link

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
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
	root     []int // of every node
	policies []*binding
	classes  []*graph.Policy // by which the gateways of a class are known
	via      map[graph.Ref][]graph.Edge
	ofRule   map[ruleMatch][]graph.Edge // the calls with a part that a route with several made
	offered  map[string]*offer
	rival    map[leg][]candidate
	endings  *endings
	matched  map[string][]graph.Node     // the services of hosts with a wildcard
	through  map[graph.Node][]graph.Edge // the calls that routes send on from a name
	sentOn   map[graph.Edge]bool         // the same as a set
	behind   map[graph.Edge][]graph.Node // the Services that a call reaches its callee by, if they have several
	entities map[graph.Node][]int        // of every service; see replicas
	said     overrides
}

// A ruleMatch is what a route matches in a part.
type ruleMatch struct {
	route graph.Ref
	match string
}

// An offer is the calls that the policies of one route for the same callees may be for, sorted.
type offer struct {
	all  []graph.Edge
	rest []graph.Edge // those that may be of any part
}

// A candidate is a policy that applies to a call, with its precedence.
type candidate struct {
	bound     *binding
	found     int  // how early its product finds it; greater is earlier
	precision int  // of the host by which a policy for what callers name names it
	exact     bool // the callee has exactly the name in the policy, not a similar one
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
		if !anyTo && !p.Says.Empty() {
			if why := b.excludes(p, e, froms, tos, anyFrom); why != graph.NotUnbound {
				bound.miss(why, e)
				continue
			}
		}
		switch {
		case !ok, anyTo && b.asks(e),
			!b.g.Class(e).Core(),
			!anyFrom && !isAmong(froms, from),
			!b.exported(p, from),
			!isCallee(e),
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

// excludes returns which condition of a policy excludes a call to one of its callees, if all
// others hold: NoCaller, NotExported, NotLookedUp or NoPort; NotUnbound if not one does.
func (b *binder) excludes(p *graph.Policy, e graph.Edge, froms, tos []graph.Node, anyFrom bool) graph.UnboundReason {
	onAnyPort := *p
	onAnyPort.Port = 0
	from := b.g.From(e)
	callee, ok := b.calleeOf(&onAnyPort, e, b.g.Evidence(e), tos, false)
	if !ok || !b.g.Class(e).Core() || b.asks(e) {
		return graph.NotUnbound
	}
	_, found := lookup(p.Lookup, p.Namespace, p.Product, b.g.Service(from), b.g.Service(callee))
	_, onPort := b.calleeOf(p, e, b.g.Evidence(e), tos, false)
	why := graph.NotUnbound
	for _, condition := range []struct {
		holds  bool
		reason graph.UnboundReason
	}{
		{anyFrom || isAmong(froms, from), graph.NoCaller},
		{b.exported(p, from), graph.NotExported},
		{found, graph.NotLookedUp},
		{onPort, graph.NoPort},
	} {
		switch {
		case condition.holds:
		case why != graph.NotUnbound:
			return graph.NotUnbound
		default:
			why = condition.reason
		}
	}
	return why
}

// count returns the number of calls that the policy is for, whether it acts on them or not.
func (b *binding) count() int {
	n := len(b.Calls) + len(b.Outside) + len(b.Opaque)
	for i := range b.Missed {
		n += len(b.Missed[i].Calls)
	}
	return n
}

// miss adds e to the calls that a condition excludes.
func (b *binding) miss(why graph.UnboundReason, e graph.Edge) {
	at := slices.IndexFunc(b.Missed, func(m graph.Missed) bool { return m.Reason == why })
	if at < 0 {
		b.Missed = append(b.Missed, graph.Missed{Reason: why, Calls: []graph.Edge{e}})
	} else {
		b.Missed[at].Calls = append(b.Missed[at].Calls, e)
	}
}

// behindProxy reports whether the callee of a call is in the mesh of a policy. Unknown
// membership counts as inside for services that the policy or the call says so of, and for
// programs.
func (b *binder) behindProxy(p *graph.Policy, e graph.Edge, callee graph.Node) bool {
	s := b.g.Service(callee)
	m, known := s.Member(p.Product)
	return m.In || !known && (len(p.To) > 0 || b.addressed(e, p.Product) || s.Kind == graph.KindService || s.Kind == graph.KindGateway)
}

// asks reports whether the caller asks the callee alone whether requests may pass.
func (b *binder) asks(e graph.Edge) bool {
	var one [1]graph.Evidence
	return !slices.ContainsFunc(b.g.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return ev.Class.Core() && !ev.Asked })
}

// ofOtherClass reports whether a gateway is an object whose class is not that of the product of
// a policy: then it runs another proxy, whatever mesh its namespace is in.
func (b *binder) ofOtherClass(p *graph.Policy, from graph.Node) bool {
	s := b.g.Service(from)
	if s.Kind != graph.KindGateway || len(s.Images) > 0 || len(s.Origins) == 0 || b.l == nil {
		return false
	}
	if reader := s.Origins[0].Reader; reader != kubernetes && reader != product.GatewayAPI.Name {
		return false
	}
	if m, known := s.Carrier(p.Product); known && m.In {
		return false
	}
	return !slices.ContainsFunc(b.classes, func(c *graph.Policy) bool {
		froms, _ := b.nodes(c, c.From)
		return c.Product.Is(p.Product) && isAmong(froms, from)
	})
}

// calleeOf returns the service as which a policy meets the callee of the part of a call that
// evidence shows, and false if it is not for the part by callee, port and rule.
func (b *binder) calleeOf(p *graph.Policy, e graph.Edge, evidence []graph.Evidence, tos []graph.Node, anyTo bool) (callee graph.Node, ok bool) {
	to := b.g.To(e)
	if !b.sentOn[e] { // no route has moved it here
		ok := anyTo || isAmong(tos, to)
		return to, ok && (p.Port == 0 || b.onPort(e, p.Port)) && (p.Rule.IsZero() || slices.ContainsFunc(evidence, func(ev graph.Evidence) bool {
			return ev.Class.Core() && isOfRule(p, &ev)
		}))
	}
	for i := range evidence {
		ev := &evidence[i]
		if !ev.Class.Core() || !isOfRule(p, ev) {
			continue
		}
		callee, ok := b.meets(p, e, ev, tos)
		port := portOf(ev)
		if callee != to && ev.ThroughPort != 0 {
			port = ev.ThroughPort
		}
		if (anyTo || ok) && (p.Port == 0 || port == 0 || port == p.Port) {
			return callee, true
		}
	}
	return to, false
}

// isOfRule reports whether the part of a call that evidence shows is that of a policy's rule,
// if the route of the rule made the parts.
func isOfRule(p *graph.Policy, ev *graph.Evidence) bool {
	return p.Rule.IsZero() || !slices.Contains(ev.Via, p.Rule) || withoutListener(ev.Match) == p.Match
}

// meets returns the name of the callee by which a policy meets a call, and whether it is
// among the callees of the policy.
func (b *binder) meets(p *graph.Policy, e graph.Edge, ev *graph.Evidence, tos []graph.Node) (callee graph.Node, ok bool) {
	to := b.g.To(e)
	named := addressee(b.g, e, ev)
	which := p.ToIs
	if p.Says.Layer == policy.ServerProxy {
		which = graph.Destination // whose proxy it is
	}
	switch {
	case which == graph.NamedHost:
		return named, isAmong(tos, named)
	case isAmong(tos, to):
		return to, true
	case which == graph.EitherName && isAmong(tos, named):
		return named, true
	case which == graph.Destination && p.Says.Layer == policy.ServerProxy:
		return to, false
	}
	i := slices.IndexFunc(b.behind[e], func(v graph.Node) bool { return isAmong(tos, v) })
	if i >= 0 {
		return b.behind[e][i], true
	}
	return to, false
}

// precisionOf returns the precision by which a policy names a service, that of its best host.
func (b *binder) precisionOf(p *graph.Policy, name graph.Node) int {
	best := exactHost
	for i := range p.To {
		best = min(best, precision(p.To[i].Host.Host))
	}
	if best == exactHost {
		return best
	}
	for i := range p.To {
		here := precision(p.To[i].Host.Host)
		if here > best && isAmong(b.party(&p.To[i]), name) {
			best = here
		}
	}
	return best
}

// legs returns the legs of a call, each with its evidence.
func (b *binder) legs(e graph.Edge) iter.Seq2[leg, []graph.Evidence] {
	if b.sentOn[e] {
		return legsOf(b.g, e)
	}
	return func(yield func(leg, []graph.Evidence) bool) { yield(leg{e, b.g.To(e)}, b.g.Evidence(e)) }
}

// goesBy reports whether a service that a caller addresses for a call, or its callee, is one
// that is asked for.
func (b *binder) goesBy(e graph.Edge, is func(*graph.Service) bool) bool {
	if is(b.g.Service(b.g.To(e))) {
		return true
	}
	return b.sentOn[e] && slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool {
		v, ok := b.g.Node(ev.Through)
		return ok && is(b.g.Service(v))
	})
}

// indexedCalls returns the calls that a policy can apply to, sorted, by the narrowest of its
// conditions that has an index.
func (b *binder) indexedCalls(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) []graph.Edge {
	if p.Rule.IsZero() {
		return b.callsBetween(p, froms, tos, anyFrom, anyTo)
	}
	// A route may have many parts, each with a policy for its own calls.
	key := fmt.Sprint(p.Rule, p.Of, froms, tos, anyFrom, anyTo)
	o := b.offered[key]
	if o == nil {
		o = &offer{all: b.callsBetween(p, froms, tos, anyFrom, anyTo)}
		for _, e := range o.all {
			if slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return !slices.Contains(ev.Via, p.Rule) }) {
				o.rest = append(o.rest, e)
			}
		}
		b.offered[key] = o
	}
	edges := slices.Clone(o.rest)
	for _, e := range b.ofRule[ruleMatch{p.Rule, p.Match}] {
		if _, ok := slices.BinarySearch(o.all, e); ok {
			edges = append(edges, e)
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// callsBetween returns the calls that go through the object of a policy, or between its ends, sorted.
func (b *binder) callsBetween(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) []graph.Edge {
	var edges []graph.Edge
	switch {
	case !p.Of.IsZero():
		edges = slices.Clone(b.via[p.Of])
	case !anyTo:
		for _, v := range tos {
			edges = append(edges, b.g.In(v)...)
			edges = append(edges, b.through[v]...)
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

// nodes returns the services of parties, sorted; anyone is true if there are no parties, which is
// every service. The list must not be changed.
func (b *binder) nodes(p *graph.Policy, parties []graph.EndpointRef) (nodes []graph.Node, anyone bool) {
	if len(parties) == 0 {
		return nil, true
	}
	if len(parties) == 1 {
		return b.party(&parties[0]), false
	}
	for i := range parties {
		nodes = append(nodes, b.party(&parties[i])...)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), false
}

// party returns the services of a party, sorted. The list must not be changed.
func (b *binder) party(p *graph.EndpointRef) []graph.Node {
	pattern := strings.HasPrefix(p.Host.Host, "*")
	if nodes, known := b.matched[p.Host.Host]; known && pattern {
		return nodes
	}
	var nodes []graph.Node
	for _, root := range b.roots(p) {
		if n, ok := b.node[root]; ok {
			nodes = append(nodes, n)
		}
	}
	slices.Sort(nodes)
	nodes = slices.Clip(slices.Compact(nodes))
	if pattern {
		b.matched[p.Host.Host] = nodes
	}
	return nodes
}

// isAmong reports whether a service is in a sorted list.
func isAmong(nodes []graph.Node, n graph.Node) bool {
	_, ok := slices.BinarySearch(nodes, n)
	return ok
}

// listeners returns the services that the callers of a policy reach at the ports of their own
// machines that it is for.
func (b *binder) listeners(p *graph.Policy, froms []graph.Node) []graph.Node {
	var tos []graph.Node
	for i := range p.To {
		if host := &p.To[i].Host; address.IsLocal(host.Host) {
			for _, v := range froms {
				if to, ok := b.l.listener(b.root[v], host.Port); ok {
					tos = append(tos, b.node[to])
				}
			}
		}
	}
	slices.Sort(tos)
	return slices.Compact(tos)
}

// roots resolves a party of a policy. Unlike a call, a policy makes no node of what it
// names, and its host may be a pattern.
func (b *binder) roots(p *graph.EndpointRef) []int {
	if suffix, ok := strings.CutPrefix(p.Host.Host, "*"); ok {
		return b.endings.of(suffix)
	}
	return b.l.existing(p)
}

// lookup returns whether a product finds an object in a namespace for a call, and how early:
// greater is earlier.
func lookup(how graph.Lookup, namespace string, p *policy.Product, from, to *graph.Service) (order int, ok bool) {
	caller, callee := from.Namespace, to.Namespace
	switch how {
	case graph.CallersOwn:
		return 0, namespace == caller || namespace == "" || caller == ""
	case graph.CallerFirst, graph.NearCaller:
		switch {
		case namespace == caller:
			return 3, true
		case namespace == callee, callee == "":
			return 2, true
		case how == graph.CallerFirst && namespace != "" && namespace == p.OrNative().RootNamespace:
			return 1, true
		}
		return 0, namespace == "" // applied with one that the inputs do not give
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
		if p.Protocol == "" && !b.isMessaging(e) || policy.HasRequests(p.Protocol) {
			return false
		}
		opaque = true
	}
	return opaque
}

// isMessaging reports whether a call without a declared protocol is to a broker or a cache:
// what these speak has no requests that a proxy could repeat, but for their consoles.
func (b *binder) isMessaging(e graph.Edge) bool {
	switch b.g.Service(b.g.To(e)).Kind {
	case graph.KindBroker, graph.KindTopic, graph.KindCache:
		return b.g.Protocol(e) == ""
	}
	return false
}

// mayUseProtocol reports whether a call can be of one of the protocols.
func (b *binder) mayUseProtocol(e graph.Edge, protocols []string) bool {
	switch b.g.Service(b.g.To(e)).Kind {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return false
	}
	protocol := b.g.Protocol(e)
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

// calleeByAlias returns which calls go to the callee that a policy calls by a name in code: those
// to a service of that name, or, if no call goes to one, those whose setting has the name:
// CATALOG_URL for "catalogClient".
func (b *binder) calleeByAlias(p *graph.Policy, calls []graph.Edge) func(graph.Edge) bool {
	if p.CalleeAlias == "" {
		return func(graph.Edge) bool { return true }
	}
	named := func(e graph.Edge) bool {
		return b.goesBy(e, func(s *graph.Service) bool { return matchesLoosely(s, p.CalleeAlias) })
	}
	if slices.ContainsFunc(calls, named) {
		return named
	}
	want := looseName(p.CalleeAlias)
	return func(e graph.Edge) bool {
		return slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return isKeyOf(ev.Key, want) })
	}
}

// isKeyOf reports whether the key of an address ends with a name, in its loose form, and words
// for an address: "orders.catalog-service-url" for "catalog".
func isKeyOf(key, name string) bool {
	words := address.Words(key)
	n := len(words)
	for n > 0 && slices.Contains(addressEndings, words[n-1]) {
		n--
	}
	if n == len(words) || name == "" {
		return false
	}
	for i := range n {
		if looseName(strings.Join(words[i:n], "")) == name {
			return true
		}
	}
	return false
}

// addressEndings end the keys of addresses.
var addressEndings = wordList("url uri host hostname addr address endpoint base")

// hasName reports whether a service has exactly this name.
func hasName(s *graph.Service, name string) bool {
	return strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// matchesLoosely reports whether name can be the name in code of a service.
func matchesLoosely(s *graph.Service, name string) bool {
	want := looseName(name)
	return looseName(s.Name) == want || slices.ContainsFunc(s.Aliases, func(a string) bool { return looseName(a) == want })
}
