package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Rank is the size of one service's blast radius.
type Rank struct {
	Node    graph.Node
	Failed  int // services that fail with it
	Reached int // services that call it, directly or not
	Direct  int // services that call it themselves
}

// A walk is a breadth-first search.
type walk struct {
	order    []graph.Node // as found, the roots first
	distance []int32      // by node, of those found: calls to the nearest root
	via      []graph.Node // by node, of those found: the next service on the way to the nearest root, none at a root
}

// searchCallers finds all direct and indirect callers of the roots by the calls
// that follow is true for, and for each a shortest chain to a root: of several
// the one by the smallest service at every step back from the root.
func searchCallers(g *graph.Graph, roots []graph.Node, follow func(graph.Edge) bool) walk {
	w := walk{distance: make([]int32, g.Len()), via: make([]graph.Node, g.Len())}
	found := make([]bool, g.Len())
	for _, v := range roots {
		found[v], w.via[v] = true, None
		w.order = append(w.order, v)
	}
	for i := 0; i < len(w.order); i++ {
		v := w.order[i]
		for _, e := range g.In(v) {
			if u := g.From(e); !found[u] && follow(e) {
				found[u], w.via[u], w.distance[u] = true, v, w.distance[v]+1
				w.order = append(w.order, u)
			}
		}
	}
	return w
}

// BlastAll returns the size of every service's blast radius, greatest first: by
// the services that fail, that call it in any way, that call it themselves, then by ID.
func BlastAll(g *graph.Graph) []Rank {
	reached, failed := countCallers(g), failing(breaking(g))
	ranks := make([]Rank, g.Len())
	for v := range graph.Node(g.Len()) {
		direct := len(g.In(v))
		if _, self := g.Edge(v, v); self {
			direct--
		}
		ranks[v] = Rank{Node: v, Failed: int(failed[v]), Reached: int(reached[v]), Direct: direct}
	}
	slices.SortFunc(ranks, func(a, b Rank) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Reached, a.Reached), cmp.Compare(b.Direct, a.Direct), cmp.Compare(a.Node, b.Node))
	})
	return ranks
}
