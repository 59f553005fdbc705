package analyze

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

func TestClosureAgreesWithReachability(t *testing.T) {
	testlong.OneSize(t)
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
	check(t, graphtest.Random(rowBits+90, 500, 5))
	check(t, graphtest.Random(rowBits, 700, 6))
	check(t, graphtest.Chain(rowBits+1, false))
}
