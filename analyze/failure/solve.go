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
	at        []int32 // by call, into links
	links     []link
	breakers  []part                   // those with breakers
	outermost map[graph.GroupID]*group // the groups that are in no other
	turn      []int32                  // by service, if there are groups: see turns
	loops     func(graph.Edge) bool
	fresh     bool // some consumers cannot do without new events
	mixed     bool // it matters what else the requests to a service meet, some of which hang
}

// A link is what is between caller and callee of a call.
type link struct {
	guards []guard // by part
	beside *beside // nil of most calls
}

// The links of calls that have no policies and nothing beside them, of which a large graph has
// most; noLink is that of no call.
const (
	noLink int32 = iota - 1
	bare         // of a synchronous call
	event        // of an event
	sent         // of an event to a broker, which hands it on
)

// A beside is what other calls of its caller have to do with a call.
type beside struct {
	primary []graph.Edge // it is made instead of these
	groups  []*group     // it is in these, of those that are in no other
}

// A part is one part of one call.
type part struct {
	call graph.Edge
	at   int
}

// New is the model of all calls of g. Effective says what acts on a call that has
// policies, inLoop whether caller and callee of a call for which Waits is true wait for
// each other.
func New(g *graph.Graph, effective func(graph.Edge) []Part, inLoop func(graph.Edge) bool) *Model {
	m := &Model{g: g, at: make([]int32, g.Calls()), loops: inLoop}
	m.links = []link{bare: {guards: []guard{{}}}, event: {guards: []guard{{async: true}}}, sent: {guards: []guard{{async: true, publish: true}}}}
	grouped := inGroups(g)
	var secondary []graph.Edge // calls that others are made instead of
	for e := range graph.Edge(g.Calls()) {
		m.fresh = m.fresh || g.FreshnessCritical(e)
		if g.Routes(e) == nil && g.Need(e) == graph.Hard && !g.Tolerant(e) && !g.Fallback(e) && (grouped == nil || !grouped[e]) {
			m.at[e] = plain(g, e)
			continue
		}
		guards := m.compile(e, effective(e))
		m.add(e, link{guards: guards})
		if asksOthers(guards) {
			secondary = append(secondary, e)
		}
	}
	m.addGroups()
	for _, e := range secondary {
		for i := range m.guards(e) {
			for _, s := range m.guards(e)[i].steps {
				if s.asks != noCall {
					with := m.beside(s.asks)
					with.primary = append(with.primary, e)
				}
			}
		}
	}
	return m
}

// plain is the link of a call without policies.
func plain(g *graph.Graph, e graph.Edge) int32 {
	switch {
	case g.Mode(e) != graph.Async:
		return bare
	case passesOn(g, g.To(e)):
		return sent
	}
	return event
}

// add makes l the link of e.
func (m *Model) add(e graph.Edge, l link) {
	m.at[e] = int32(len(m.links))
	m.links = append(m.links, l)
}

// beside is what there is beside e, to be changed.
func (m *Model) beside(e graph.Edge) *beside {
	if m.at[e] <= sent {
		m.add(e, m.links[m.at[e]])
	}
	l := &m.links[m.at[e]]
	if l.beside == nil {
		l.beside = &beside{}
	}
	return l.beside
}

// inGroups reports by call whether it is in a group; nil if there are none.
func inGroups(g *graph.Graph) []bool {
	if len(g.Groups()) == 0 {
		return nil
	}
	in := make([]bool, g.Calls())
	for i := range g.Groups() {
		for _, m := range g.Groups()[i].Members {
			if m.Group == graph.NoGroup {
				in[m.Call] = true
			}
		}
	}
	return in
}

func (m *Model) compile(e graph.Edge, parts []Part) []guard {
	guards := make([]guard, len(parts))
	for i, p := range parts {
		guards[i] = newGuard(m.g, e, p)
		d := &guards[i]
		d.looped = Waits(m.g, e) && m.loops(e)
		for j := range d.steps {
			s := &d.steps[j]
			s.looped = s.asks != noCall && Waits(m.g, s.asks) && m.loops(s.asks)
		}
		if len(d.breakers) > 0 && (!d.async || d.publish) {
			m.breakers = append(m.breakers, part{e, i})
			d.number = int32(len(m.breakers))
		}
		m.mixed = m.mixed || d.mixes()
	}
	return guards
}

func (m *Model) guards(e graph.Edge) []guard { return m.links[m.at[e]].guards }

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
	open := make([]*breaker, len(m.breakers))
	for i, of := range m.breakers {
		if o.onset.state[m.g.To(of.call)].Suffers() {
			open[i] = o.onset.opened(of.call, &m.guards(of.call)[of.at])
		}
	}
	o.steady = m.solve(inject, open, &o.Changes)
	o.Onset, o.Steady = o.onset.state, o.steady.state
	return o
}

// solve finds the least solution, whatever the order of work.
func (m *Model) solve(inject map[graph.Node]Injection, open []*breaker, changes *int) *phase {
	p := &phase{m: m, inject: inject, is: make([]condition, m.g.Len()), open: open}
	for _, i := range inject {
		p.partly = p.partly || i.partial()
	}
	waiting, settled := make([]bool, m.g.Len()), make([]bool, m.g.Len())
	var work []graph.Node
	wait := func(v graph.Node) {
		if !waiting[v] {
			work, waiting[v] = append(work, v), true
		}
	}
	worsen := func(v graph.Node, c condition) {
		if new := p.is[v].join(c); new != p.is[v] {
			if !m.mixed && new.any(hangs) {
				new, settled[v] = condition{signs: hangs}, true // it cannot get worse
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
	look := func(with *beside) {
		for _, n := range with.groups {
			if !changed[n] {
				changed[n] = true
				heap.Push(&groups, n)
			}
		}
	}
	asIs := bare // the link of calls that change nothing
	if p.partly {
		asIs = noLink // they show that some replicas do not answer
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
			from := m.g.From(e)
			if settled[from] {
				continue
			}
			if m.at[e] == asIs {
				worsen(from, p.is[b])
				continue
			}
			c := p.alone(e, nil)
			if with := m.links[m.at[e]].beside; with != nil {
				look(with)
				for _, primary := range with.primary {
					c = c.join(p.alone(primary, nil))
					if with := m.links[m.at[primary]].beside; with != nil {
						look(with)
					}
				}
			}
			worsen(from, c)
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
