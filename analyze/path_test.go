package analyze

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestPaths(t *testing.T) {
	tests := []struct {
		name, graph, from, to string
		forward, back         string
		more                  bool
	}{
		// a -> b -> c
		{name: "a row", graph: "a:b b:c", from: "a", to: "c", forward: "a b c"},
		{name: "against the arrows", graph: "a:b b:c", from: "c", to: "a", back: "a b c"},
		{name: "not tied", graph: "a:b c", from: "a", to: "c"},
		// a -> b -> d, a -> c -> d, a -> e -> f -> d
		{name: "both short ways, not the long one", graph: "a:b,c,e b:d c:d e:f f:d", from: "a", to: "d", forward: "a b d|a c d"},
		// a <-> b
		{name: "both directions", graph: "a:b b:a", from: "a", to: "b", forward: "a b", back: "b a"},
		// a -> b -> a, a -> c -> a
		{name: "to itself", graph: "a:b,c b:a c:a", from: "a", to: "a", forward: "a b a|a c a"},
		{name: "to itself at once", graph: "a:a,b b:a", from: "a", to: "a", forward: "a a"},
		{name: "to itself, never", graph: "a:b", from: "a", to: "a"},
		// a -> 1..6 -> z
		{name: "some of many", graph: "a:1,2,3,4,5,6 1:z 2:z 3:z 4:z 5:z 6:z", from: "a", to: "z",
			forward: "a 1 z|a 2 z|a 3 z|a 4 z|a 5 z", more: true},
		{name: "exactly all", graph: "a:1,2,3,4,5 1:z 2:z 3:z 4:z 5:z", from: "a", to: "z",
			forward: "a 1 z|a 2 z|a 3 z|a 4 z|a 5 z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			p := Paths(g, node(t, g, tt.from), node(t, g, tt.to))
			if got := chainNames(g, p.Forward); got != tt.forward {
				t.Errorf("%s to %s: %q, want %q", tt.from, tt.to, got, tt.forward)
			}
			if got := chainNames(g, p.Back); got != tt.back {
				t.Errorf("back from %s to %s: %q, want %q", tt.to, tt.from, got, tt.back)
			}
			if p.More != tt.more {
				t.Errorf("more chains: %v, want %v", p.More, tt.more)
			}
		})
	}
}

func chainNames(g *graph.Graph, chains [][]graph.Node) string {
	var texts []string
	for _, c := range chains {
		texts = append(texts, names(g, c))
	}
	return strings.Join(texts, "|")
}

func TestPathsAgreesWithDistances(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		m := adjacency(g, anyCall)
		d := distances(m)
		for u := range graph.Node(g.Len()) {
			for v := range graph.Node(g.Len()) {
				want := far
				for w := range m {
					if m[u][w] {
						want = min(want, 1+d[w][v])
					}
				}
				p := Paths(g, u, v)
				if (len(p.Forward) > 0) != (want < far) {
					t.Errorf("%s to %s: %d chains, want distance %d", g.ID(u), g.ID(v), len(p.Forward), want)
				}
				for _, c := range p.Forward {
					if len(c) != want+1 || !isChain(g, c) || c[0] != u || c[len(c)-1] != v {
						t.Errorf("%s to %s: %s is no shortest chain of %d calls", g.ID(u), g.ID(v), names(g, c), want)
					}
				}
				if !slices.IsSortedFunc(p.Forward, slices.Compare[[]graph.Node]) {
					t.Errorf("%s to %s: chains are not in order", g.ID(u), g.ID(v))
				}
			}
		}
	})
}
