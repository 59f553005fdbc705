package graph_test

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Services of which nothing is declared share their traits: a change of one must not show in another.
func TestOwn(t *testing.T) {
	g := graph.New([]graph.Service{{ID: "a"}, {ID: "b"}, {ID: "c"}}, nil)
	g.Service(0).Own().Team = "shop"
	g.Service(0).Own().Tier = policy.Declare(1, graph.Origin{})
	g.Service(2).Settle(&graph.Traits{Team: "money"})
	for v, want := range []string{"shop", "", "money"} {
		if got := g.Service(graph.Node(v)).Team; got != want {
			t.Errorf("service %d has team %q, want %q", v, got, want)
		}
	}
	if !g.Service(0).Tier.Set() || g.Service(1).Tier.Set() {
		t.Errorf("tiers %v and %v, want the first only", g.Service(0).Tier, g.Service(1).Tier)
	}
	g.Service(2).Settle(&graph.Traits{})
	if g.Service(2).Traits != g.Service(1).Traits {
		t.Error("services without traits do not share them")
	}
}
