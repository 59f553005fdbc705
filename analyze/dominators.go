package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// dominators are the services that every way to another leads through. A service
// dominates another when each chain of calls to it, from whichever entry point,
// goes through the first: without that one, the other is unreachable.
type dominators struct {
	order []graph.Node // the services that entry points reach, as a depth-first search finds them, from 1; order[0] is outside
	idom  []int32      // by place in order: the nearest dominator's place, which is smaller; 0 if only the outside is
}

// outside is the place of what calls the entry points: the users, all together.
const outside = 0

// dominate finds the dominators of g from its entry points by the algorithm of
// Lengauer and Tarjan, on flat slices and without recursion. It works on places
// in the order of discovery, so that comparing places compares times.
func dominate(g *graph.Graph, entries []graph.Node) *dominators {
	order, place, parent := discover(g, entries)
	n := len(order)
	f := newForest(n)
	d := &dominators{order: order, idom: make([]int32, n)}
	bucket, next := make([]int32, n), make([]int32, n) // lists of the places with one semidominator; 0 ends them
	isEntry := make([]bool, n)
	for _, v := range entries {
		isEntry[place[v]] = true
	}
	for w := int32(n) - 1; w > outside; w-- {
		if isEntry[w] {
			f.semi[w] = outside
		}
		for _, e := range g.In(order[w]) {
			if u := place[g.From(e)]; u != outside {
				f.semi[w] = min(f.semi[w], f.semi[f.least(u)])
			}
		}
		next[w] = bucket[f.semi[w]]
		bucket[f.semi[w]] = w
		p := parent[w]
		f.over[w] = p
		for v := bucket[p]; v != 0; v = next[v] {
			if u := f.least(v); f.semi[u] < f.semi[v] {
				d.idom[v] = u
			} else {
				d.idom[v] = p
			}
		}
		bucket[p] = 0
	}
	for w := outside + 1; w < n; w++ {
		if d.idom[w] != f.semi[w] {
			d.idom[w] = d.idom[d.idom[w]]
		}
	}
	return d
}

// discover walks g depth first from its entry points. It returns the services it
// finds in order from 1, the place in it of every service of g (0 if not found),
// and by place the place of the service found from.
func discover(g *graph.Graph, entries []graph.Node) (order []graph.Node, place, parent []int32) {
	order, place, parent = []graph.Node{None}, make([]int32, g.Len()), []int32{outside}
	next := make([]graph.Edge, g.Len())
	var path []graph.Node
	enter := func(v graph.Node, from int32) {
		place[v] = int32(len(order))
		order, parent, path = append(order, v), append(parent, from), append(path, v)
		next[v], _ = g.Out(v)
	}
	for _, root := range entries {
		if place[root] != outside {
			continue
		}
		enter(root, outside)
		for len(path) > 0 {
			v := path[len(path)-1]
			if _, end := g.Out(v); next[v] == end {
				path = path[:len(path)-1]
				continue
			}
			w := g.To(next[v])
			next[v]++
			if place[w] == outside {
				enter(w, place[v])
			}
		}
	}
	return order, place, parent
}

// A forest holds the part of the search tree that is done, with paths compressed
// as they are walked.
type forest struct {
	semi []int32 // by place: the semidominator, as far as it is known
	over []int32 // by place: one above it in the forest; -1 at a root
	best []int32 // by place: of the places up to the root, without it, one with the least semidominator
	path []int32 // scratch
}

func newForest(n int) *forest {
	f := &forest{semi: make([]int32, n), over: make([]int32, n), best: make([]int32, n)}
	for v := range f.semi {
		f.semi[v], f.over[v], f.best[v] = int32(v), -1, int32(v)
	}
	return f
}

// least returns the place with the least semidominator on the way from v up to
// its root, the root left out; v itself if it is a root.
func (f *forest) least(v int32) int32 {
	f.path = f.path[:0]
	for u := v; f.over[u] >= 0 && f.over[f.over[u]] >= 0; u = f.over[u] {
		f.path = append(f.path, u)
	}
	for _, u := range slices.Backward(f.path) {
		above := f.over[u]
		if f.semi[f.best[above]] < f.semi[f.best[u]] {
			f.best[u] = f.best[above]
		}
		f.over[u] = f.over[above]
	}
	return f.best[v]
}

// A Sample is how many services there are of some kind, and the first of them.
type Sample struct {
	N     int32
	First [3]graph.Node // sorted; those past n mean nothing
}

// add counts other services as well.
func (t *Sample) add(other Sample) {
	var first [3]graph.Node
	mine, others := t.First[:min(t.N, 3)], other.First[:min(other.N, 3)]
	for k := range min(len(mine)+len(others), 3) {
		if len(others) == 0 || len(mine) > 0 && mine[0] < others[0] {
			first[k], mine = mine[0], mine[1:]
		} else {
			first[k], others = others[0], others[1:]
		}
	}
	t.N, t.First = t.N+other.N, first
}

// Behind tallies for every service of g those that it dominates, itself left out,
// of which counts is true.
func (d *dominators) Behind(services int, counts func(graph.Node) bool) []Sample {
	sums := make([]Sample, len(d.order))
	tallies := make([]Sample, services)
	for w := len(d.order) - 1; w > outside; w-- {
		v := d.order[w]
		tallies[v] = sums[w]
		above := &sums[d.idom[w]]
		above.add(sums[w])
		if counts(v) {
			above.add(Sample{1, [3]graph.Node{v}})
		}
	}
	return tallies
}

// sets returns the services that each of the given ones dominates, itself left
// out, sorted. It costs a walk over all places, and the size of the sets.
func (d *dominators) sets(of []graph.Node) [][]graph.Node {
	list := make([][]graph.Node, len(of))
	at := map[graph.Node]int{}
	for i, v := range of {
		at[v] = i
	}
	// Which of the given services is the nearest above a place, as its index plus 1.
	nearest := make([]int32, len(d.order))
	outer := make([]int32, len(of)+1)
	for w := outside + 1; w < len(d.order); w++ {
		near := nearest[d.idom[w]]
		for i := near; i > 0; i = outer[i] {
			list[i-1] = append(list[i-1], d.order[w])
		}
		if i, ok := at[d.order[w]]; ok {
			outer[i+1] = near
			near = int32(i) + 1
		}
		nearest[w] = near
	}
	for _, set := range list {
		slices.Sort(set)
	}
	return list
}
