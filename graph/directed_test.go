package graph_test

import (
	"fmt"
	"testing"

	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/testgraph"
	"gonum.org/v1/gonum/graph/topo"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestDirectedConforms runs gonum's own tests of the interfaces that Directed
// claims, with its test graphs renumbered from 0 as ours always are.
func TestDirectedConforms(t *testing.T) {
	built := 0
	build := func(nodes []gonum.Node, edges []testgraph.WeightedLine, _, _ float64) (gonum.Graph, []gonum.Node, []testgraph.Edge, float64, float64, bool) {
		number := map[int64]graph.Node{}
		add := func(n gonum.Node) graph.Node {
			if _, ok := number[n.ID()]; !ok {
				number[n.ID()] = graph.Node(len(number))
			}
			return number[n.ID()]
		}
		for _, n := range nodes {
			add(n)
		}
		var calls []graph.Call
		for _, e := range edges {
			calls = append(calls, graph.Call{From: add(e.From()), To: add(e.To())})
		}
		var services []graph.Service
		for i := range len(number) {
			services = append(services, graph.Service{ID: fmt.Sprintf("s%04d", i)})
		}
		g := graph.New(services, calls)
		d := g.Directed()
		var ns []gonum.Node
		for v := range g.Len() {
			ns = append(ns, d.Node(int64(v)))
		}
		var es []testgraph.Edge
		for e := range graph.Edge(g.Calls()) {
			es = append(es, d.Edge(int64(g.From(e)), int64(g.To(e))))
		}
		built++
		return d, ns, es, 0, 0, true
	}
	t.Run("NodeExistence", func(t *testing.T) { testgraph.NodeExistence(t, build) })
	t.Run("EdgeExistence", func(t *testing.T) { testgraph.EdgeExistence(t, build, true) })
	t.Run("ReturnAdjacentNodes", func(t *testing.T) { testgraph.ReturnAdjacentNodes(t, build, true, true) })
	t.Run("ReturnAllNodes", func(t *testing.T) { testgraph.ReturnAllNodes(t, build, true) })
	t.Run("ReturnNodeSlice", func(t *testing.T) { testgraph.ReturnNodeSlice(t, build, true) })
	t.Run("ReturnAllEdges", func(t *testing.T) { testgraph.ReturnAllEdges(t, build, true) })
	t.Run("ReturnEdgeSlice", func(t *testing.T) { testgraph.ReturnEdgeSlice(t, build, true) })
	if built == 0 {
		t.Error("gonum's tests built no graph at all")
	}
}

func TestDirectedKeepsOrder(t *testing.T) {
	// a -> b, c, d; a caller reverses the slice that an iterator returned
	g := graphtest.Parse("a:b,c,d")
	first := gonum.NodesOf(g.Directed().From(0))
	first[0], first[2] = first[2], first[0]
	for i, n := range gonum.NodesOf(g.Directed().From(0)) {
		if want := int64(i + 1); n.ID() != want {
			t.Errorf("callee %d of a is node %d, want %d", i, n.ID(), want)
		}
	}
}

func TestDirectedRunsGonum(t *testing.T) {
	// a -> b -> c -> d
	//      ^----'
	g := graphtest.Parse("a:b b:c c:b,d")
	if got := len(topo.TarjanSCC(g.Directed())); got != 3 {
		t.Errorf("TarjanSCC finds %d components, want 3", got)
	}
	if g.Directed().From(-1).Len() != 0 || g.Directed().To(4).Len() != 0 || g.Directed().Edge(0, 9) != nil {
		t.Error("nodes that do not exist have neighbours")
	}
}
