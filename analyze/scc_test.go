package analyze

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

func TestFindComponents(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		{"nothing", "", ""},
		// a -> b -> c
		{"a row, callees first", "a:b b:c", "c|b|a"},
		// a -> b -> c -> d
		//      ^----'
		{"loop in the middle", "a:b b:c c:b,d", "d|b c|a"},
		// a <-> b -> c <-> d
		{"two loops", "a:b b:a,c c:d d:c", "c d|a b"},
		// a -> b -> d
		//  `-> c --^
		{"diamond", "a:b,c b:d c:d", "d|b|c|a"},
		// a -> a
		{"a service that calls itself", "a:a", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			c := findComponents(g)
			got := ""
			for i := range int32(c.len()) {
				if i > 0 {
					got += "|"
				}
				got += names(g, c.services(i))
			}
			if got != tt.want {
				t.Errorf("components of %q = %s, want %s", tt.graph, got, tt.want)
			}
		})
	}
}

func TestFindComponentsAgreesWithReachability(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		c := findComponents(g)
		reach := reaches(adjacency(g, anyCall))
		for u := range reach {
			for v := range reach {
				if got, want := c.Of[u] == c.Of[v], u == v || reach[u][v] && reach[v][u]; got != want {
					t.Errorf("%s and %s in one component: %v, want %v", g.ID(graph.Node(u)), g.ID(graph.Node(v)), got, want)
				}
				if reach[u][v] && c.Of[u] < c.Of[v] {
					t.Errorf("%s calls %s but its component comes first: %d, %d", g.ID(graph.Node(u)), g.ID(graph.Node(v)), c.Of[u], c.Of[v])
				}
			}
		}
	})
}

func TestCondense(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		c := findComponents(g)
		want := map[[2]int32]bool{}
		for e := range graph.Edge(g.Calls()) {
			if from, to := c.Of[g.From(e)], c.Of[g.To(e)]; from != to {
				want[[2]int32{from, to}] = true
			}
		}
		d := condense(g, c)
		checkArcs(t, "condensation", d, want)
		turned := map[[2]int32]bool{}
		last := int32(c.len() - 1)
		for arc := range want {
			turned[[2]int32{last - arc[1], last - arc[0]}] = true
		}
		checkArcs(t, "reverse", d.reverse(), turned)
	})
}

func checkArcs(t *testing.T, what string, d *dag, want map[[2]int32]bool) {
	t.Helper()
	got := 0
	for from := range d.len() {
		for _, to := range d.arcs(from) {
			got++
			if !want[[2]int32{int32(from), to}] {
				t.Errorf("%s has the arc %d -> %d, want none", what, from, to)
			}
			if int(to) >= from {
				t.Errorf("%s has the arc %d -> %d to a number that is not smaller", what, from, to)
			}
		}
	}
	if got != len(want) {
		t.Errorf("%s has %d arcs, want %d", what, got, len(want))
	}
}

// Every algorithm must get through a chain that no call stack could hold.
func TestLongChains(t *testing.T) {
	n := testlong.N(20_000, 100_000)
	row, ring := graphtest.Chain(n, false), graphtest.Chain(n, true)
	if c := findComponents(row); c.len() != n {
		t.Errorf("a chain of %d has %d components", n, c.len())
	}
	if c := findComponents(ring); c.len() != 1 {
		t.Errorf("a ring of %d has %d components", n, c.len())
	}
	loops := Loops(ring).Components
	if len(loops) != 1 || len(loops[0].Loop) != n || loops[0].Left != 0 {
		t.Errorf("a ring of %d is told as %d loops", n, len(loops))
	}
	if m := Metrics(row); m.Depth != n-1 || len(m.Deepest) != n {
		t.Errorf("a chain of %d is %d deep, by way of %d services", n, m.Depth, len(m.Deepest))
	}
	if p := Paths(row, 0, graph.Node(n-1)); len(p.Forward) != 1 || len(p.Forward[0]) != n {
		t.Errorf("the ends of a chain of %d are tied by %d paths", n, len(p.Forward))
	}
	if got := BlastAll(row)[0]; got.Node != graph.Node(n-1) || got.Failed != n-1 {
		t.Errorf("the greatest radius in a chain of %d is %+v, want that of its end", n, got)
	}
}
