package analyze

import (
	"testing"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestBlastAllAgreesWithDistances(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		hard, all := distances(adjacency(g, g.HardSync)), distances(adjacency(g, anyCall))
		ranks := BlastAll(g)
		for i, r := range ranks {
			want := Rank{Node: r.Node, Failed: callersOf(r.Node, hard), Reached: callersOf(r.Node, all)}
			for _, u := range g.Callers(r.Node) {
				if u != r.Node {
					want.Direct++
				}
			}
			if r != want {
				t.Errorf("rank of %s is %+v, want %+v", g.ID(r.Node), r, want)
			}
			if i > 0 && ranks[i-1].Failed < r.Failed {
				t.Errorf("rank %d fails fewer than rank %d", i-1, i)
			}
		}
	})
}

// callersOf counts the other services from which there is a way to v.
func callersOf(v graph.Node, away [][]int) int {
	n := 0
	for u := range away {
		if graph.Node(u) != v && away[u][v] < far {
			n++
		}
	}
	return n
}

func TestBlastTakesFallbacksForOptional(t *testing.T) {
	// a -> b, only instead of another call
	services := []graph.Service{{ID: "a"}, {ID: "b"}}
	g := graphtest.New(services, []graph.Call{{From: 0, To: 1, Mode: graph.Sync, Need: graph.Hard, Fallback: true}})
	if in := Simulate(g, stopping(1)); in.Count(failure.Fails) != 0 {
		t.Errorf("the failure of a fallback gives %+v, want no service to fail", in.Victims)
	}
	if ranks := BlastAll(g); ranks[0].Failed != 0 {
		t.Errorf("the failure of a fallback fails %d services, want 0", ranks[0].Failed)
	}
}
