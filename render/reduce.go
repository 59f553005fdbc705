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
// reduction between strongly connected components. Calls within a component stay. A chain
// implies a call only if each of its calls is as sure as that one.
func (d *drawing) reduce() {
	g := d.Graph
	comp, n := components(g)
	if n > maxReduced {
		d.omit("not reduced, as there are more than %d boxes", maxReduced)
		return
	}
	implied := impliedCalls(g, comp)
	d.keepCalls(func(e graph.Edge) bool { return !implied[e] })
	if n := g.Calls() - d.Graph.Calls(); n > 0 {
		d.omit("%s that a longer chain implies", english.Count(n, "call"))
	}
}

// doubts are what makes a call less sure than others: what is true of a chain if it is
// true of one call on it.
type doubts uint8

const (
	doubtWeak doubts = 1 << iota
	doubtAllowed
	doubtSoft
	doubtAsync
	doubtGrouped // one of several
	doubtInstead // a fallback, or a copy of traffic
	doubtInfra   // telemetry and the like
	allDoubts    = 1<<iota - 1
)

func doubtsOf(g *graph.Graph, e graph.Edge) doubts {
	var of doubts
	for _, d := range []struct {
		is  bool
		bit doubts
	}{
		{g.Strength(e) < graph.Strong, doubtWeak}, {g.Strength(e) < graph.Weak, doubtAllowed},
		{g.Need(e) == graph.Soft, doubtSoft}, {g.Mode(e) == graph.Async, doubtAsync}, {g.Grouped(e), doubtGrouped},
		{g.Fallback(e) || g.Attributes(e).Mirror, doubtInstead}, {!g.Class(e).Core(), doubtInfra},
	} {
		if d.is {
			of |= d.bit
		}
	}
	return of
}

// impliedCalls returns which calls between components a chain implies that has no doubt
// which the call itself has not.
func impliedCalls(g *graph.Graph, comp []int) []bool {
	var present [allDoubts + 1]bool
	of := make([]doubts, g.Calls())
	for e := range graph.Edge(g.Calls()) {
		of[e] = doubtsOf(g, e)
		if comp[g.From(e)] != comp[g.To(e)] {
			present[of[e]] = true
		}
	}
	implied := make([]bool, g.Calls())
	for d := range doubts(len(present)) {
		if !present[d] {
			continue
		}
		h := g.Where(func(e graph.Edge) bool { return of[e]&^d == 0 })
		within, n := components(h)
		if n > maxReduced {
			continue
		}
		pairs := impliedPairs(h, within, n)
		for e := range graph.Edge(g.Calls()) {
			if of[e] == d && comp[g.From(e)] != comp[g.To(e)] {
				implied[e] = pairs[[2]int{within[g.From(e)], within[g.To(e)]}]
			}
		}
	}
	return implied
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
