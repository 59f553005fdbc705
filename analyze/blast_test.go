package analyze

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestBlast(t *testing.T) {
	tests := []struct {
		name, graph, failed string
		want                string // service effect:chain, in the order reported
	}{
		// a -> b -> c
		{"nobody calls a", "a:b b:c", "a", ""},
		// a -> b -> c
		{"a row", "a:b b:c", "c", "b failed:b>c a failed:a>b>c"},
		// a -> b ~> c -> d
		{"events stop a failure, not its delay", "a:b b:c~ c:d", "d", "c failed:c>d b delayed:b>c>d a delayed:a>b>c>d"},
		// a -> b ?> c
		{"an optional call", "a:b b:c?", "c", "b degraded:b>c a degraded:a>b>c"},
		// a ~?> b
		{"asynchronous and optional is asynchronous", "a:b~?", "b", "a delayed:a>b"},
		// a ?> c, a -> b -> c: the longer way is the worse
		{"the worst effect counts, with its own chain", "a:b,c? b:c", "c", "b failed:b>c a failed:a>b>c"},
		// a ~> c, a ?> b -> c
		{"degraded beats delayed", "a:b?,c~ b:c", "c", "b failed:b>c a degraded:a>b>c"},
		// d ?> a -> b -> c, d ~> c: nearest first, then by name
		{"order", "d:a?,c~ a:b b:c", "c", "b failed:b>c a failed:a>b>c d degraded:d>a>b>c"},
		// a -> b -> c -> a
		{"a loop is walked once", "a:b b:c c:a", "a", "c failed:c>a b failed:b>c>a"},
		// a -> a
		{"calls to itself reach nobody", "a:a", "a", ""},
		// c -> a, c -> b
		{"two at once", "c:a,b d:c", "b a a", "c failed:c>a d failed:d>c>a"},
		// a -> b -> c, both fail
		{"one failed service calls another", "a:b b:c", "b c", "a failed:a>b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := graphtest.Parse(tt.graph)
			var failed []graph.Node
			for _, id := range strings.Fields(tt.failed) {
				failed = append(failed, node(t, g, id))
			}
			impact := Blast(g, failed)
			var got []string
			for _, r := range impact.Reached {
				got = append(got, fmt.Sprintf("%s %s:%s", g.ID(r.Node), r.Effect, strings.ReplaceAll(names(g, impact.Path(r)), " ", ">")))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("Blast(%q, %s) = %s, want %s", tt.graph, tt.failed, strings.Join(got, " "), tt.want)
			}
		})
	}
}

// The effect is decided by reachability over fewer and fewer kinds of calls, the
// distance by the shortest way over them.
func TestBlastAgreesWithDistances(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		away := map[Effect][][]int{
			Failed:   distances(adjacency(g, g.HardSync)),
			Degraded: distances(adjacency(g, func(e graph.Edge) bool { return g.Mode(e) == graph.Sync })),
			Delayed:  distances(adjacency(g, anyCall)),
		}
		for failed := range graph.Node(g.Len()) {
			impact := Blast(g, []graph.Node{failed})
			got := map[graph.Node]Reach{}
			for _, r := range impact.Reached {
				got[r.Node] = r
			}
			for v := range graph.Node(g.Len()) {
				want, reached := Reach{Node: v}, false
				for effect := Failed; !reached && v != failed; effect-- {
					if d := away[effect][v][failed]; d < far {
						want.Effect, want.Distance, reached = effect, d, true
					}
					if effect == Delayed {
						break
					}
				}
				r, ok := got[v]
				if ok != reached || r.Effect != want.Effect && ok || r.Distance != want.Distance {
					t.Errorf("%s fails, %s: got %+v %v, want %+v %v", g.ID(failed), g.ID(v), r, ok, want, reached)
				}
				if ok {
					checkWitness(t, g, &impact, r, got)
				}
			}
		}
	})
}

// checkWitness holds what Reach and Path promise.
func checkWitness(t *testing.T, g *graph.Graph, impact *Impact, r Reach, reached map[graph.Node]Reach) {
	t.Helper()
	path := impact.Path(r)
	if len(path) != r.Distance+1 || path[0] != r.Node || path[len(path)-1] != impact.Failed[0] || path[1] != r.Via {
		t.Errorf("the path of %+v is %s", r, names(g, path))
	}
	for i := 1; i < len(path); i++ {
		e, ok := g.Edge(path[i-1], path[i])
		if !ok || !transmits(g, e, r.Effect) {
			t.Errorf("the path of %+v, %s, does not bring it about", r, names(g, path))
		}
	}
	if via, ok := reached[r.Via]; r.Via != impact.Failed[0] && (!ok || via.Effect < r.Effect) {
		t.Errorf("%+v comes by a service that suffers less: %+v", r, via)
	}
}

func TestBlastAllAgreesWithBlast(t *testing.T) {
	eachRandomGraph(t, func(t *testing.T, g *graph.Graph) {
		ranks := BlastAll(g)
		for i, r := range ranks {
			impact := Blast(g, []graph.Node{r.Node})
			direct := 0
			for _, u := range g.Callers(r.Node) {
				if u != r.Node {
					direct++
				}
			}
			want := Rank{Node: r.Node, Failed: impact.Count(Failed), Reached: len(impact.Reached), Direct: direct}
			if r != want {
				t.Errorf("rank of %s is %+v, want %+v", g.ID(r.Node), r, want)
			}
			if i > 0 && ranks[i-1].Failed < r.Failed {
				t.Errorf("rank %d fails fewer than rank %d", i-1, i)
			}
		}
	})
}

func TestBlastTakesFallbacksForOptional(t *testing.T) {
	// a -> b, only instead of another call
	services := []graph.Service{{ID: "a"}, {ID: "b"}}
	g := graph.New(services, []graph.Call{{From: 0, To: 1, Mode: graph.Sync, Need: graph.Hard, Fallback: true}})
	impact := Blast(g, []graph.Node{1})
	if len(impact.Reached) != 1 || impact.Reached[0].Effect != Degraded {
		t.Errorf("the failure of a fallback gives %+v, want a degraded", impact.Reached)
	}
	if ranks := BlastAll(g); ranks[0].Failed != 0 {
		t.Errorf("the failure of a fallback fails %d services, want 0", ranks[0].Failed)
	}
}
