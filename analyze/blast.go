package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// none stands for no service where a node is expected.
const none graph.Node = -1

// Blast returns who suffers when the given services fail together, and how. Of
// several effects on one service the worst counts. Repetitions in failed do no
// harm.
func Blast(g *graph.Graph, failed []graph.Node) Impact {
	failed = slices.Compact(slices.Sorted(slices.Values(failed)))
	impact := Impact{Failed: failed, Mode: "stop", Others: g.Len() - len(failed)}

	// One search for each effect, from the worst: each follows the calls of the one
	// before it and more, and what it reaches first suffers that effect.
	known := make([]bool, g.Len())
	for _, v := range failed {
		known[v] = true
	}
	for effect := Failed; ; effect-- {
		walk := searchCallers(g, failed, func(e graph.Edge) bool { return transmits(g, e, effect) })
		impact.via[effect] = walk.via
		for _, v := range walk.order {
			if !known[v] {
				known[v] = true
				impact.Reached = append(impact.Reached, Reach{Node: v, Effect: effect, Distance: int(walk.distance[v]), Via: walk.via[v]})
			}
		}
		if effect == Delayed {
			break
		}
	}
	slices.SortFunc(impact.Reached, func(a, b Reach) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Node, b.Node))
	})
	return impact
}

// transmits reports whether a callee that suffers from effect, or worse, makes
// the caller of e suffer from it too.
func transmits(g *graph.Graph, e graph.Edge, effect Effect) bool {
	switch effect {
	case Failed:
		return breaks(g, e)
	case Degraded:
		return g.Mode(e) == graph.Sync
	default:
		return true
	}
}

// Path returns a shortest chain of calls that brings about what r says: r.Node
// first, a failed service last. It costs its length.
func (im *Impact) Path(r Reach) []graph.Node {
	path := []graph.Node{r.Node}
	for v := im.via[r.Effect][r.Node]; v != none; v = im.via[r.Effect][v] {
		path = append(path, v)
	}
	return path
}

// Count returns how many services suffer from effect.
func (im *Impact) Count(effect Effect) int {
	n := 0
	for _, r := range im.Reached {
		if r.Effect == effect {
			n++
		}
	}
	return n
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
		found[v], w.via[v] = true, none
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
// the services that fail, that suffer, that call it themselves, then by ID.
func BlastAll(g *graph.Graph) []Rank {
	reached, failed := countCallers(g), countCallers(breaking(g))
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

// countCallers counts for every service the others that call it, directly or not.
func countCallers(g *graph.Graph) []int32 {
	c := findComponents(g)
	return above(condense(g, c), c)
}
