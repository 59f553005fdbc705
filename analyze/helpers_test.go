package analyze

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

// names writes services as graphtest knows them: "a b c".
func names(g *graph.Graph, nodes []graph.Node) string {
	ids := make([]string, len(nodes))
	for i, v := range nodes {
		ids[i] = g.ID(v)
	}
	return strings.Join(ids, " ")
}

func node(t testing.TB, g *graph.Graph, id string) graph.Node {
	t.Helper()
	v, ok := g.Node(id)
	if !ok {
		t.Fatalf("no service %q in the graph", id)
	}
	return v
}

// eachRandomGraph calls f with small random graphs, from empty to dense, that
// have self-calls, asynchronous and soft calls. The notation of the graph goes
// with it, to be put into a table when f finds fault with it.
func eachRandomGraph(t *testing.T, f func(t *testing.T, g *graph.Graph)) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(3, 14))
	for i := range testlong.N(500, 2000) {
		var words []string
		n := rnd.IntN(9)
		density := rnd.Float64() * rnd.Float64()
		for v := range n {
			word := string(rune('a'+v)) + ":"
			for w := range n {
				if rnd.Float64() < density {
					word += string(rune('a'+w)) + []string{"", "", "", "~", "?", "~?"}[rnd.IntN(6)] + ","
				}
			}
			words = append(words, word)
		}
		notation := strings.Join(words, " ")
		f(t, graphtest.Parse(notation))
		if t.Failed() {
			t.Fatalf("graph %d: %s", i, notation)
		}
	}
}

// adjacency is the slow, obvious form of a graph: who calls whom, in the calls
// that keep is true for.
func adjacency(g *graph.Graph, keep func(graph.Edge) bool) [][]bool {
	m := make([][]bool, g.Len())
	for v := range m {
		m[v] = make([]bool, g.Len())
	}
	for e := range graph.Edge(g.Calls()) {
		if keep(e) {
			m[g.From(e)][g.To(e)] = true
		}
	}
	return m
}

func anyCall(graph.Edge) bool { return true }

// reaches turns adjacency into reachability by one call or more (Warshall).
func reaches(m [][]bool) [][]bool {
	for k := range m {
		for i := range m {
			for j := range m {
				m[i][j] = m[i][j] || m[i][k] && m[k][j]
			}
		}
	}
	return m
}

// far means no way in distances.
const far = 1 << 20

// distances returns the fewest calls between any two services, 0 from each to
// itself (Floyd).
func distances(m [][]bool) [][]int {
	d := make([][]int, len(m))
	for i := range m {
		d[i] = make([]int, len(m))
		for j := range m {
			switch {
			case i == j:
			case m[i][j]:
				d[i][j] = 1
			default:
				d[i][j] = far
			}
		}
	}
	for k := range m {
		for i := range m {
			for j := range m {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d
}

// isChain reports whether every service on the list calls the next one.
func isChain(g *graph.Graph, list []graph.Node) bool {
	for i := 1; i < len(list); i++ {
		if _, ok := g.Edge(list[i-1], list[i]); !ok {
			return false
		}
	}
	return true
}
