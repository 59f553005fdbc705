package analyze

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

func TestDominators(t *testing.T) {
	tests := []struct{ name, graph, entries, want string }{
		{"nothing", "", "", ""},
		// a -> b -> c
		{"a chain", "a:b b:c", "a", "a: b c; b: c"},
		// a -> b -> d, a -> c -> d
		{"two ways", "a:b,c b:d c:d", "a", "a: b c d"},
		// a -> b -> c -> d, both c and d call back
		{"loops give no second way in", "a:b b:c c:b,d d:b", "a", "a: b c d; b: c d; c: d"},
		// a -> c -> d, b -> c
		{"two entry points", "a:c b:c c:d", "a b", "c: d"},
		{"an entry point that is called", "a:b b:c", "a b", "b: c"},
		{"what no entry point reaches", "a:b x:b b:c", "a", "a: b c; b: c"},
		{"a call to itself", "a:a,b", "a", "a: b"},
		// The example of Lengauer and Tarjan, 1979, figure 1.
		{"the textbook", "r:a,b,c a:d b:a,d,e c:f,g d:l e:h f:i g:i,j h:e,k i:k j:i k:i,r l:h", "r",
			"c: f g j; d: l; g: j; r: a b c d e f g h i j k l"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			var entries []graph.Node
			for _, id := range strings.Fields(tt.entries) {
				entries = append(entries, node(t, g, id))
			}
			var got []string
			for v, set := range dominate(g, entries).sets(everyNode(g)) {
				if len(set) > 0 {
					got = append(got, g.ID(graph.Node(v))+": "+names(g, set))
				}
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("dominated sets of %q from %s = %s, want %s", tt.graph, tt.entries, s, tt.want)
			}
		})
	}
}

// A service dominates what entry points reach, and no longer reach without it.
func TestDominatorsAgreeWithRemoval(t *testing.T) {
	round := 0
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		round++
		var entries []graph.Node
		for v := range graph.Node(g.Len()) {
			if (int(v)+round)%3 == 0 {
				entries = append(entries, v)
			}
		}
		d := dominate(g, entries)
		counts := d.Behind(g.Len(), func(graph.Node) bool { return true })
		all := reachedWithout(g, entries, None)
		for v, set := range d.sets(everyNode(g)) {
			var want []graph.Node
			rest := reachedWithout(g, entries, graph.Node(v))
			for w := range all {
				if w != v && all[w] && !rest[w] {
					want = append(want, graph.Node(w))
				}
			}
			if !slices.Equal(set, want) {
				t.Errorf("from %s, %s dominates %s, want %s", names(g, entries), g.ID(graph.Node(v)), names(g, set), names(g, want))
			}
			if n, first := int(counts[v].N), want[:min(len(want), 3)]; n != len(want) || !slices.Equal(counts[v].First[:len(first)], first) {
				t.Errorf("%s dominates %d, the first %v; want %s", g.ID(graph.Node(v)), n, counts[v].First, names(g, want))
			}
		}
	})
}

// reachedWithout returns the services that the entries reach when one is gone.
func reachedWithout(g *graph.Graph, entries []graph.Node, gone graph.Node) []bool {
	found := make([]bool, g.Len())
	var visit func(v graph.Node)
	visit = func(v graph.Node) {
		if v == gone || found[v] {
			return
		}
		found[v] = true
		for _, w := range g.Callees(v) {
			visit(w)
		}
	}
	for _, v := range entries {
		visit(v)
	}
	return found
}

func everyNode(g *graph.Graph) []graph.Node {
	all := make([]graph.Node, g.Len())
	for v := range all {
		all[v] = graph.Node(v)
	}
	return all
}

func TestDominatorsOfALongChain(t *testing.T) {
	g := graphtest.Chain(testlong.N(20_000, 100_000), false)
	counts := dominate(g, []graph.Node{0}).Behind(g.Len(), func(graph.Node) bool { return true })
	for v := range counts {
		if n, want := counts[v].N, int32(g.Len()-1-v); n != want {
			t.Fatalf("service %d of %d dominates %d, want %d", v, g.Len(), n, want)
		}
	}
}
