package failure

import (
	"container/heap"
	"maps"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A Model is a graph of calls with its policies, ready to be tried. It may be used
// by one goroutine at a time.
type Model struct {
	g       *graph.Graph
	at      []int32 // by call, into sets
	sets    [][]guard
	primary map[graph.Edge][]graph.Edge // by call that is made instead of others: those
	loops   func(graph.Edge) bool
	bare    int32 // the set of guards of a synchronous call without policies; -1 if there is none
	fresh   bool  // some consumers cannot do without new events
}

// New is the model of all calls of g. Effective says what acts on a call that has
// policies, inLoop whether caller and callee of a synchronous call wait for each
// other.
func New(g *graph.Graph, effective func(graph.Edge) []Part, inLoop func(graph.Edge) bool) *Model {
	m := &Model{g: g, at: make([]int32, g.Calls()), primary: map[graph.Edge][]graph.Edge{}, loops: inLoop, bare: -1}
	plain := map[[3]bool]int32{} // calls without policies are of few sorts
	for e := range graph.Edge(g.Calls()) {
		m.fresh = m.fresh || g.FreshnessCritical(e)
		if g.Routes(e) == nil && g.Need(e) == graph.Hard && !g.Tolerant(e) {
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

// Solve tries one scenario. It costs at most four looks at each call of a service
// that suffers, in each of the two solutions.
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
	p := &phase{m: m, inject: inject, state: make([]State, m.g.Len()), open: open}
	for _, i := range inject {
		p.partly = p.partly || i.partial()
	}
	p.delays()
	waiting := make([]bool, m.g.Len())
	var work []graph.Node
	wait := func(v graph.Node) {
		if !waiting[v] {
			work, waiting[v] = append(work, v), true
		}
	}
	worsen := func(v graph.Node, s State) {
		if new := p.state[v].join(s); new != p.state[v] {
			p.state[v] = new
			*changes++
			wait(v)
		}
	}
	for _, v := range slices.Sorted(maps.Keys(inject)) {
		p.state[v] = inject[v].state()
		wait(v)
	}
	dry := map[graph.Node]bool{}
	for len(work) > 0 {
		b := work[0]
		work, waiting[b] = work[1:], false
		for _, e := range m.g.In(b) {
			if p.state[m.g.From(e)].Pace == Hung {
				continue // it cannot get worse
			}
			s := p.contribution(e, nil)
			for _, primary := range m.primary[e] {
				s = s.join(p.contribution(primary, nil))
			}
			worsen(m.g.From(e), s)
		}
		if m.fresh && p.state[b].Answers == Failed && !dry[b] {
			dry[b] = true
			p.starve(b, dry, func(consumer graph.Node, by graph.Edge) {
				if m.g.FreshnessCritical(by) {
					worsen(consumer, State{Degraded, Fast})
				}
			})
		}
	}
	return p
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

// delays computes how late each service is where the scenario gives a delay: as
// late as the latest that it waits for, but no later than its own timeout lets it
// be. Within a loop each waits for itself, so that only timeouts end it.
func (p *phase) delays() {
	q := &latest{}
	for v, i := range p.inject {
		if i.Mode == SlowDown && i.Delay > 0 {
			heap.Push(q, lateness{v, i.Delay})
		}
	}
	if q.Len() == 0 {
		return
	}
	p.delay = make([]time.Duration, p.m.g.Len())
	for q.Len() > 0 {
		next := heap.Pop(q).(lateness)
		if next.by <= p.delay[next.node] {
			continue
		}
		p.delay[next.node] = next.by
		for _, e := range p.m.g.In(next.node) {
			if by := p.passed(e, next.by); by > p.delay[p.m.g.From(e)] {
				heap.Push(q, lateness{p.m.g.From(e), by})
			}
		}
	}
}

// passed is how late the caller of e is if its callee is late by so much.
func (p *phase) passed(e graph.Edge, by time.Duration) time.Duration {
	if p.m.loops(e) {
		by = forever
	}
	var longest time.Duration
	for i := range p.m.guards(e) {
		d := &p.m.guards(e)[i]
		if _, open := p.open[part{e, i}]; open || d.async && !d.publish {
			continue
		}
		if held := d.held; held.State == policy.Finite {
			longest = max(longest, min(by, held.Time))
		} else {
			longest = max(longest, by)
		}
	}
	return longest
}

type lateness struct {
	node graph.Node
	by   time.Duration
}

// latest is a heap with the latest first.
type latest []lateness

func (l latest) Len() int           { return len(l) }
func (l latest) Less(i, j int) bool { return l[i].by > l[j].by }
func (l latest) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *latest) Push(x any)        { *l = append(*l, x.(lateness)) }
func (l *latest) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
