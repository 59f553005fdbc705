package analyze

import (
	"cmp"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
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
	Needs     []Contributor // what Promised counts, but for alternatives: the lowest objective first, then by ID
	Silent    []graph.Node  // needed, and without an objective: taken to be always there; sorted
}

// A Contributor is a service that another needs.
type Contributor struct {
	Node      graph.Node
	Objective float64 // in percent
}

// MaxWorst is how many of an Availability's Needs are told.
const MaxWorst = 3

// Falls reports whether a service cannot keep its objective even if all others keep
// theirs.
func (a *Availability) Falls() bool { return a.Objective > 0 && lessPercent(a.Promised, a.Objective) }

// lessPercent reports whether a percentage is less than another by more than what
// floating-point numbers do to it.
func lessPercent(a, b float64) bool { return a < b-1e-9 }

// Available returns how available v can be by the calls of g; nil if neither v nor
// anything that it needs declares an objective.
func Available(g *graph.Graph, v graph.Node) *Availability { return newReliance(runOn(g)).of(v) }

// availPatience is how many calls are walked to find the availability of all services:
// some seconds. An estate of some thousand services needs less.
const availPatience = 200_000_000

// hopes sets the availability of rows, which are by service. It returns how many its
// patience did not suffice for.
func hopes(g *graph.Graph, rows []FanRow) (unasked int) {
	if !slices.ContainsFunc(g.Services(), func(s graph.Service) bool { return s.SLO.Set() }) {
		return 0
	}
	l := newReliance(runOn(g))
	for v := range rows {
		if l.walked > availPatience {
			return len(rows) - v
		}
		rows[v].Available = l.of(graph.Node(v))
	}
	return 0
}

// A reliance finds what services rely on.
type reliance struct {
	r      *run
	seen   []int32 // by service: the number of the last search that found it
	clock  int32
	walked int // calls
}

func newReliance(r *run) *reliance { return &reliance{r: r, seen: make([]int32, r.core.Len())} }

// of is Available.
func (l *reliance) of(v graph.Node) *Availability {
	g := l.r.core
	own := g.Service(v).SLO
	all, near := l.chance(v, false), l.chance(v, true)
	if !own.Set() && all.needs == nil && !all.weighed {
		return nil
	}
	a := &Availability{
		Expected: 100 * all.p, Promised: 100 * near.p, Exact: all.exact && near.exact, Needs: near.needs, Silent: all.silent,
	}
	if own.Set() {
		a.Objective = own.Value
	}
	return a
}

// A chance is the probability that nothing fails a service.
type chance struct {
	p       float64 // 0 to 1
	exact   bool    // else it may be more
	needs   []Contributor
	silent  []graph.Node
	weighed bool // alternatives with objectives count, too
}

// chance computes that of v. If promises are believed, what is behind a service with
// an objective is left out.
func (l *reliance) chance(v graph.Node, believed bool) chance {
	g := l.r.core
	ends := func(w graph.Node) bool { return believed && w != v && g.Service(w).SLO.Set() }
	certain := l.closure(v, ends)
	c := chance{p: 1, exact: true}
	for _, w := range certain[1:] {
		if slo := g.Service(w).SLO; slo.Set() {
			c.needs = append(c.needs, Contributor{w, slo.Value})
			c.p *= slo.Value / 100
		} else {
			c.silent = append(c.silent, w)
		}
	}
	slices.SortFunc(c.needs, func(a, b Contributor) int {
		return cmp.Or(cmp.Compare(a.Objective, b.Objective), cmp.Compare(a.Node, b.Node))
	})
	slices.Sort(c.silent)
	if choice := l.choose(certain, ends); choice != nil {
		c.weighed = len(choice.unsure) > 0
		var p float64
		p, c.exact = choice.chance()
		c.p *= p
	}
	return c
}

// closure returns v and all that it cannot do without, whatever else works, v first.
// It does not look behind those that ends is true for.
func (l *reliance) closure(v graph.Node, ends func(graph.Node) bool) []graph.Node {
	g := l.r.core
	l.clock++
	l.seen[v] = l.clock
	list := []graph.Node{v}
	for i := 0; i < len(list); i++ {
		if ends(list[i]) {
			continue
		}
		e, end := g.Out(list[i])
		for l.walked += int(end - e); e < end; e++ {
			if w := g.To(e); l.seen[w] != l.clock && breaks(g, e) && !hasFallback(g.Call(e)) {
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
func (r *run) alternatives(e graph.Edge) []graph.Node {
	g := r.core
	if !breaks(g, e) {
		return nil
	}
	c := g.Call(e)
	list := []graph.Node{g.To(e)}
	for i := range c.Evidence {
		says := c.Evidence[i].Says
		if says == nil || says.Fallback == nil {
			continue
		}
		for _, step := range says.Fallback.Steps {
			switch {
			case !step.Kind.Set() || step.Kind.Value == "none":
			case step.Kind.Value != "service":
				return nil
			default:
				f, ok := r.callOf(g.From(e), step.To)
				if !ok {
					return nil // whoever that is, nothing is known against it
				}
				list = append(list, g.To(f))
			}
		}
	}
	if len(list) == 1 {
		return nil
	}
	return list
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
func (l *reliance) choose(certain []graph.Node, ends func(graph.Node) bool) *choice {
	g := l.r.core
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
			if slo := g.Service(v).SLO; slo.Set() {
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
		for e, end := g.Out(v); e < end; e++ {
			var one []int32
			for _, w := range l.r.alternatives(e) {
				one = append(one, of(w))
			}
			if one != nil && !slices.Contains(one, works) {
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
			for e, end := g.Out(v); e < end; e++ {
				if breaks(g, e) && !hasFallback(g.Call(e)) {
					if n := of(g.To(e)); n != works {
						needs = append(needs, n)
					}
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
