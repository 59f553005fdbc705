package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Cycles are the loops of a graph.
type Cycles struct {
	Components []Cycle // sorted by their smallest service
}

// A Cycle is a strongly connected component with a loop in it: each of its
// services calls every other, directly or not, or its only service calls itself.
//
// If it is Sync, Cuts leave it without loops of synchronous calls: those that an
// asynchronous call closes are no danger, and stay. Calls of services to themselves
// are not among the cuts, unless there is only one service.
type Cycle struct {
	Services  []graph.Node  // the component, sorted
	Loop      []graph.Node  // one shortest loop, from its smallest service, without repeating it at the end
	Sync      bool          // Loop has synchronous calls only; if any loop of the component does, Loop is such a one
	Calls     int           // calls within the component
	SelfCalls []graph.Node  // services of the component that call themselves, sorted
	Cuts      []Cut         // a cheapest set of calls without which no loop is left, by reason, then caller; see there
	Exact     bool          // no other set is cheaper; else none was found that is
	Cut       [2]graph.Node // the one of Cuts on Loop, caller and callee, without which the fewest services stay on loops
	Left      int           // how many those are
	Factor    float64       // how many calls one error is after a round on Storm, else on Loop: 1 without retries, 0 if not Sync
	Storm     []graph.Node  // where nothing on Loop is retried, a shortest loop on which something is, from its smallest service
}

// Loops finds the loops of g, one component for all that hang together. It never
// lists all the loops of a component: there may be too many to count.
func Loops(g *graph.Graph) *Cycles { return NewAnalysis(g).Cycles(g) }

// Cycles is Loops of g, which has no calls that the run does not have. What it
// finds is kept.
func (r *Analysis) Cycles(g *graph.Graph) *Cycles {
	return cyclesOf.Of(r, g, func() *Cycles { return r.findCycles(g) })
}

var cyclesOf = NewMemo[*graph.Graph, *Cycles]("the loops of a part of the graph")

func (r *Analysis) findCycles(g *graph.Graph) *Cycles {
	cycles := &Cycles{}
	g = withoutReturns(g)
	all := findComponents(g)
	sync := Synchronous(g)
	within := findComponents(sync)
	f := newLoopFinder(g.Len())
	for c := range int32(all.len()) {
		cycle, ok := describe(g, all, c)
		if !ok {
			continue
		}
		f.left = patience
		if cycle.Loop = f.syncLoop(sync, within, cycle.Services); cycle.Loop != nil {
			cycle.Sync = true
			cycle.cut(g, sync, within)
			if cycle.Factor = r.roundFactor(cycle.Loop); cycle.Factor <= 1 {
				if cycle.Storm = r.retriedLoop(sync, within, &cycle); cycle.Storm != nil {
					cycle.Factor = r.roundFactor(cycle.Storm)
				}
			}
		} else {
			cycle.Loop = f.shortest(g, all.Of, cycle.Services)
			cycle.cut(g, g, all)
		}
		cycles.Components = append(cycles.Components, cycle)
	}
	slices.SortFunc(cycles.Components, func(a, b Cycle) int { return cmp.Compare(a.Services[0], b.Services[0]) })
	return cycles
}

// cut finds the calls of g to cut. Its loops are those of part, which is g or its
// synchronous calls, with the components within.
func (c *Cycle) cut(g, part *graph.Graph, within *components) {
	c.Exact = true
	for _, v := range c.Services {
		services := within.services(within.Of[v])
		if services[0] != v || len(services) == 1 && len(c.Services) > 1 {
			continue // looked at already, or a mere self-call
		}
		cuts, exact := cheapestCuts(g, part != g, within.Of, services)
		c.Cuts, c.Exact = append(c.Cuts, cuts...), c.Exact && exact
	}
	slices.SortStableFunc(c.Cuts, func(a, b Cut) int { return cmp.Compare(a.Reason, b.Reason) })
	c.Cut, c.Left = bestCut(part, within.Of, within.services(within.Of[c.Loop[0]]), c)
}

// describe counts the calls within component c, and reports whether there are any.
func describe(g *graph.Graph, all *components, c int32) (Cycle, bool) {
	cycle := Cycle{Services: all.services(c)}
	for _, v := range cycle.Services {
		for _, w := range g.Callees(v) {
			if all.Of[w] == c {
				cycle.Calls++
			}
			if w == v {
				cycle.SelfCalls = append(cycle.SelfCalls, v)
			}
		}
	}
	return cycle, cycle.Calls > 0
}

// A loopFinder looks for loops within one component after the other. Component
// numbers, by node, limit where it stops.
type loopFinder struct {
	distance []int32      // by node: calls from the start, -1 if not found
	before   []graph.Node // by node: the service found it
	gone     []bool       // by node: no loop that is still looked for goes through it
	queue    []graph.Node
	left     int // calls that may still be walked for the component at hand
}

func newLoopFinder(n int) *loopFinder {
	f := &loopFinder{distance: make([]int32, n), before: make([]graph.Node, n), gone: make([]bool, n)}
	for v := range f.distance {
		f.distance[v] = -1
	}
	return f
}

// patience is how many calls are walked to find the shortest loop of a
// component, and again to find the best cut: about a tenth of a second. A
// component of some thousand services needs less.
const patience = 20_000_000

// syncLoop returns a shortest loop of synchronous calls among services, which are
// a component of the whole graph; nil if there is none. within are the components
// over synchronous calls alone.
func (f *loopFinder) syncLoop(sync *graph.Graph, within *components, services []graph.Node) []graph.Node {
	var best []graph.Node
	for _, v := range services {
		part := within.services(within.Of[v])
		if part[0] != v || len(part) == 1 && len(services) > 1 {
			continue // looked at already, or a mere self-call
		}
		if loop := f.shortest(sync, within.Of, part); loop != nil && (best == nil || len(loop) < len(best)) {
			best = loop
		}
	}
	return best
}

// shortest returns a shortest loop among the services of one component, from its
// smallest service; nil if there is none. Calls of a service to itself are such a
// loop only where the service is all there is to the component: they say nothing
// about the others.
//
// A shortest loop goes through a service or it does not. So it looks for the
// shortest through each service in turn, no longer than the best so far, and
// leaves the service out afterwards, and with it all that is then on no loop. In
// a component so tangled that its patience ends it returns the best so far, which
// is a shortest loop through one of the first services.
func (f *loopFinder) shortest(g *graph.Graph, of []int32, services []graph.Node) []graph.Node {
	if v := services[0]; len(services) == 1 {
		if _, self := g.Edge(v, v); self {
			return []graph.Node{v}
		}
		return nil
	}
	var best []graph.Node
	for _, v := range services {
		if f.gone[v] {
			continue
		}
		if loop := f.through(g, of, v, len(best)); loop != nil {
			best = loop
		}
		if len(best) == 2 || best != nil && f.left <= 0 {
			break
		}
		f.remove(g, of, v)
	}
	for _, v := range services {
		f.gone[v] = false
	}
	return best
}

// through returns a shortest loop through v that is shorter than limit, if that
// is not 0.
func (f *loopFinder) through(g *graph.Graph, of []int32, v graph.Node, limit int) []graph.Node {
	defer func() {
		for _, w := range f.queue {
			f.distance[w] = -1
		}
		f.queue = f.queue[:0]
	}()
	f.distance[v] = 0
	f.queue = append(f.queue, v)
	for i := 0; i < len(f.queue); i++ {
		u := f.queue[i]
		if limit > 0 && int(f.distance[u])+1 >= limit {
			return nil
		}
		for _, w := range g.Callees(u) {
			f.left--
			if w == v && u != v {
				return f.back(u)
			}
			if of[w] == of[v] && !f.gone[w] && f.distance[w] < 0 {
				f.distance[w], f.before[w] = f.distance[u]+1, u
				f.queue = append(f.queue, w)
			}
		}
	}
	return nil
}

// back returns the chain that the search has found to u.
func (f *loopFinder) back(u graph.Node) []graph.Node {
	chain := make([]graph.Node, f.distance[u]+1)
	for i := len(chain) - 1; i >= 0; i-- {
		chain[i] = u
		u = f.before[u]
	}
	return chain
}

// remove leaves v out, and whatever then has no callees or no callers in
// the component.
func (f *loopFinder) remove(g *graph.Graph, of []int32, v graph.Node) {
	f.gone[v] = true
	stack := []graph.Node{v}
	for len(stack) > 0 {
		u := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		drop := func(w graph.Node) {
			if of[w] == of[v] && !f.gone[w] && !f.onLoop(g, of, w) {
				f.gone[w] = true
				stack = append(stack, w)
			}
		}
		for _, w := range g.Callees(u) {
			drop(w)
		}
		for _, e := range g.In(u) {
			drop(g.From(e))
		}
	}
}

// onLoop reports whether v still calls and is called by others of its component.
func (f *loopFinder) onLoop(g *graph.Graph, of []int32, v graph.Node) bool {
	stays := func(w graph.Node) bool { f.left--; return w != v && of[w] == of[v] && !f.gone[w] }
	return slices.ContainsFunc(g.Callees(v), stays) &&
		slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return stays(g.From(e)) })
}
