package link

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A route sends the requests for a name on, at least for some callers.
type route struct {
	to        int // root; -1 is the name itself
	number    int // in the order of the inputs
	precision int // of the host by which the rule names the name
	rule      *graph.RouteRule
	evidence  graph.Evidence
}

// A rerouter moves the evidence for calls of names that have routes to what the routes lead
// to.
//
// The routes of one mesh are followed first: those of the object that its product chooses,
// step by step for products with policy.Product.RouteSteps, otherwise once. Then, for
// every caller, the platform chooses among the workloads behind a Service (select.go). Each
// of these leaves a group: the routes of a name are a split, with the groups in it that the
// routes declare. A group that the caller's own document has is around them.
type rerouter struct {
	l        *linker
	services []graph.Service
	node     map[int]graph.Node
	endings  *endings
	exact    map[int][]*route    // by the root of the name
	patterns map[string][]*route // by the suffix of a host with a wildcard
	matching map[int][]string    // the suffixes with routes of a root
	routes   map[int][]*route    // all routes of the names that were asked for
	narrow   map[graph.Ref]bool  // the routes that policies are for
	caller   int                 // root
	known    map[string][]arrival
}

// An arrival is a service at which calls for a name arrive.
type arrival struct {
	to       int // root
	through  int // the root of the Service whose workload it is; -1 if none
	in       *graph.Place
	via      []graph.Ref
	match    string
	strength graph.Strength
	port     int // 0 if the routes keep that of the caller
	fallback bool
}

// reroute moves evidence along routes. Observations stay where traces have them, and so
// do permissions, which are for workloads and not for names.
func (l *linker) reroute(services []graph.Service, node map[int]graph.Node, byEnding *endings) {
	r := &rerouter{
		l: l, services: services, node: node, endings: byEnding, exact: map[int][]*route{}, patterns: map[string][]*route{},
		matching: map[int][]string{}, routes: map[int][]*route{}, narrow: map[graph.Ref]bool{},
	}
	r.collect()
	for i := range l.f.Policies {
		if p := &l.f.Policies[i]; !p.Of.IsZero() && p.Rule.IsZero() {
			r.narrow[p.Of] = true
		}
	}
	l.behind = map[[2]int][]int{}
	var names [][2]int
	for ends := range l.edges {
		if len(r.routesOf(l.find(ends[1]))) > 0 {
			names = append(names, ends)
		}
	}
	slices.SortFunc(names, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	moved := map[[2]int][]graph.Evidence{}
	var order [][2]int
	for _, ends := range names {
		r.start(l.find(ends[0]))
		name := l.find(ends[1])
		var kept []graph.Evidence
		for _, ev := range l.edges[ends] {
			arrivals := r.arrivals(name, &ev)
			if arrivals == nil {
				kept = append(kept, ev)
			}
			for i := range arrivals {
				a := &arrivals[i]
				c := r.sentOn(&ev, name, a)
				if a.to == name {
					kept = append(kept, c)
					continue
				}
				key := [2]int{r.caller, a.to}
				if moved[key] == nil {
					order = append(order, key)
				}
				moved[key] = append(moved[key], c)
				if a.through >= 0 && !slices.Contains(l.behind[key], a.through) {
					l.behind[key] = append(l.behind[key], a.through)
				}
			}
		}
		l.edges[ends] = kept
		delete(l.many, ends)
		if len(kept) == 0 {
			delete(l.edges, ends)
		}
	}
	for _, key := range order {
		l.beObserved(key)
		for _, ev := range moved[key] {
			l.addEvidence(key[0], key[1], ev)
		}
	}
}

// collect finds the services that routes are about, some of which only callers mention.
func (r *rerouter) collect() {
	for i := range r.l.routes {
		f := &r.l.routes[i]
		if f.evidence.Mirror {
			continue
		}
		t := &route{to: -1, number: i, precision: precision(f.fact.From.Host.Host), rule: f.fact.Rule, evidence: f.evidence}
		if f.to >= 0 {
			t.to = r.l.find(f.to)
		}
		suffix, isPattern := strings.CutPrefix(f.fact.From.Host.Host, "*")
		if isPattern {
			r.patterns[suffix] = append(r.patterns[suffix], t)
			continue
		}
		for _, name := range r.l.existing(&f.fact.From) {
			r.exact[name] = append(r.exact[name], t)
		}
	}
	for suffix := range r.patterns {
		for _, name := range r.endings.of(suffix) {
			r.matching[name] = append(r.matching[name], suffix)
		}
	}
}

// routesOf returns the routes of a name, in the order of the inputs. The list must not be changed.
func (r *rerouter) routesOf(name int) []*route {
	routes, known := r.routes[name]
	if known {
		return routes
	}
	routes = r.exact[name]
	switch suffixes := r.matching[name]; {
	case len(suffixes) == 1 && routes == nil:
		routes = r.patterns[suffixes[0]]
	case len(suffixes) > 0:
		routes = slices.Clone(routes)
		for _, s := range suffixes {
			routes = append(routes, r.patterns[s]...)
		}
		slices.SortFunc(routes, func(a, b *route) int { return cmp.Compare(a.number, b.number) })
	}
	r.routes[name] = routes
	return routes
}

// callee returns where a route of a name leads.
func (t *route) callee(name int) int {
	if t.to < 0 {
		return name
	}
	return t.to
}

// start prepares for the calls of a caller.
func (r *rerouter) start(caller int) {
	if r.known == nil || r.caller != caller {
		r.caller, r.known = caller, map[string][]arrival{}
	}
}

func (r *rerouter) service(root int) *graph.Service { return &r.services[r.node[root]] }

// arrivals returns where the calls that evidence shows arrive, nil if they stay at the name and
// no policy is for a part of them. Calls that are shown several times arrive in the same groups.
func (r *rerouter) arrivals(name int, ev *graph.Evidence) []arrival {
	if !ev.Class.Core() || ev.Observed || ev.Mirror || ev.Strength == graph.Allowed || r.caller == name {
		return nil
	}
	q := request{portOf(ev), ev.Protocol}
	routes := r.following(name, 0, q)
	key := fmt.Sprintf("%d %p %v", name, ev.In, routes)
	found, known := r.known[key]
	if !known {
		found = r.along(routes, name, ev.In, q, []int{name})
		if !slices.ContainsFunc(found, func(a arrival) bool {
			return a.to != name || slices.ContainsFunc(a.via, func(v graph.Ref) bool { return r.narrow[v] })
		}) {
			found = nil
		}
		r.known[key] = found
	}
	return found
}

// follow returns where calls for a name arrive that have come as far as a step.
func (r *rerouter) follow(name, step int, in *graph.Place, q request, trail []int) []arrival {
	return r.along(r.following(name, step, q), name, in, q, trail)
}

// along is follow with the routes of the name that the calls take.
func (r *rerouter) along(routes []*route, name int, in *graph.Place, q request, trail []int) []arrival {
	if len(routes) == 0 {
		return r.workloads(name, in)
	}
	first := routes[0].rule
	all := &graph.GroupFact{Kind: graph.Split, Name: first.Object, Origin: first.Document, In: in, Multiplexes: r.multiplexes()}
	copies := map[*graph.GroupFact]*graph.GroupFact{}
	var arrivals []arrival
	for _, t := range routes {
		place := r.placed(copies, t.evidence.In, &graph.Place{Group: all, Match: t.evidence.Match})
		steps := t.rule.Product.OrNative().RouteSteps
		at, to := slices.Index(steps, t.rule.Group), t.callee(name)
		var further []arrival
		switch {
		case steps == nil:
			further = r.workloads(to, place)
		case to == name:
			further = r.follow(name, at+1, place, q, trail)
		case slices.Contains(trail, to):
			further = []arrival{{to: to, through: -1, in: place, strength: graph.Strong}}
		default: // only calls from outside pass the first step
			further = r.follow(to, max(1, at), place, request{t.evidence.Port, q.protocol}, append(slices.Clip(trail), to))
		}
		if t.evidence.Fallback { // what takes over has none of its own
			further = slices.DeleteFunc(further, func(a arrival) bool { return a.fallback })
		}
		for _, a := range further {
			a.via = slices.Concat(t.evidence.Via, a.via)
			a.match = both(t.evidence.Match, a.match)
			a.strength = min(a.strength, t.evidence.Strength)
			a.port = cmp.Or(a.port, t.evidence.Port)
			a.fallback = a.fallback || t.evidence.Fallback
			arrivals = append(arrivals, a)
		}
	}
	return arrivals
}

// workloads returns the workloads among which the platform chooses for calls to a name, or
// the name if it leads to one.
func (r *rerouter) workloads(name int, in *graph.Place) []arrival {
	copies := map[*graph.GroupFact]*graph.GroupFact{}
	var arrivals []arrival
	for _, t := range r.routesOf(name) {
		if t.rule == nil {
			arrivals = append(arrivals, arrival{to: t.callee(name), through: name, in: r.placed(copies, t.evidence.In, in), strength: t.evidence.Strength})
		}
	}
	if arrivals == nil {
		return []arrival{{to: name, through: -1, in: in, strength: graph.Strong}}
	}
	return arrivals
}

// placed returns a place in copies of its groups, the outermost of which is in the place
// around. A place without a group is a part of that place.
func (r *rerouter) placed(copies map[*graph.GroupFact]*graph.GroupFact, p, around *graph.Place) *graph.Place {
	switch {
	case p == nil:
		return around
	case p.Group == nil && around != nil:
		q := *around
		q.Match = narrower(around.Match, p.Match)
		return &q
	case p.Group == nil:
		return nil
	}
	c := copies[p.Group]
	if c == nil {
		own := *p.Group
		own.In = r.placed(copies, p.Group.In, around)
		own.Multiplexes = r.multiplexes()
		c = &own
		copies[p.Group] = c
	}
	q := *p
	q.Group = c
	return &q
}

func (r *rerouter) multiplexes() bool { return r.service(r.caller).Kind == graph.KindGateway }

// following returns the routes of a name that calls of the caller follow at a step or the
// next one that has any: those of the object that the product of the caller's mesh chooses.
func (r *rerouter) following(name, step int, q request) []*route {
	type choice struct {
		*route
		foreign     bool // the caller is not known to be in the mesh
		step, found int
	}
	var choices []choice
	for _, t := range r.routesOf(name) {
		if t.rule == nil {
			continue
		}
		steps := t.rule.Product.OrNative().RouteSteps
		at := slices.Index(steps, t.rule.Group)
		found, follows := r.follows(t.rule, name, q)
		if follows && (at >= step || steps == nil && step == 0) {
			m, known := r.service(r.caller).Carrier(t.rule.Product)
			choices = append(choices, choice{t, !known || !m.In, at, found})
		}
	}
	slices.SortStableFunc(choices, func(x, y choice) int {
		return cmp.Or(
			cmp.Compare(y.precision, x.precision),
			order(x.foreign, y.foreign),
			order(x.rule.Product.OrNative().Contract, y.rule.Product.OrNative().Contract), // a product's own objects first
			strings.Compare(x.rule.Product.String(), y.rule.Product.String()),
			cmp.Compare(x.step, y.step),
			cmp.Compare(y.found, x.found),
			cmp.Compare(y.rule.Rank, x.rule.Rank),
			compareAge(ageOf(x.rule), ageOf(y.rule)),
		)
	})
	var routes []*route
	for _, c := range choices {
		first, rule := &choices[0], c.rule
		one := rule.Object == first.rule.Object && rule.Document == first.rule.Document && rule.Product.Is(first.rule.Product)
		together := rule.MergeKey != "" && rule.MergeKey == first.rule.MergeKey && c.found == first.found
		if c.precision == first.precision && c.step == first.step && (one || together) {
			routes = append(routes, c.route)
		}
	}
	return routes
}

// A request is what is known of a call before routes move it.
type request struct {
	port     int    // 0 if unknown
	protocol string // "" if unknown
}

func (q *request) mayBeHTTP(callee graph.Kind) bool {
	switch callee {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic:
		return policy.HasRequests(q.protocol)
	}
	return q.protocol == "" || policy.HasRequests(q.protocol)
}

// follows reports whether calls of the caller to a name follow a rule, and how early its
// product finds the rule: see lookup.
func (r *rerouter) follows(rule *graph.RouteRule, name int, q request) (found int, ok bool) {
	caller, callee := r.service(r.caller), r.service(name)
	switch {
	case len(rule.FromNamespaces) > 0 && !slices.Contains(rule.FromNamespaces, caller.Namespace),
		rule.Port != 0 && q.port != 0 && q.port != rule.Port,
		rule.L7Only && !q.mayBeHTTP(callee.Kind),
		caller.Kind == graph.KindGateway && !gatewayFollows(caller, rule.Product),
		rule.NeedsRequests && r.l.withoutRequests(rule.Product, name),
		!proxied(rule.Product, caller, callee), !inMesh(caller, rule.Product, rule.Mesh):
		return 0, false
	}
	if len(rule.From) > 0 && !slices.ContainsFunc(rule.From, func(p graph.EndpointRef) bool {
		return slices.Contains(r.l.existing(&p), r.caller)
	}) {
		return 0, false
	}
	return lookup(rule.Lookup, rule.Namespace, rule.Product, caller, callee)
}

// gatewayFollows reports whether a gateway follows the routes of a product between
// services: it runs a proxy of a mesh whose product has its gateways do so.
func gatewayFollows(s *graph.Service, p *policy.Product) bool {
	return slices.ContainsFunc(s.Meshes, func(m graph.Membership) bool {
		mesh := m.Product.OrNative()
		acts := m.Product.Is(p) || p.OrNative().Contract && mesh.CarriesRoutes
		return m.In && acts && mesh.GatewayRoutes && (len(s.Images) > 0 || m.Origin.Reader() == mesh.Name)
	})
}

// sentOn returns the evidence for the part of a call of a name that arrives at a.
func (r *rerouter) sentOn(ev *graph.Evidence, name int, a *arrival) graph.Evidence {
	c := *ev
	c.In = a.in
	c.Via = slices.Concat(ev.Via, a.via)
	c.Match = both(ev.Match, a.match)
	c.Strength = min(ev.Strength, a.strength)
	c.Fallback = ev.Fallback || a.fallback
	if a.to != name {
		c.Through, c.ThroughPort = r.service(name).ID, portOf(ev)
		c.Port = cmp.Or(a.port, ev.Port)
	}
	return c
}

// both returns the part of the calls that two conditions leave.
func both(a, b string) string {
	if a == b || a == "" || b == "" {
		return cmp.Or(a, b)
	}
	return a + " " + b
}
