package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// entryPoints returns where users come in, sorted: the services that are declared
// to be entry points or that traces show to be, and gateways that nobody calls. Where
// there are none, it presumes those services that nobody calls.
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
	return g.Where(func(e graph.Edge) bool { return breaks(g, e) && !hasFallback(g, e) })
}

// gates are the services that lie between the entry points and others.
type gates struct {
	entries []graph.Node // sorted
	tree    *dominators
	behind  []tally // by service: the services of the estate that entry points reach only through it
}

// findGates finds the gates of g over its essential calls. A service that is only
// presumed to be an entry point is no gate: nobody is known to come that way.
func findGates(g *graph.Graph) *gates {
	entries, presumed := entryPoints(g)
	tree := dominate(essential(g), entries)
	f := &gates{entries: entries, tree: tree, behind: tree.behind(g.Len(), func(v graph.Node) bool { return ours(g.Service(v)) })}
	if presumed {
		for _, v := range entries {
			f.behind[v].n = 0
		}
	}
	return f
}

// isEntry reports whether v is an entry point.
func (f *gates) isEntry(v graph.Node) bool {
	_, ok := slices.BinarySearch(f.entries, v)
	return ok
}

// sets returns the services of the estate behind each of the given gates.
func (f *gates) sets(g *graph.Graph, of []graph.Node) [][]graph.Node {
	sets := f.tree.sets(of)
	for i := range sets {
		sets[i] = slices.DeleteFunc(sets[i], func(v graph.Node) bool { return !ours(g.Service(v)) })
	}
	return sets
}

// maxGates is how many gates are told with all that lies behind them.
const maxGates = 10

// greatest returns the gates with at least two services behind them, those with
// the most first, and not more than maxGates.
func (f *gates) greatest(r *run) []Gate {
	g := r.core
	var of []graph.Node
	for v := range f.behind {
		if f.behind[v].n >= 2 {
			of = append(of, graph.Node(v))
		}
	}
	slices.SortFunc(of, func(a, b graph.Node) int {
		return cmp.Or(cmp.Compare(f.behind[b].n, f.behind[a].n), cmp.Compare(a, b))
	})
	of = of[:min(len(of), maxGates)]
	list := make([]Gate, len(of))
	for i, set := range f.sets(g, of) {
		list[i] = Gate{Node: of[i], Behind: set, Lacks: r.lacks(of[i])}
	}
	return list
}

// lacks is what keeps a service from surviving the loss of one replica, or a word
// that it is not known to.
func (r *run) lacks(v graph.Node) []string {
	switch n := replicas(r.core.Service(v)); {
	case !n.Set():
		return []string{"no input tells how many replicas it runs"}
	case n.Value == 1:
		return []string{"a single replica"}
	case n.Value > 1:
		return r.unguarded(v)
	}
	return nil // it is switched off
}
