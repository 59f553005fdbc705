package failure

import (
	"container/heap"
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Model is a graph of calls with its policies, ready to be tried. It may be used
// by one goroutine at a time.
type Model struct {
	g         *graph.Graph
	at        []int32 // by call, into sets
	sets      [][]guard
	primary   map[graph.Edge][]graph.Edge // by call that is made instead of others: those
	needs     map[graph.Edge][]*group     // by call: the groups that it is in, of those that are in no other
	outermost map[graph.GroupID]*group    // these
	turn      []int32                     // by service, if there are groups: see turns
	loops     func(graph.Edge) bool
	bare      int32 // the set of guards of a synchronous call without policies; -1 if there is none
	fresh     bool  // some consumers cannot do without new events
	mixed     bool  // it matters what else the requests to a service meet, some of which hang
}

// New is the model of all calls of g. Effective says what acts on a call that has
// policies, inLoop whether caller and callee of a call for which Waits is true wait for
// each other.
func New(g *graph.Graph, effective func(graph.Edge) []Part, inLoop func(graph.Edge) bool) *Model {
	m := &Model{g: g, at: make([]int32, g.Calls()), primary: map[graph.Edge][]graph.Edge{}, loops: inLoop, bare: -1}
	grouped := map[graph.Edge]bool{}
	for i := range g.Groups() {
		for _, e := range g.CallsIn(graph.GroupID(i)) {
			grouped[e] = true
		}
	}
	plain := map[[3]bool]int32{} // calls without policies are of few sorts
	for e := range graph.Edge(g.Calls()) {
		m.fresh = m.fresh || g.FreshnessCritical(e)
		if g.Routes(e) == nil && g.Need(e) == graph.Hard && !g.Tolerant(e) && !g.Fallback(e) && !grouped[e] {
			d := plainGuard(g, e)
			sort := [3]bool{d.async, d.publish}
			if _, ok := plain[sort]; !ok {
				plain[sort] = int32(len(m.sets))
				if !d.async {
					m.bare = plain[sort]
				}
				m.sets = append(m.sets, []guard{d})
			}
			m.at[e] = plain[sort]
			continue
		}
		m.at[e] = int32(len(m.sets))
		m.sets = append(m.sets, m.compile(e, effective(e)))
	}
	m.addGroups()
	for e := range graph.Edge(g.Calls()) {
		for i := range m.guards(e) {
			for _, s := range m.guards(e)[i].steps {
				if s.asks != noCall {
					m.primary[s.asks] = append(m.primary[s.asks], e)
				}
			}
		}
	}
	return m
}

func (m *Model) compile(e graph.Edge, parts []Part) []guard {
	guards := make([]guard, len(parts))
	for i, p := range parts {
		guards[i] = newGuard(m.g, e, p)
		guards[i].looped = Waits(m.g, e) && m.loops(e)
		for j := range guards[i].steps {
			s := &guards[i].steps[j]
			s.looped = s.asks != noCall && Waits(m.g, s.asks) && m.loops(s.asks)
		}
		m.mixed = m.mixed || guards[i].mixes()
	}
	return guards
}

func (m *Model) guards(e graph.Edge) []guard { return m.sets[m.at[e]] }

// An Outcome is what every service suffers in one scenario.
type Outcome struct {
	Onset, Steady []State // by service
	Changes       int     // of states, in both solutions
	onset, steady *phase
}

// Solve tries one scenario. It looks at each call of a service that suffers once for every
// change of its condition, in each of the two solutions.
func (m *Model) Solve(inject map[graph.Node]Injection) *Outcome {
	o := &Outcome{}
	o.onset = m.solve(inject, nil, &o.Changes)
	open := map[part]breaker{}
	for v, s := range o.onset.state {
		if !s.Suffers() {
			continue
		}
		for _, e := range m.g.In(graph.Node(v)) {
			for i := range m.guards(e) {
				of := part{e, i}
				if by, ok := o.onset.opened(of); ok {
					open[of] = by
				}
			}
		}
	}
	o.steady = m.solve(inject, open, &o.Changes)
	o.Onset, o.Steady = o.onset.state, o.steady.state
	return o
}

// solve finds the least solution, whatever the order of work.
func (m *Model) solve(inject map[graph.Node]Injection, open map[part]breaker, changes *int) *phase {
	p := &phase{m: m, inject: inject, is: make([]condition, m.g.Len()), open: open}
	for _, i := range inject {
		p.partly = p.partly || i.partial()
	}
	waiting := make([]bool, m.g.Len())
	var work []graph.Node
	wait := func(v graph.Node) {
		if !waiting[v] {
			work, waiting[v] = append(work, v), true
		}
	}
	worsen := func(v graph.Node, c condition) {
		if new := p.is[v].join(c); new != p.is[v] {
			if !m.mixed && new.any(hangs) {
				new = condition{signs: hangs}
			}
			p.is[v] = new
			*changes++
			wait(v)
		}
	}
	for _, v := range slices.Sorted(maps.Keys(inject)) {
		p.is[v] = inject[v].condition()
		wait(v)
	}
	dry := map[graph.Node]bool{}
	var groups queue // with members that have changed, looked at when nothing else has
	changed := map[*group]bool{}
	look := func(e graph.Edge) {
		for _, n := range m.needs[e] {
			if !changed[n] {
				changed[n] = true
				heap.Push(&groups, n)
			}
		}
	}
	for len(work) > 0 || len(groups) > 0 {
		if len(work) == 0 {
			n := heap.Pop(&groups).(*group)
			changed[n] = false
			worsen(n.Caller, p.alternatives(n, nil))
			continue
		}
		b := work[0]
		work, waiting[b] = work[1:], false
		for _, e := range m.g.In(b) {
			if !m.mixed && p.is[m.g.From(e)].any(hangs) {
				continue // it cannot get worse
			}
			c := p.alone(e, nil)
			look(e)
			for _, primary := range m.primary[e] {
				c = c.join(p.alone(primary, nil))
				look(primary)
			}
			worsen(m.g.From(e), c)
		}
		if m.fresh && p.is[b].any(fails|hangs) && !dry[b] {
			dry[b] = true
			p.starve(b, dry, func(consumer graph.Node, by graph.Edge) {
				if m.g.FreshnessCritical(by) {
					worsen(consumer, condition{signs: degrades})
				}
			})
		}
	}
	p.state = make([]State, len(p.is))
	for v := range p.is {
		p.state[v] = p.is[v].state()
	}
	return p
}

// A queue has groups in turn. Those of callees come before those of their callers, since what a
// check takes out brings less than it did before it was lost.
type queue []*group

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].turn < q[j].turn }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(n any)        { *q = append(*q, n.(*group)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}

// turns numbers the services of g: callees before callers, but for loops.
func turns(g *graph.Graph) []int32 {
	type visit struct {
		v         graph.Node
		next, end graph.Edge
	}
	turn := make([]int32, g.Len()) // 0 is not visited, -1 not numbered
	var stack []visit
	enter := func(v graph.Node) {
		if turn[v] == 0 {
			turn[v] = -1
			next, end := g.Out(v)
			stack = append(stack, visit{v, next, end})
		}
	}
	last := int32(0)
	for v := range graph.Node(g.Len()) {
		enter(v)
		for len(stack) > 0 {
			at := &stack[len(stack)-1]
			if at.next == at.end {
				last++
				turn[at.v] = last
				stack = stack[:len(stack)-1]
				continue
			}
			at.next++
			enter(g.To(at.next - 1))
		}
	}
	return turn
}

// starve calls f with the consumers that get no events any more because v sends
// none, and the calls that would have handed them over. Of a broker that v sends to
// it does so only once: dry notes those that are done.
func (p *phase) starve(v graph.Node, dry map[graph.Node]bool, f func(consumer graph.Node, by graph.Edge)) {
	g := p.m.g
	for e, end := g.Out(v); e < end; e++ {
		to := g.To(e)
		switch {
		case g.Mode(e) != graph.Async:
		case !passesOn(g, to):
			f(to, e)
		case !dry[to]:
			dry[to] = true
			for h, end := g.Out(to); h < end; h++ {
				if g.Mode(h) == graph.Async && !passesOn(g, g.To(h)) {
					f(g.To(h), h)
				}
			}
		}
	}
}
