package analyze

import (
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// Of a pool or split one member is waited for, of a failover one after the other.
func TestLatencyBudgetOfGroups(t *testing.T) {
	for kind, want := range map[graph.GroupKind]time.Duration{graph.Pool: 3 * time.Second, graph.Split: 3 * time.Second, graph.Failover: 6 * time.Second} {
		services := []graph.Service{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "x"}}
		group := &graph.GroupFact{Kind: kind}
		call := func(to graph.Node, seconds int, in *graph.Place) graph.Call {
			says := &policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: policy.Declare(time.Duration(seconds)*time.Second, graph.Origin{})}}
			return graph.Call{From: 4, To: to, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Evidence: []graph.Evidence{{Strength: graph.Strong, Says: says, In: in}}}
		}
		g := graphtest.New(services, []graph.Call{
			call(0, 1, nil), call(1, 1, &graph.Place{Group: group, Rank: 0}), call(2, 3, &graph.Place{Group: group, Rank: 1}), call(3, 2, &graph.Place{Group: group, Rank: 2}),
		})
		n := NewAnalysis(g).LatencyBudget(4)
		if n.Max.Time != want || n.Sum != want+time.Second || n.Calls != 2 {
			t.Errorf("%v: a call takes %v, all %d take %v, want %v and 2 of %v", kind, n.Max.Time, n.Calls, n.Sum, want, want+time.Second)
		}
	}
}
