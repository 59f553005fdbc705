package render

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A reduction keeps a bit for every pair of components; at 20,000 these are
// 50 MB. A larger picture is not readable either way.
const maxReduced = 20_000

// reduce omits calls that a longer chain of calls implies: the transitive
// reduction between strongly connected components. Calls within a component stay.
func (d *drawing) reduce() {
	g := d.Graph
	comp, n := components(g)
	if n > maxReduced {
		d.omit("not reduced, as there are more than %d boxes", maxReduced)
		return
	}
	implied := impliedPairs(g, comp, n)
	kept := make([]int, 0, g.Calls())
	h := g.Where(func(e graph.Edge) bool {
		if implied[[2]int{comp[g.From(e)], comp[g.To(e)]}] {
			return false
		}
		kept = append(kept, d.Weight(e))
		return true
	})
	if h.Calls() == g.Calls() {
		return
	}
	d.omit("%s that a longer chain implies", english.Count(g.Calls()-h.Calls(), "call"))
	d.Graph = h
	if d.weight != nil {
		d.weight = kept
	}
}

// impliedPairs returns the pairs of components with a call from the first to the
// second, and a longer path too. Components are numbered callees first, so a longer
// path begins with a neighbour of a greater number.
func impliedPairs(g *graph.Graph, comp []int, n int) map[[2]int]bool {
	next := make([][]int, n)
	for i := range g.Calls() {
		a, b := comp[g.From(graph.Edge(i))], comp[g.To(graph.Edge(i))]
		if a != b {
			next[a] = append(next[a], b)
		}
	}
	implied := map[[2]int]bool{}
	words := (n + 63) / 64
	reach := make([][]uint64, n)
	for a := range n {
		reach[a] = make([]uint64, words)
		slices.Sort(next[a])
		for _, b := range slices.Backward(slices.Compact(next[a])) {
			if reach[a][b/64]>>(b%64)&1 != 0 {
				implied[[2]int{a, b}] = true
				continue
			}
			reach[a][b/64] |= 1 << (b % 64)
			for w, bits := range reach[b] {
				reach[a][w] |= bits
			}
		}
	}
	return implied
}

// components numbers the strongly connected components of g: every call between
// two of them leads to the smaller number. It is Tarjan's algorithm with an
// explicit stack, because chains of calls can be longer than the stack of a goroutine.
func components(g *graph.Graph) (comp []int, n int) {
	const unseen = -1
	comp = make([]int, g.Len())
	low, order := make([]int, g.Len()), make([]int, g.Len())
	for i := range comp {
		comp[i], order[i] = unseen, unseen
	}
	type frame struct {
		node graph.Node
		next int // index of the callee to look at
	}
	var stack []frame
	var open []graph.Node
	clock := 0
	enter := func(v graph.Node) {
		order[v], low[v] = clock, clock
		clock++
		open = append(open, v)
		stack = append(stack, frame{node: v})
	}
	for root := range g.Len() {
		if order[root] != unseen {
			continue
		}
		enter(graph.Node(root))
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			v := top.node
			callees := g.Callees(v)
			for top.next < len(callees) && order[callees[top.next]] != unseen {
				if w := callees[top.next]; comp[w] == unseen {
					low[v] = min(low[v], low[w])
				}
				top.next++
			}
			if top.next < len(callees) {
				enter(callees[top.next])
				continue
			}
			if low[v] == order[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					comp[w] = n
					if w == v {
						break
					}
				}
				n++
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				u := stack[len(stack)-1].node
				low[u] = min(low[u], low[v])
			}
		}
	}
	return comp, n
}
