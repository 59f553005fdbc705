package analyze

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/topo"

	"github.com/weirgraph/weir/graph"
)

// gonum's algorithms are the second opinion on the ones that this package has of its own.

func TestFindComponentsAgreesWithGonum(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		c := findComponents(g)
		var got, want [][]graph.Node
		for i := range int32(c.len()) {
			got = append(got, slices.Sorted(slices.Values(c.services(i))))
		}
		for _, nodes := range topo.TarjanSCC(g.Directed()) {
			var component []graph.Node
			for _, n := range nodes {
				component = append(component, graph.Node(n.ID()))
			}
			slices.Sort(component)
			want = append(want, component)
		}
		slices.SortFunc(got, slices.Compare)
		slices.SortFunc(want, slices.Compare)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("components %v, gonum finds %v", got, want)
		}
	})
}

func TestDominatorsAgreeWithGonum(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		if g.Len() == 0 {
			return
		}
		tree := flow.Dominators(g.Directed().Node(0), g.Directed())
		want := make([][]graph.Node, g.Len())
		for v := range graph.Node(g.Len()) {
			for d := tree.DominatorOf(int64(v)); d != nil; d = tree.DominatorOf(d.ID()) {
				want[d.ID()] = append(want[d.ID()], v)
			}
		}
		for v, set := range dominate(g, []graph.Node{0}).sets(everyNode(g)) {
			if got := slices.Sorted(slices.Values(set)); !slices.Equal(got, want[v]) {
				t.Errorf("%s dominates %v, gonum finds %v", g.ID(graph.Node(v)), got, want[v])
			}
		}
	})
}
