package analyze

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestLoops(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		// a -> b -> c
		{"none", "a:b b:c", ""},
		// a <-> b
		{"two services", "a:b b:a", "[a b] loop a b, sync, cut a>b leaves 0"},
		// a -> b ~> a
		{"closed by an event", "a:b b:a~", "[a b] loop a b, cut b>a leaves 0"},
		// a -> a
		{"a call to itself", "a:a b", "[a] loop a, sync, self a, cut a>a leaves 0"},
		// a ~> a
		{"an event to itself", "a:a~", "[a] loop a, self a, cut a>a leaves 0"},
		// a -> b -> c -> d -> a
		//           c <- d
		{"the shortest, not the first", "a:b b:c c:d d:a,c", "[a b c d] loop c d, sync, cut c>d leaves 0"},
		// a ~> b -> a, b -> c -> d -> b
		{"a synchronous one before a shorter one", "a:b~ b:a,c c:d d:b", "[a b c d] loop b c d, sync, cut b>c leaves 0"},
		// a <-> b <-> c: no single call ends both
		{"two loops in one", "a:b b:a,c c:b", "[a b c] loop a b, sync, cut a>b leaves 2"},
		// a <-> b, a -> a
		{"self-calls of a larger component", "a:a,b b:a", "[a b] loop a b, sync, self a, cut a>b leaves 0"},
		// d <-> c, b <-> a
		{"from the smallest name", "d:c c:d b:a a:b", "[a b] loop a b, sync, cut a>b leaves 0; [c d] loop c d, sync, cut c>d leaves 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			var got []string
			for _, c := range Loops(g).Components {
				text := fmt.Sprintf("[%s] loop %s", names(g, c.Services), names(g, c.Loop))
				if c.Sync {
					text += ", sync"
				}
				if len(c.SelfCalls) > 0 {
					text += ", self " + names(g, c.SelfCalls)
				}
				got = append(got, text+fmt.Sprintf(", cut %s>%s leaves %d", g.ID(c.Cut[0]), g.ID(c.Cut[1]), c.Left))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("Loops(%q) = %s, want %s", tt.graph, s, tt.want)
			}
		})
	}
}

func TestLoopsAgreesWithDistances(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		on := map[graph.Node]bool{}
		for _, c := range Loops(g).Components {
			for _, v := range c.Services {
				on[v] = true
			}
			closed := append(append([]graph.Node{}, c.Loop...), c.Loop[0])
			graphOfLoop := g
			if c.Sync {
				graphOfLoop = Synchronous(g)
			}
			if !isChain(graphOfLoop, closed) {
				t.Errorf("%s is no loop (sync %v)", names(g, c.Loop), c.Sync)
			}
			length, sync := shortestLoop(g, c.Services)
			if len(c.Loop) != length || c.Sync != sync {
				t.Errorf("component %s: loop %s, sync %v; want one of %d services, sync %v", names(g, c.Services), names(g, c.Loop), c.Sync, length, sync)
			}
			for _, v := range c.Loop {
				if v < c.Loop[0] {
					t.Errorf("loop %s does not begin at its smallest service", names(g, c.Loop))
				}
			}
			checkCut(t, graphOfLoop, c)
		}
		reach := reaches(adjacency(g, anyCall))
		for v := range graph.Node(g.Len()) {
			if on[v] != reach[v][v] {
				t.Errorf("%s on a loop: %v, want %v", g.ID(v), on[v], reach[v][v])
			}
		}
	})
}

// shortestLoop returns the length of the shortest loop among services, of
// synchronous calls if there is one. Self-calls count only for a single service.
func shortestLoop(g *graph.Graph, services []graph.Node) (length int, sync bool) {
	for _, sync := range []bool{true, false} {
		m := adjacency(g, func(e graph.Edge) bool { return !sync || g.Mode(e) == graph.Sync })
		d := distances(m)
		length := far
		for _, u := range services {
			for _, v := range services {
				if m[u][v] && (u != v || len(services) == 1) {
					length = min(length, 1+d[v][u])
				}
			}
		}
		if length < far {
			return length, sync
		}
	}
	return far, false
}

// checkCut holds that the cuts leave no loop in g, one of self-calls apart, and that
// the first to make is the best one of them on the loop.
func checkCut(t *testing.T, g *graph.Graph, c Cycle) {
	t.Helper()
	kept := func(e graph.Edge) bool {
		return g.From(e) != g.To(e) && !slices.ContainsFunc(c.Cuts, func(k Cut) bool { return k.From == g.From(e) && k.To == g.To(e) })
	}
	for _, v := range c.Services {
		if reaches(adjacency(g, kept))[v][v] {
			t.Errorf("cuts %v in component %s leave %s on a loop", c.Cuts, names(g, c.Services), g.ID(v))
		}
	}
	best := far
	for i, v := range c.Loop {
		w := c.Loop[(i+1)%len(c.Loop)]
		if !slices.ContainsFunc(c.Cuts, func(k Cut) bool { return k.From == v && k.To == w }) {
			continue
		}
		left := onLoops(g, c.Loop[0], func(e graph.Edge) bool { return g.From(e) != v || g.To(e) != w })
		best = min(best, left)
		if c.Cut == [2]graph.Node{v, w} && left != c.Left {
			t.Errorf("cutting %s in component %s leaves %d on loops, want %d", names(g, c.Cut[:]), names(g, c.Services), c.Left, left)
		}
	}
	if c.Left != best {
		t.Errorf("the best cut of %s leaves %d on loops, want %d", names(g, c.Loop), c.Left, best)
	}
}

// onLoops counts the services of v's component that are on loops with others by
// the calls that keep is true for.
func onLoops(g *graph.Graph, v graph.Node, keep func(graph.Edge) bool) int {
	whole, rest := reaches(adjacency(g, anyCall)), reaches(adjacency(g, keep))
	n := 0
	for u := range rest {
		if u != int(v) && !(whole[u][v] && whole[v][u]) {
			continue
		}
		for w := range rest {
			if u != w && rest[u][w] && rest[w][u] {
				n++
				break
			}
		}
	}
	return n
}
