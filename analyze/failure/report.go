package failure

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Label is what a service's states come to.
type Label uint8

const (
	Unaffected Label = iota
	Protected        // it calls someone who suffers, and something keeps that from it
	SlowOnly         // it answers well, but late
	Degrades         // it answers with less
	Fails
)

// labels are the words for Label, in the order of its constants.
var labels = []string{"UNAFFECTED", "PROTECTED", "SLOW", "DEGRADED", "FAILED"}

func (l Label) String() string { return labels[l] }

// Label is what the state comes to; Unaffected if the service does not suffer.
func (s State) Label() Label {
	switch {
	case s.Answers == Failed:
		return Fails
	case s.Answers == Degraded:
		return Degrades
	case s.Pace == Slow:
		return SlowOnly
	}
	return Unaffected
}

// A Victim is a service that suffers, or that would without its policies.
type Victim struct {
	Node          graph.Node
	Onset, Steady State
	Label         Label      // of Steady, or of Onset where nothing is left of it
	Distance      int        // calls on Path
	Via           graph.Node // the service it calls on that path
	Hop           Hop        // that call
	Assumed       bool       // some of the path rests on what no input declares

	o        *Outcome
	walk     *walk
	consumer graph.Node // of a service that a queue protects: the one that does not take the events; else none
}

// Path is a shortest chain of calls that brings it about, a failed service last. It
// costs its length.
func (v *Victim) Path() []graph.Node {
	if v.consumer != noService {
		return append([]graph.Node{v.Node, v.Via}, v.walk.path(v.consumer)...)
	}
	return append([]graph.Node{v.Node}, v.walk.path(v.Via)...)
}

// Hops are the calls of Path. They cost as much.
func (v *Victim) Hops() []Hop {
	path := v.Path()
	hops := make([]Hop, 0, v.Distance)
	for i, to := range path[1:] {
		hops = append(hops, v.o.hop(path[i], to))
	}
	return hops
}

// A Hop is one call on the way of a failure.
type Hop struct {
	Call    graph.Edge    // in the numbers of the whole graph
	Actions []Action      // what acted on it, in the order in which it did; empty if it was handed on as it was
	Then    []Action      // where a breaker opened later: what acts since
	Place   policy.Origin // where the call is declared; without file if unknown
}

func (h *Hop) assumed() bool {
	return slices.ContainsFunc(h.Actions, func(d Action) bool { return d.Assumed })
}

// Victims lists who suffers, and who is protected, apart from the services that
// something was done to: nearest first, then by ID.
func (o *Outcome) Victims() []Victim {
	early, late := o.onset.search(), o.steady.search()
	backlogs := o.backlogs(early)
	var list []Victim
	for i := range o.Onset {
		v := Victim{Node: graph.Node(i), Onset: o.Onset[i], Steady: o.Steady[i], o: o, walk: late, consumer: noService}
		if _, injected := o.onset.inject[v.Node]; injected {
			continue
		}
		if v.Label = v.Steady.Label(); v.Label == Unaffected {
			v.walk, v.Label = early, v.Onset.Label()
		}
		if v.Label != Unaffected {
			v.Via = v.walk.via[v.Node]
			v.Distance = int(v.walk.distance[v.Via]) + 1
			v.Hop = o.hop(v.Node, v.Via)
		} else if !o.protect(&v, backlogs) {
			continue
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b Victim) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Node, b.Node))
	})
	assumed := make([]bool, len(o.Onset))
	for i := range list {
		v := &list[i]
		v.Assumed = v.Hop.assumed() || v.consumer == noService && assumed[v.Via]
		assumed[v.Node] = v.Assumed
	}
	return list
}

func (o *Outcome) g() *graph.Graph { return o.onset.m.g }

// protect completes v, a service that suffers nothing, if anything keeps it from
// that: it calls one that suffers, or sends to a queue whose consumer does. The
// nearest of them is named.
func (o *Outcome) protect(v *Victim, backlogs map[graph.Node]graph.Node) bool {
	g, distance := o.g(), v.walk.distance
	if waiting, ok := backlogs[v.Node]; ok && !delivers(g, v.Node) {
		v.Label, v.Via, v.Distance = Protected, waiting, int(distance[waiting])+1
		v.Hop = o.hop(v.Node, waiting)
		v.Hop.Actions = []Action{o.keeps(v.Node, waiting, v.Hop.Place)}
		return true
	}
	best, found, consumer := noCall, math.MaxInt32, noService
	for e, end := g.Out(v.Node); e < end; e++ {
		to := g.To(e)
		_, injected := o.onset.inject[to]
		waiting, backlog := backlogs[to]
		switch {
		case injected || o.Onset[to].Suffers() && v.walk.via[to] != v.Node: // it may suffer for want of events from v
			if d := int(distance[to]) + 1; d < found {
				best, found, consumer = e, d, noService
			}
		case backlog && g.Mode(e) == graph.Async:
			if d := int(distance[waiting]) + 2; d < found {
				best, found, consumer = e, d, waiting
			}
		}
	}
	if best == noCall {
		return false
	}
	v.Label, v.Via, v.Distance, v.consumer = Protected, g.To(best), found, consumer
	v.Hop = o.hop(v.Node, v.Via)
	if consumer != noService {
		v.Hop.Actions = append(v.Hop.Actions, o.keeps(v.Via, consumer, v.Hop.Place))
	}
	return true
}

// keeps says what a broker does while a consumer does not take its events, or a caller of which
// it is not known whether it is one.
func (o *Outcome) keeps(broker, consumer graph.Node, at policy.Origin) Action {
	a := Action{Policy: o.g().ID(broker), Does: "keeps its events for " + o.g().ID(consumer), Origin: at}
	if !delivers(o.g(), broker) {
		a.Does += ", if that is a consumer"
		a.Assumed = true
	}
	a.Does += ": the backlog grows"
	return a
}

// backlogs returns the brokers that are unaffected and deliver events to a service that
// takes them late or never, each with the nearest of them.
func (o *Outcome) backlogs(w *walk) map[graph.Node]graph.Node {
	g := o.g()
	waiting := map[graph.Node]graph.Node{}
	for q := range graph.Node(g.Len()) {
		_, injected := o.onset.inject[q]
		if !passesOn(g, q) || injected || o.Onset[q].Suffers() {
			continue
		}
		for _, to := range o.consumers(q) {
			s := o.Onset[to]
			_, done := o.onset.inject[to]
			if s.Answers != Failed && s.Pace == Fast || !done && !delivers(g, q) {
				continue
			}
			if nearest, ok := waiting[q]; !ok || w.distance[to] < w.distance[nearest] {
				waiting[q] = to
			}
		}
	}
	return waiting
}

// consumers are those that a broker hands events to or, where that is unknown, its callers.
func (o *Outcome) consumers(q graph.Node) []graph.Node {
	g := o.g()
	var list []graph.Node
	for e, end := g.Out(q); e < end; e++ {
		if g.Mode(e) == graph.Async {
			list = append(list, g.To(e))
		}
	}
	if list != nil {
		return list
	}
	for _, e := range g.In(q) {
		if g.Mode(e) == graph.Async {
			list = append(list, g.From(e))
		}
	}
	return list
}

// A Starved service gets no new events, since none are sent.
type Starved struct {
	Node graph.Node
	Of   graph.Node // who fails: a service that sends events, or the broker
	Via  graph.Node // the broker between the two; Of if there is none
}

// Starved lists the services that get no new events from one that fails, and do not
// suffer otherwise or from that: sorted.
func (o *Outcome) Starved() []Starved {
	g, found, dry := o.g(), map[graph.Node]Starved{}, map[graph.Node]bool{}
	from := func(v graph.Node) {
		o.steady.starve(v, dry, func(consumer graph.Node, by graph.Edge) {
			_, injected := o.onset.inject[consumer]
			if _, known := found[consumer]; known || injected || o.Steady[consumer].Suffers() {
				return
			}
			via := g.From(by)
			found[consumer] = Starved{Node: consumer, Of: v, Via: via}
		})
	}
	for _, first := range []bool{true, false} { // rather name what was done than what came of it
		for v, s := range o.Steady {
			if _, injected := o.onset.inject[graph.Node(v)]; s.Answers == Failed && injected == first {
				from(graph.Node(v))
			}
		}
	}
	list := slices.Collect(maps.Values(found))
	slices.SortFunc(list, func(a, b Starved) int { return cmp.Compare(a.Node, b.Node) })
	return list
}

// hop is the call that brings the failure of one service to another: the one that
// the other makes, or, of events, the one that it waits for.
func (o *Outcome) hop(from, to graph.Node) Hop {
	g := o.g()
	e, ok := g.Edge(from, to)
	if !ok {
		e, _ = g.Edge(to, from)
		h := Hop{Call: g.OriginalEdge(e), Place: firstOrigin(g, e)}
		if g.FreshnessCritical(e) {
			h.Actions = []Action{{Policy: "freshness", Does: "is critical, and no new events come", Origin: h.Place}}
		}
		return h
	}
	h := Hop{Call: g.OriginalEdge(e), Place: firstOrigin(g, e)}
	o.onset.contribution(e, &h.Actions)
	var then []Action
	if o.steady.contribution(e, &then); !slices.Equal(then, h.Actions) {
		h.Then = then
	}
	if g.Fallback(e) && len(h.Actions) == 0 {
		h.Actions = []Action{{Policy: "fallback", Does: "is asked only when the other call fails", Origin: h.Place}}
	}
	return h
}

// search finds the ways. First it follows the calls alone that bring their callers
// all that they suffer from, then, for whoever is not found so, those that bring
// any of it.
func (p *phase) search() *walk {
	g := p.m.g
	w := &walk{via: make([]graph.Node, g.Len()), distance: make([]int32, g.Len())}
	found := make([]bool, g.Len())
	var order []graph.Node
	add := func(a, b graph.Node) {
		found[a], w.via[a], w.distance[a] = true, b, w.distance[b]+1
		order = append(order, a)
	}
	for v := range graph.Node(g.Len()) {
		w.via[v] = noService
		if _, injected := p.inject[v]; injected {
			found[v] = true
			order = append(order, v)
		}
	}
	for _, whole := range []bool{true, false} {
		dry := map[graph.Node]bool{}
		for i := 0; i < len(order); i++ {
			b := order[i]
			for _, e := range g.In(b) {
				if a := g.From(e); !found[a] && p.brings(e, whole) {
					add(a, b)
				}
			}
			if !p.m.fresh || p.state[b].Answers != Failed {
				continue
			}
			p.starve(b, dry, func(consumer graph.Node, by graph.Edge) {
				s := p.state[consumer]
				if !g.FreshnessCritical(by) || found[consumer] || whole && s != (State{Degraded, Fast}) || !s.Suffers() {
					return
				}
				if q := g.From(by); !found[q] {
					add(q, b)
				}
				add(consumer, g.From(by))
			})
		}
	}
	// In a loop a member may be taken out in the end because of what it brought before.
	for i := 0; i < len(order); i++ {
		for _, e := range g.In(order[i]) {
			if a := g.From(e); !found[a] && p.state[a].Suffers() && Waits(g, e) {
				add(a, order[i])
			}
		}
	}
	// A service that answers well may still be too late for a caller that waits less long: the way leads through it.
	for _, passes := range []func(graph.Edge) bool{func(e graph.Edge) bool { return Waits(g, e) }, func(graph.Edge) bool { return true }} {
		if !p.hasUnexplained(found) {
			break
		}
		for i := 0; i < len(order); i++ {
			for _, e := range g.In(order[i]) {
				if a := g.From(e); !found[a] && passes(e) {
					add(a, order[i])
				}
			}
		}
	}
	p.ways = w
	return w
}

// hasUnexplained reports whether a service suffers that is not among those found.
func (p *phase) hasUnexplained(found []bool) bool {
	for v := range found {
		if !found[v] && p.state[v].Suffers() {
			return true
		}
	}
	return false
}

// brings reports whether e brings its caller the worst that it suffers from, or,
// if not whole, anything of it.
func (p *phase) brings(e graph.Edge, whole bool) bool {
	s, caller := p.contribution(e, nil).state(), p.state[p.m.g.From(e)]
	switch {
	case !s.Suffers() || !p.acts(e):
		return false
	case !whole:
		return true
	case caller.Pace == Hung || caller.Answers == OK:
		return s.Pace == caller.Pace
	}
	return s.Answers == caller.Answers
}

// acts reports whether a call that is only made as a member of groups has a part in what they bring.
func (p *phase) acts(e graph.Edge) bool {
	return !p.m.g.Grouped(e) || slices.ContainsFunc(p.m.groups(e), func(n *group) bool { return p.reached(n, e) })
}
