package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// entryPoints returns where users come in, sorted: the services that are declared
// to be entry points or that traces show to be, and gateways without callers. Where
// there are none, it presumes the services without callers.
func entryPoints(g *graph.Graph) (entries []graph.Node, presumed bool) {
	var uncalled []graph.Node
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		entry, _ := s.Entry()
		called := slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return g.From(e) != v })
		switch {
		case entry:
			entries = append(entries, v)
		case s.Entrypoint.Set():
		case called:
		case s.Kind == graph.KindGateway:
			entries = append(entries, v)
		case s.Kind == graph.KindService:
			uncalled = append(uncalled, v)
		}
	}
	if len(entries) == 0 {
		return uncalled, true
	}
	return entries, false
}

// essential is the calls of g whose caller fails with their callee, and has
// nothing to put in its place.
func essential(g *graph.Graph) *graph.Graph {
	return g.Where(func(e graph.Edge) bool { return Breaks(g, e) && !HasFallback(g, e) })
}

// Chokepoints are the services between the entry points and others.
type Chokepoints struct {
	entries []graph.Node // sorted
	Tree    *dominators
	Behind  []Sample // by service: the services of the estate that entry points reach only through it
}

// FindChokepoints finds the gates of g over its essential calls. A service that is only
// presumed to be an entry point is no chokepoint: no request is known to take that path.
func FindChokepoints(g *graph.Graph) *Chokepoints {
	entries, presumed := entryPoints(g)
	tree := dominate(essential(g), entries)
	f := &Chokepoints{entries: entries, Tree: tree, Behind: tree.Behind(g.Len(), func(v graph.Node) bool { return IsOwn(g.Service(v)) })}
	if presumed {
		for _, v := range entries {
			f.Behind[v].N = 0
		}
	}
	return f
}

// IsEntry reports whether v is an entry point.
func (f *Chokepoints) IsEntry(v graph.Node) bool {
	_, ok := slices.BinarySearch(f.entries, v)
	return ok
}

// sets returns the services of the estate behind each of the given gates.
func (f *Chokepoints) sets(g *graph.Graph, of []graph.Node) [][]graph.Node {
	sets := f.Tree.sets(of)
	for i := range sets {
		sets[i] = slices.DeleteFunc(sets[i], func(v graph.Node) bool { return !IsOwn(g.Service(v)) })
	}
	return sets
}

// maxChokepoints is how many chokepoints are listed with the services behind them.
const maxChokepoints = 10

// greatest returns the gates with at least two services behind them, those with
// the most first, and not more than maxChokepoints.
func (f *Chokepoints) greatest(r *Analysis) []Chokepoint {
	g := r.Core
	var of []graph.Node
	for v := range f.Behind {
		if f.Behind[v].N >= 2 {
			of = append(of, graph.Node(v))
		}
	}
	slices.SortFunc(of, func(a, b graph.Node) int {
		return cmp.Or(cmp.Compare(f.Behind[b].N, f.Behind[a].N), cmp.Compare(a, b))
	})
	of = of[:min(len(of), maxChokepoints)]
	list := make([]Chokepoint, len(of))
	for i, set := range f.sets(g, of) {
		list[i] = Chokepoint{Node: of[i], Behind: set, Lacks: r.weaknesses(of[i])}
	}
	return list
}

// weaknesses is what keeps a service from surviving the loss of one replica, or a word
// that it is not known to.
func (r *Analysis) weaknesses(v graph.Node) []string {
	switch n := Replicas(r.Core.Service(v)); {
	case !n.Set():
		return []string{"an unknown number of replicas"}
	case n.Value == 1:
		return []string{"a single replica"}
	case n.Value > 1:
		return r.RedundancyGaps(v)
	}
	return nil // it is switched off
}
