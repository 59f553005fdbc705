package analyze

import (
	"fmt"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

func TestInheritedTiers(t *testing.T) {
	// a(1) -> b -> c, a ?> d, a ~> e, a -> f(3) -> g, h(2) -> c, i
	g := graphtest.Parse("a:b,d?,e~,f b:c f:g h:c i")
	for id, value := range map[string]int{"a": 1, "f": 3, "h": 2} {
		g.Service(node(t, g, id)).Own().Tier = policy.Declare(value, policy.Origin{})
	}
	want := map[string]string{"a": "1 by a", "b": "1 by a", "c": "1 by a", "d": "0", "e": "0", "f": "1 by a", "g": "1 by a", "h": "2 by h", "i": "0"}
	for v, got := range NewAnalysis(Scope(g, graph.Weak)).Tiers() {
		text := fmt.Sprint(got.Value)
		if got.Value > 0 {
			text += " by " + g.ID(got.From)
		}
		if id := g.ID(graph.Node(v)); text != want[id] {
			t.Errorf("the tier of %s is %s, want %s", id, text, want[id])
		}
	}
}
