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
type Availability struct {
	Objective float64       // that the service declares, in percent; 0 if it declares none
	Expected  float64       // in percent, where objectives do not count the failures of what is behind a service
	Promised  float64       // in percent, where they do, so that only the first objective on every way counts
	Exact     bool          // false if both may be more, because there are too many alternatives to weigh
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

// Available returns how available v can be by the calls of g; nil if neither v nor
// anything that it needs declares an objective.
func Available(g *graph.Graph, v graph.Node) *Availability {
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
	hard   *graph.Graph                  // the calls of g whose callee is needed for certain
	either map[graph.Node][][]graph.Node // by caller: of which one each is needed
	seen   []int32                       // by service: the number of the last search that found it
	clock  int32
	walked int // calls

	slo    []float64    // by service: its objective in percent, 0 if it has none
	of     []int32      // by service: its component by hard calls, whose services all need the same
	behind []graph.Node // what those of component whose need
	whose  int32
}

func NewReliance(r *Analysis) *Reliance {
	g := r.Core
	l := &Reliance{g: g, hard: essential(g), either: map[graph.Node][][]graph.Node{}, seen: make([]int32, g.Len()), whose: -1}
	l.of = findComponents(l.hard).Of
	for _, s := range g.Services() {
		l.slo = append(l.slo, 0)
		if s.SLO.Set() {
			l.slo[len(l.slo)-1] = s.SLO.Value
		}
	}
	for e := range graph.Edge(g.Calls()) {
		if list := r.alternatives(e); list != nil {
			l.either[g.From(e)] = append(l.either[g.From(e)], list)
		}
	}
	return l
}

// Available is Available.
func (l *Reliance) Available(v graph.Node) *Availability {
	g := l.g
	own := g.Service(v).SLO
	all, near := l.chance(v, false), l.chance(v, true)
	if !own.Set() && all.counted == 0 && !all.weighed {
		return nil
	}
	a := &Availability{
		Expected: 100 * all.p, Promised: 100 * near.p, Exact: all.exact && near.exact, Worst: near.worst, Counted: near.counted,
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
	weighed bool         // alternatives with objectives count, too
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
	if choice := l.choose(certain, ends); choice != nil {
		c.weighed = len(choice.unsure) > 0
		var p float64
		p, c.exact = choice.chance()
		c.p *= p
	}
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

// alternatives returns the services of which one has to answer where e is called:
// its callee and those that are asked instead. They are nil if there is always an
// answer, or none but that of the callee.
func (r *Analysis) alternatives(e graph.Edge) []graph.Node {
	g := r.Core
	if !Breaks(g, e) || !HasFallback(g, e) {
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

// A choice is what a service that has all it needs for certain still needs: for each
// of its alternatives one that works. Services are numbered in it.
type choice struct {
	roots  [][]int32   // of which one each has to work
	needs  [][]int32   // by service: that fail it
	either [][][]int32 // by service: of which one each has to work
	p      []float64   // by service: that it does not fail itself
	unsure []int32     // with p below 1
}

// choose returns the choice of whoever needs those that are certain; nil if they have
// none.
func (l *Reliance) choose(certain []graph.Node, ends func(graph.Node) bool) *choice {
	if len(l.either) == 0 {
		return nil
	}
	number := map[graph.Node]int32{}
	const works = -1 // there if the certain ones are
	for _, v := range certain {
		number[v] = works
	}
	c := &choice{}
	var names []graph.Node
	of := func(v graph.Node) int32 {
		n, known := number[v]
		if !known {
			n = int32(len(names))
			number[v] = n
			names = append(names, v)
			p := 1.0
			if slo := l.g.Service(v).SLO; slo.Set() {
				p = slo.Value / 100
			}
			if p < 1 {
				c.unsure = append(c.unsure, n)
			}
			c.p = append(c.p, p)
		}
		return n
	}
	either := func(v graph.Node) (all [][]int32) {
		for _, list := range l.either[v] {
			var one []int32
			for _, w := range list {
				one = append(one, of(w))
			}
			if !slices.Contains(one, works) {
				all = append(all, one)
			}
		}
		return all
	}
	for _, v := range certain {
		if !ends(v) {
			c.roots = append(c.roots, either(v)...)
		}
	}
	if c.roots == nil {
		return nil
	}
	for i := 0; i < len(names); i++ {
		var needs []int32
		var any [][]int32
		if v := names[i]; !ends(v) {
			for _, w := range l.hard.Callees(v) {
				if n := of(w); n != works {
					needs = append(needs, n)
				}
			}
			any = either(v)
		}
		c.needs, c.either = append(c.needs, needs), append(c.either, any)
	}
	return c
}

// maxWeighed bounds the services, times the cases of which of them fail, that are
// looked at one by one.
const maxWeighed = 1 << 18

// chance returns the probability that one of each of the root's alternatives works.
func (c *choice) chance() (p float64, exact bool) {
	if k := len(c.unsure); k > 20 || len(c.p)<<k > maxWeighed {
		return c.least(), false
	}
	fails := make([]bool, len(c.p))
	for set := range 1 << len(c.unsure) {
		clear(fails)
		odds := 1.0
		for i, v := range c.unsure {
			if fails[v] = set>>i&1 != 0; fails[v] {
				odds *= 1 - c.p[v]
			} else {
				odds *= c.p[v]
			}
		}
		c.spread(fails)
		if !slices.ContainsFunc(c.roots, func(one []int32) bool { return allOf(one, fails) }) {
			p += odds
		}
	}
	return p, true
}

// spread lets fail whoever has to.
func (c *choice) spread(fails []bool) {
	for changed := true; changed; {
		changed = false
		for v := range fails {
			if !fails[v] && (slices.ContainsFunc(c.needs[v], func(w int32) bool { return fails[w] }) ||
				slices.ContainsFunc(c.either[v], func(one []int32) bool { return allOf(one, fails) })) {
				fails[v], changed = true, true
			}
		}
	}
}

func allOf(list []int32, fails []bool) bool {
	return !slices.ContainsFunc(list, func(v int32) bool { return !fails[v] })
}

// least is what the chance is at least: that of the best of each alternatives alone,
// with all that it may need. They work together no less often than if they had
// nothing to do with each other.
func (c *choice) least() float64 {
	p := 1.0
	for _, one := range c.roots {
		best := 0.0
		for _, v := range one {
			best = math.Max(best, c.alone(v))
		}
		p *= best
	}
	return p
}

// alone is the chance of v if of its alternatives, and of those behind it, all are
// needed.
func (c *choice) alone(v int32) float64 {
	seen := make([]bool, len(c.p))
	seen[v] = true
	p := 1.0
	for work := []int32{v}; len(work) > 0; {
		u := work[len(work)-1]
		work = work[:len(work)-1]
		p *= c.p[u]
		for _, list := range append(slices.Clone(c.either[u]), c.needs[u]) {
			for _, w := range list {
				if !seen[w] {
					seen[w] = true
					work = append(work, w)
				}
			}
		}
	}
	return p
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
