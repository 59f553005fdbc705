package analyze

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirgraph/weir/graph"
)

func TestClosureAgreesWithReachability(t *testing.T) {
	check := func(t *testing.T, g *graph.Graph) {
		c := findComponents(g)
		d := condense(g, c)
		gotBelow, gotAbove := below(d, c), above(d, c)
		reach := reaches(adjacency(g, anyCall))
		for u := range reach {
			var below, above int32
			for v := range reach {
				if u != v && reach[u][v] {
					below++
				}
				if u != v && reach[v][u] {
					above++
				}
			}
			if gotBelow[u] != below || gotAbove[u] != above {
				t.Errorf("%s: %d below and %d above, want %d and %d", g.ID(graph.Node(u)), gotBelow[u], gotAbove[u], below, above)
			}
		}
	}
	eachRandomGraph(t, check)
	// More services than fit into one block, so that blocks have to add up.
	check(t, randomGraph(rowBits+90, 500, 5))
	check(t, randomGraph(rowBits, 700, 6))
	check(t, chain(rowBits+1, false))
}

// randomGraph has so many services and about so many calls, evenly spread.
func randomGraph(services, calls int, seed uint64) *graph.Graph {
	rnd := rand.New(rand.NewPCG(seed, 0))
	ss := make([]graph.Service, services)
	for v := range ss {
		ss[v] = graph.Service{ID: fmt.Sprintf("s%08d", v), Kind: graph.KindService}
	}
	cs := make([]graph.Call, calls)
	for e := range cs {
		cs[e] = randomCall(rnd, graph.Node(rnd.IntN(services)), graph.Node(rnd.IntN(services)))
	}
	return graph.New(ss, cs)
}

// layeredGraph is randomGraph without loops, and deeper: the worst case for a
// closure, which a loop would shrink.
func layeredGraph(services, calls int, seed uint64) *graph.Graph {
	rnd := rand.New(rand.NewPCG(seed, 0))
	ss := make([]graph.Service, services)
	for v := range ss {
		ss[v] = graph.Service{ID: fmt.Sprintf("s%08d", v), Kind: graph.KindService}
	}
	cs := make([]graph.Call, calls)
	for e := range cs {
		u := rnd.IntN(services - 1)
		v := u + 1 + rnd.IntN(min(services-u-1, services/20+1))
		cs[e] = randomCall(rnd, graph.Node(u), graph.Node(v))
	}
	return graph.New(ss, cs)
}

func randomCall(rnd *rand.Rand, from, to graph.Node) graph.Call {
	c := graph.Call{From: from, To: to, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard}
	if rnd.IntN(5) == 0 {
		c.Mode = graph.Async
	}
	if rnd.IntN(5) == 0 {
		c.Need = graph.Soft
	}
	return c
}
