package analyze

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// An Availability is how available a service can be, by the objectives of what it
// cannot do without. It is computed as in Treynor, Dahlin, Rau and Beyer, "The
// calculus of service availability" (ACM Queue 2017): each service that is needed
// counts once, however many ways lead to it; they fail independently, and the
// service itself never does. So it is the best that can be hoped for.
//
// Of a pool enough members have to work, of a failover one, as if they failed apart. A
// split is as available as its members on average, by their shares, which are equal where
// one is unknown.
type Availability struct {
	Objective float64       // that the service declares, in percent; 0 if it declares none
	Expected  float64       // in percent, where objectives do not count the failures of what is behind a service
	Promised  float64       // in percent, where they do, so that only the first objective on every way counts
	Exact     bool          // false if both may be more, because there are too many alternatives to weigh
	Apart     bool          // alternatives with objectives count, as if they failed apart
	Equal     bool          // splits count whose shares are unknown
	Worst     []Contributor // of what Promised counts, but for alternatives, the three with the lowest objectives, then by ID
	Counted   int           // how many that are in all
	Unknown   int           // services that are needed and have no objective: taken to be always there
	Silent    []graph.Node  // those, sorted; nil in a Fan
}

// A Contributor is a service that another needs.
type Contributor struct {
	Node      graph.Node
	Objective float64 // in percent
}

// maxWorst is how many contributors are kept.
const maxWorst = 3

// Falls reports whether a service cannot keep its objective even if all others keep
// theirs.
func (a *Availability) Falls() bool { return a.Objective > 0 && LessPercent(a.Promised, a.Objective) }

// LessPercent reports whether a percentage is less than another by more than what
// floating-point numbers do to it.
func LessPercent(a, b float64) bool { return a < b-1e-9 }

// available returns how available v can be by the calls of g; nil if neither v nor
// anything that it needs declares an objective.
func available(g *graph.Graph, v graph.Node) *Availability {
	return NewReliance(NewAnalysis(g)).Available(v)
}

// availPatience is how many calls are walked to find the availability of all services:
// under a second. An estate of some thousand services needs less.
const availPatience = 40_000_000

// setAvailability sets the availability of rows, which are by service. It returns how many its
// patience did not suffice for.
func (r *Analysis) setAvailability(rows []FanRow) (unasked int) {
	g := r.Core
	if !slices.ContainsFunc(g.Services(), func(s graph.Service) bool { return s.SLO.Set() }) {
		return 0
	}
	l := NewReliance(r)
	for v := range rows {
		if l.walked > availPatience {
			return len(rows) - v
		}
		if rows[v].Available = l.Available(graph.Node(v)); rows[v].Available != nil {
			rows[v].Available.Silent = nil // for all services together they would be too many
		}
	}
	return 0
}

// A Reliance finds what services rely on.
type Reliance struct {
	g      *graph.Graph
	hard   *graph.Graph                // the calls of g whose callee is needed for certain
	asks   map[graph.Node][]*condition // by caller: what it needs besides, of alternatives
	seen   []int32                     // by service: the number of the last search that found it
	clock  int32
	walked int // calls

	slo    []float64    // by service: its objective in percent, 0 if it has none
	of     []int32      // by service: its component by hard calls, whose services all need the same
	behind []graph.Node // what those of component whose need
	whose  int32
}

func NewReliance(r *Analysis) *Reliance {
	g := r.Core
	hard := g.Where(func(e graph.Edge) bool { return Breaks(g, e) && !HasFallback(g, e) })
	l := &Reliance{g: g, hard: hard, asks: map[graph.Node][]*condition{}, seen: make([]int32, g.Len()), whose: -1}
	l.of = findComponents(l.hard).Of
	for _, s := range g.Services() {
		l.slo = append(l.slo, 0)
		if s.SLO.Set() {
			l.slo[len(l.slo)-1] = s.SLO.Value
		}
	}
	for e := range graph.Edge(g.Calls()) {
		if list := r.alternatives(e); list != nil && !g.Grouped(e) {
			l.asks[g.From(e)] = append(l.asks[g.From(e)], oneOf(list))
		}
	}
	for id := range g.Groups() {
		c := &g.Groups()[id]
		if c.In == graph.NoGroup {
			if asked := r.conditionOf(graph.GroupID(id)); asked != nil {
				l.asks[c.Caller] = append(l.asks[c.Caller], asked)
			}
		}
	}
	return l
}

// Available is Available.
func (l *Reliance) Available(v graph.Node) *Availability {
	g := l.g
	own := g.Service(v).SLO
	all, near := l.chance(v, false), l.chance(v, true)
	if !own.Set() && all.counted == 0 && !all.weighed && !all.apart {
		return nil
	}
	a := &Availability{
		Expected: 100 * all.p, Promised: 100 * near.p, Exact: all.exact && near.exact, Worst: near.worst, Counted: near.counted,
		Apart: near.apart, Equal: near.equal,
		Silent: all.silent, Unknown: len(all.silent),
	}
	slices.Sort(a.Silent)
	if own.Set() {
		a.Objective = own.Value
	}
	return a
}

// A chance is the probability that nothing fails a service.
type chance struct {
	p       float64 // 0 to 1
	exact   bool    // else it may be more
	worst   []Contributor
	counted int
	silent  []graph.Node // in no order
	weighed bool         // splits with objectives count, too
	apart   bool         // and so do other alternatives
	equal   bool         // shares that count are unknown
}

// chance computes that of v. If promises are believed, what is behind a service with
// an objective is left out.
func (l *Reliance) chance(v graph.Node, believed bool) chance {
	ends := func(w graph.Node) bool { return believed && w != v && l.slo[w] > 0 }
	certain := l.behind
	if believed || l.of[v] != l.whose {
		certain = l.Closure(v, ends)
	}
	if !believed {
		l.behind, l.whose = certain, l.of[v]
	}
	c := chance{p: 1, exact: true}
	for _, w := range certain {
		switch {
		case w == v:
		case l.slo[w] > 0:
			c.count(Contributor{w, l.slo[w]})
		default:
			c.silent = append(c.silent, w)
		}
	}
	e := expansion{l: l, ends: ends, chance: &c, left: maxExpanded}
	c.p *= e.chanceOf(certain, nil)
	return c
}

// count adds a service that is needed for certain.
func (c *chance) count(k Contributor) {
	c.counted++
	c.p *= k.Objective / 100
	after := func(a, b Contributor) int {
		return cmp.Or(cmp.Compare(a.Objective, b.Objective), cmp.Compare(a.Node, b.Node))
	}
	if n := len(c.worst); n == maxWorst && after(c.worst[n-1], k) < 0 {
		return
	}
	if at, _ := slices.BinarySearchFunc(c.worst, k, after); at < maxWorst {
		c.worst = slices.Insert(c.worst, at, k)[:min(len(c.worst)+1, maxWorst)]
	}
}

// Closure returns v and all that it cannot do without, whatever else works, v first.
// It does not look behind those that ends is true for.
func (l *Reliance) Closure(v graph.Node, ends func(graph.Node) bool) []graph.Node {
	l.clock++
	l.seen[v] = l.clock
	list := []graph.Node{v}
	for i := 0; i < len(list); i++ {
		if ends(list[i]) {
			continue
		}
		for _, w := range l.hard.Callees(list[i]) {
			l.walked++
			if l.seen[w] != l.clock {
				l.seen[w] = l.clock
				list = append(list, w)
			}
		}
	}
	return list
}

// A condition is what a service needs of others: that enough of some parts work, or, for
// a split, the one that a request goes to.
type condition struct {
	enough int       // how many parts have to work
	shares []float64 // of a split: by part, how likely a request goes to it; nil for others
	equal  bool      // the shares are unknown
	parts  []option
}

// An option is a service, or a condition on others.
type option struct {
	service graph.Node // None if it is a condition, or never fails
	of      *condition
}

// oneOf is the condition that one of the services works.
func oneOf(services []graph.Node) *condition {
	c := &condition{enough: 1}
	for _, v := range services {
		c.parts = append(c.parts, option{service: v})
	}
	return c
}

// conditionOf returns what a group asks for; nil if it works whatever fails, or needs each
// of its members, which are then needed for certain.
func (r *Analysis) conditionOf(id graph.GroupID) *condition {
	g := r.Core
	group := &g.Groups()[id]
	c := &condition{enough: len(group.Members) - spare(group)}
	if c.enough <= 0 {
		return nil // it works with those that are out of view
	}
	for _, m := range group.Members {
		switch {
		case m.Group != graph.NoGroup:
			c.add(m, option{None, r.conditionOf(m.Group)})
		case !MayBreak(g, m.Call):
			c.add(m, option{None, nil})
		case HasFallback(g, m.Call):
			if list := r.alternatives(m.Call); list != nil {
				c.add(m, option{None, oneOf(list)})
			} else {
				c.add(m, option{None, nil})
			}
		default:
			c.add(m, option{g.To(m.Call), nil})
		}
	}
	fallible := slices.ContainsFunc(c.parts, func(p option) bool { return p.service != None || p.of != nil })
	switch {
	case !fallible:
		return nil
	case group.Kind != graph.Split:
		c.shares = nil
	case c.equal:
		for i := range c.shares {
			c.shares[i] = 1 / float64(len(c.shares))
		}
	}
	return c
}

func (c *condition) add(m graph.GroupMember, p option) {
	c.parts, c.shares, c.equal = append(c.parts, p), append(c.shares, m.Share), c.equal || m.Share == 0
}

// An expansion finds how likely a service has what it needs. The splits that it needs for
// certain are taken apart, one way after the other, which needs no choice between them.
type expansion struct {
	l      *Reliance
	ends   func(graph.Node) bool
	chance *chance
	left   int // ways of splits that may still be looked at
}

// maxExpanded bounds the ways of splits that are looked at for one service.
const maxExpanded = 4096

// chanceOf is the probability that all that the certain services need works, besides
// themselves: what they ask for, and more.
func (e *expansion) chanceOf(certain []graph.Node, more []*condition) float64 {
	l := e.l
	asked := slices.Clone(more)
	for _, v := range certain {
		if !e.ends(v) {
			asked = append(asked, l.asks[v]...)
		}
	}
	return e.split(certain, asked)
}

// split takes the first split of those asked apart.
func (e *expansion) split(certain []graph.Node, asked []*condition) float64 {
	at := slices.IndexFunc(asked, func(c *condition) bool { return c.shares != nil })
	if at < 0 || e.left <= 0 {
		return e.choose(certain, asked)
	}
	c := asked[at]
	others := slices.Delete(slices.Clone(asked), at, at+1)
	e.chance.equal = e.chance.equal || c.equal
	p := 0.0
	for i, way := range c.parts {
		e.left--
		p += c.shares[i] * e.through(way, certain, others)
	}
	return p
}

// through is chanceOf if one way of a split is needed, too.
func (e *expansion) through(way option, certain []graph.Node, asked []*condition) float64 {
	switch {
	case way.of != nil:
		return e.split(certain, append(slices.Clip(asked), way.of))
	case way.service == None:
		return e.split(certain, asked)
	}
	all, p := slices.Clone(certain), 1.0
	for _, v := range e.l.Closure(way.service, e.ends) {
		if slices.Contains(all, v) {
			continue
		}
		all = append(all, v)
		if slo := e.l.slo[v]; slo > 0 {
			e.chance.weighed = true
			p *= slo / 100
		}
		if !e.ends(v) {
			asked = append(slices.Clip(asked), e.l.asks[v]...)
		}
	}
	return p * e.split(all, asked)
}

// choose is the chance of what is left to weigh.
func (e *expansion) choose(certain []graph.Node, asked []*condition) float64 {
	choice := e.l.choose(certain, asked, e.ends)
	if choice == nil {
		return 1
	}
	e.chance.apart = e.chance.apart || len(choice.unsure) > 0
	e.chance.equal = e.chance.equal || choice.equal
	p, exact := choice.chance()
	e.chance.exact = e.chance.exact && exact
	return p
}

// choose returns the choice of whoever needs those that are certain and what they ask for;
// nil if they have none.
func (l *Reliance) choose(certain []graph.Node, asked []*condition, ends func(graph.Node) bool) *choice {
	if len(asked) == 0 {
		return nil
	}
	n := &numbering{l: l, number: map[graph.Node]int32{}}
	for _, v := range certain {
		n.number[v] = works
	}
	for _, c := range asked {
		if t, ok := n.term(c); ok {
			n.roots = append(n.roots, t)
		}
	}
	if n.roots == nil {
		return nil
	}
	for i := 0; i < len(n.names); i++ {
		var needs []int32
		var asks []term
		if v := n.names[i]; !ends(v) {
			for _, w := range l.hard.Callees(v) {
				if k := n.of(w); k != works {
					needs = append(needs, k)
				}
			}
			for _, c := range l.asks[v] {
				if t, ok := n.term(c); ok {
					asks = append(asks, t)
				}
			}
		}
		n.needs, n.asks = append(n.needs, needs), append(n.asks, asks)
	}
	return &n.choice
}

// A numbering is a choice in the making.
type numbering struct {
	choice
	l      *Reliance
	number map[graph.Node]int32
	names  []graph.Node
}

func (n *numbering) of(v graph.Node) int32 {
	k, known := n.number[v]
	if known {
		return k
	}
	k = int32(len(n.names))
	n.number[v] = k
	n.names = append(n.names, v)
	p := 1.0
	if slo := n.l.slo[v]; slo > 0 {
		p = slo / 100
	}
	if p < 1 {
		n.unsure = append(n.unsure, k)
	}
	n.p = append(n.p, p)
	return k
}

// term numbers a condition, and reports false if it holds anyway.
func (n *numbering) term(c *condition) (term, bool) {
	t := term{enough: c.enough, split: -1}
	fallible := false
	for _, p := range c.parts {
		k, sub, ok := int32(works), term{}, false
		switch {
		case p.of != nil:
			sub, ok = n.term(p.of)
		case p.service != None:
			k = n.of(p.service)
		}
		fallible = fallible || ok || k != works
		switch {
		case ok:
			t.order = append(t.order, -2-int32(len(t.terms)))
			t.terms = append(t.terms, sub)
		case k != works:
			t.order = append(t.order, k)
			t.of = append(t.of, k)
		default:
			t.order = append(t.order, works)
			t.enough--
		}
	}
	if c.shares != nil && fallible {
		t.split = len(n.splits)
		n.splits = append(n.splits, c.shares)
		n.equal = n.equal || c.equal
		return t, true
	}
	return t, fallible && t.enough > 0
}

// alternatives returns the services of which one has to answer where e is called:
// its callee and those that are asked instead. They are nil if there is always an
// answer, or none but that of the callee.
func (r *Analysis) alternatives(e graph.Edge) []graph.Node {
	g := r.Core
	if !MayBreak(g, e) || !HasFallback(g, e) {
		return nil
	}
	list := []graph.Node{g.To(e)}
	for _, step := range stepsOf(g, e) {
		switch {
		case !step.Kind.Set() || step.Kind.Value == "none":
		case step.Kind.Value != "service":
			return nil
		default:
			f, ok := r.CallTo(g.From(e), step.To)
			if !ok {
				return nil // whoever that is, nothing is known against it
			}
			if !slices.Contains(list[1:], g.To(f)) {
				list = append(list, g.To(f))
			}
		}
	}
	return list
}

// stepsOf returns what is done instead of e, as its own documents and the policies
// for it say.
func stepsOf(g *graph.Graph, e graph.Edge) []policy.FallbackStep {
	var steps []policy.FallbackStep
	for _, ev := range g.Call(e).Evidence {
		if ev.Says != nil && ev.Says.Fallback != nil {
			steps = append(steps, ev.Says.Fallback.Steps...)
		}
	}
	for _, route := range g.Routes(e) {
		for i := range route.Layers {
			if f := route.Layers[i].Fallback; f != nil {
				steps = append(steps, f.Steps...)
			}
		}
	}
	return steps
}

// Percent writes a share to three digits of what is missing from all of it: "99.9 %",
// "99.75 %", "99.99621 %".
func Percent(v float64) string {
	digits := 2
	for missing := 100 - v; missing > 0 && missing < 1 && digits < 8; missing *= 10 {
		digits++
	}
	scale := math.Pow10(digits)
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64) + " %"
}
