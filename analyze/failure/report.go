package failure

import (
	"cmp"
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

// Labels are the words for Label, in the order of its constants.
var Labels = []string{"UNAFFECTED", "PROTECTED", "SLOW", "DEGRADED", "FAILED"}

func (l Label) String() string { return Labels[l] }

func (s State) label() Label {
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
	Assumed       bool       // some of the path stands on what no input said

	o    *Outcome
	walk *walk
}

// Path is a shortest chain of calls that brings it about, a failed service last. It
// costs its length.
func (v *Victim) Path() []graph.Node {
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
	Call  graph.Edge // in the numbers of the whole graph
	Deeds []Deed     // what acted on it, in the order in which it did; empty if it was handed on as it was
	Then  []Deed     // where a breaker opened later: what acts since
}

func (h *Hop) assumed() bool {
	return slices.ContainsFunc(h.Deeds, func(d Deed) bool { return d.Assumed })
}

// Victims lists who suffers, and who is protected, apart from the services that
// something was done to: nearest first, then by ID.
func (o *Outcome) Victims() []Victim {
	early, late := o.onset.search(), o.steady.search()
	var list []Victim
	for i := range o.Onset {
		v := Victim{Node: graph.Node(i), Onset: o.Onset[i], Steady: o.Steady[i]}
		if _, injected := o.onset.inject[v.Node]; injected {
			continue
		}
		v.o, v.walk = o, late
		if v.Label = v.Steady.label(); v.Label == Unaffected {
			v.walk, v.Label = early, v.Onset.label()
		}
		if v.Label == Unaffected {
			first, found := o.kept(v.Node, early.distance)
			if !found {
				continue
			}
			v.Label, v.Via = Protected, o.g().To(first)
		} else {
			v.Via = v.walk.via[v.Node]
		}
		v.Distance = int(v.walk.distance[v.Via]) + 1
		v.Hop = o.hop(v.Node, v.Via)
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b Victim) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Node, b.Node))
	})
	assumed := make([]bool, len(o.Onset))
	for i := range list {
		v := &list[i]
		v.Assumed = v.Hop.assumed() || assumed[v.Via]
		assumed[v.Node] = v.Assumed
	}
	return list
}

func (o *Outcome) g() *graph.Graph { return o.onset.m.g }

// kept returns the call of a service that suffers nothing to the nearest that
// does.
func (o *Outcome) kept(v graph.Node, distance []int32) (best graph.Edge, found bool) {
	g := o.g()
	for e, end := g.Out(v); e < end; e++ {
		to := g.To(e)
		_, injected := o.onset.inject[to]
		if (injected || o.Onset[to].Suffers()) && (!found || distance[to] < distance[g.To(best)]) {
			best, found = e, true
		}
	}
	return best, found
}

func (o *Outcome) hop(from, to graph.Node) Hop {
	e, _ := o.g().Edge(from, to)
	h := Hop{Call: o.g().Whole(e)}
	o.onset.contribution(e, &h.Deeds)
	var then []Deed
	if o.steady.contribution(e, &then); !slices.Equal(then, h.Deeds) {
		h.Then = then
	}
	if o.g().Fallback(e) && len(h.Deeds) == 0 {
		h.Deeds = []Deed{{Policy: "fallback", Does: "is asked only when the other call fails", Origin: firstOrigin(o.g(), e)}}
	}
	return h
}

func firstOrigin(g *graph.Graph, e graph.Edge) policy.Origin {
	if evidence := g.Call(e).Evidence; len(evidence) > 0 {
		return evidence[0].Origin
	}
	return policy.Origin{}
}

// A walk is how a failure came to everybody, by a shortest way.
type walk struct {
	via      []graph.Node
	distance []int32
}

const nobody graph.Node = -1

func (w *walk) path(v graph.Node) []graph.Node {
	path := []graph.Node{v}
	for v = w.via[v]; v != nobody; v = w.via[v] {
		path = append(path, v)
	}
	return path
}

// search finds the ways. First it follows the calls alone that bring their callers
// all that they suffer from, then, for whoever is not found so, those that bring
// any of it.
func (p *phase) search() *walk {
	g := p.m.g
	w := &walk{via: make([]graph.Node, g.Len()), distance: make([]int32, g.Len())}
	found := make([]bool, g.Len())
	var order []graph.Node
	for v := range graph.Node(g.Len()) {
		w.via[v] = nobody
		if _, injected := p.inject[v]; injected {
			found[v] = true
			order = append(order, v)
		}
	}
	for _, whole := range []bool{true, false} {
		for i := 0; i < len(order); i++ {
			b := order[i]
			for _, e := range g.In(b) {
				for _, by := range append([]graph.Edge{e}, p.m.primary[e]...) {
					a := g.From(by)
					if found[a] || !p.brings(by, whole) {
						continue
					}
					found[a], w.via[a], w.distance[a] = true, b, w.distance[b]+1
					order = append(order, a)
				}
			}
		}
	}
	return w
}

// brings reports whether e brings its caller the worst that it suffers from, or,
// if not whole, anything of it.
func (p *phase) brings(e graph.Edge, whole bool) bool {
	s, caller := p.contribution(e, nil), p.state[p.m.g.From(e)]
	switch {
	case !s.Suffers():
		return false
	case !whole:
		return true
	case caller.Pace == Hung || caller.Answers == OK:
		return s.Pace == caller.Pace
	}
	return s.Answers == caller.Answers
}
