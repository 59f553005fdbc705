package analyze

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestMetrics(t *testing.T) {
	tests := []struct {
		name, graph string
		rows        string // service out/in depth layer reach/impact, in order
		deepest     string
		layers      int
	}{
		{"nothing", "", "", "", 0},
		{"alone", "a", "a 0/0 d0 l0 0/0", "", 1},
		// a -> b -> c
		{"a row", "a:b b:c", "b 1/1 d1 l1 1/1|a 1/0 d2 l2 2/0|c 0/1 d0 l0 0/2", "a b c", 3},
		// a -> b ~> c
		{"events are layers but no depth", "a:b b:c~", "b 1/1 d0 l1 1/1|a 1/0 d1 l2 2/0|c 0/1 d0 l0 0/2", "a b", 3},
		// a -> b -> c -> d
		//      ^----'
		{"a cycle counts as one", "a:b b:c c:b,d", "b 1/2 d1 l1 2/2|c 2/1 d1 l1 2/2|a 1/0 d2 l2 3/0|d 0/1 d0 l0 0/3", "a b c d", 3},
		// a -> a
		{"calls to itself do not count", "a:a", "a 0/0 d0 l0 0/0", "", 1},
		// a, b -> c
		{"the first of the deepest", "a:c b:c", "c 0/2 d0 l0 0/2|a 1/0 d1 l1 1/0|b 1/0 d1 l1 1/0", "a c", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			fan := Metrics(g)
			var rows []string
			for _, r := range fan.Services {
				rows = append(rows, fmt.Sprintf("%s %d/%d d%d l%d %d/%d", g.ID(r.Node), r.Out, r.In, r.Depth, r.Layer, r.Reach, r.Impact))
			}
			if got := strings.Join(rows, "|"); got != tt.rows {
				t.Errorf("rows of %q = %s, want %s", tt.graph, got, tt.rows)
			}
			if got := names(g, fan.Deepest); got != tt.deepest || fan.Layers != tt.layers {
				t.Errorf("deepest of %q = %q in %d layers, want %q in %d", tt.graph, got, fan.Layers, tt.deepest, tt.layers)
			}
		})
	}
}

func TestMetricsAgreesWithLongestChains(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		fan := Metrics(g)
		sync := Synchronous(g)
		depths, layers := longest(sync), longest(g)
		deepest := 0
		for _, r := range fan.Services {
			if r.Depth != depths[r.Node] || r.Layer != layers[r.Node] {
				t.Errorf("%s has depth %d and layer %d, want %d and %d", g.ID(r.Node), r.Depth, r.Layer, depths[r.Node], layers[r.Node])
			}
			deepest = max(deepest, depths[r.Node])
		}
		if fan.Depth != deepest || !isChain(sync, fan.Deepest) {
			t.Errorf("the deepest chain is %s with depth %d, want depth %d", names(g, fan.Deepest), fan.Depth, deepest)
		}
		c, crossings := findComponents(sync), 0
		for i := 1; i < len(fan.Deepest); i++ {
			if c.Of[fan.Deepest[i]] != c.Of[fan.Deepest[i-1]] {
				crossings++
			}
		}
		if crossings != fan.Depth {
			t.Errorf("the deepest chain %s crosses between cycles %d times, want %d", names(g, fan.Deepest), crossings, fan.Depth)
		}
	})
}

// longest returns for every service the calls on a longest chain from it that
// never returns to a cycle it has left, by trying them all.
func longest(g *graph.Graph) []int {
	reach := reaches(adjacency(g, anyCall))
	memo := make([]int, g.Len())
	for v := range memo {
		memo[v] = -1
	}
	var from func(v int) int
	from = func(v int) int {
		if memo[v] >= 0 {
			return memo[v]
		}
		best := 0
		for u := range reach { // every service of v's cycle may make the next call
			if u != v && !(reach[u][v] && reach[v][u]) {
				continue
			}
			for _, w := range g.Callees(graph.Node(u)) {
				if !reach[w][v] && int(w) != v {
					best = max(best, 1+from(int(w)))
				}
			}
		}
		memo[v] = best
		return best
	}
	for v := range memo {
		from(v)
	}
	return memo
}

func TestGates(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		// web -> auth -> a -> c, auth -> b -> c
		{"who is only presumed to be an entry is none", "web:auth auth:a,b a:c b:c", "auth: a b c"},
		{"an optional call adds no service", "web:auth,c? auth:a,b a:c b:c", "auth: a b c"},
		{"an event adds no service", "web:auth,c~ auth:a,b a:c b:c", "auth: a b c"},
		{"a second way in", "web:auth,c auth:a,b a:c b:c", "auth: a b"},
		{"one behind is not worth telling", "web:auth auth:a", ""},
		{"the most first", "web:x x:y,z y:a,b", "x: a b y z; y: a b"},
		{"a pool, and none of its members", "web:x x:[n1|n2] n1:a n2:a,b,c,d a:e,f", "x: a b c d e f n1 n2; n1 n2: a b c d e f; a: e f"},
		{"a member that a pool cannot spare", "web:x x:[n1|n2]2 n1:a n2:b,c", "x: a b c n1 n2; n2: b c"},
		{"the first of a failover", "web:x x:(n1|n2) n1:b,c n2", "x: b c n1 n2; n1 n2: b c"},
		{"a way of a split", "web:x x:{n1|n2} n1:b,c n2", "x: b c n1 n2; n1: b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			var got []string
			for _, gate := range Metrics(g).Chokepoints {
				got = append(got, names(g, append([]graph.Node{gate.Node}, gate.Or...))+": "+names(g, gate.Behind))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("gates of %q = %s, want %s", tt.graph, s, tt.want)
			}
		})
	}
}
