package analyze

import (
	"math/rand/v2"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/policy"
)

// On graphs without loops the factor of a service is the greatest product over
// all paths, which a walk over every path finds as well.
func TestAmplificationAgreesWithEveryPath(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 7))
	for range 300 {
		g := retryingGraph(rnd, 2+rnd.IntN(6))
		r := NewAnalysis(Scope(g, graph.Weak))
		a := r.Amplification()
		for v := range graph.Node(g.Len()) {
			got, last := a.At(v)
			want := 1.0
			for _, e := range r.Core.In(v) {
				want = max(want, r.RepeatsAtEnd(e)*worstBefore(r, r.Core.From(e)))
			}
			if got != want {
				t.Fatalf("%s can get %v requests for one, want %v", g.ID(v), got, want)
			}
			if last == NoCall {
				continue
			}
			product := 1.0
			calls := CallsAlong(r.Core, a.Path(last)...)
			for i, e := range calls {
				if i == len(calls)-1 {
					product *= r.RepeatsAtEnd(e)
				} else {
					product *= r.Repeats(e)
				}
			}
			if product != want {
				t.Fatalf("the path to %s multiplies to %v, its factor is %v", g.ID(v), product, want)
			}
		}
	}
}

// worstBefore is the greatest product of repeated calls on any path to v.
func worstBefore(r *Analysis, v graph.Node) float64 {
	worst := 1.0
	for _, e := range r.Core.In(v) {
		worst = max(worst, r.Repeats(e)*worstBefore(r, r.Core.From(e)))
	}
	return worst
}

// retryingGraph is n services each of which calls some of those after it, with
// retries of errors, of connections alone, or none.
func retryingGraph(rnd *rand.Rand, n int) *graph.Graph {
	f := &graph.Facts{}
	ref := func(v int) graph.Ref { return graph.Ref{Realm: "native", Name: string(rune('a' + v))} }
	for v := range n {
		f.Entities = append(f.Entities, graph.Entity{Ref: ref(v), Origin: graph.Source{File: "f"}.At(int32(v+1), 0), Kind: graph.KindService})
		for w := v + 1; w < n; w++ {
			if rnd.IntN(2) == 0 {
				continue
			}
			o := graph.Source{File: "f"}.At(int32(100+10*v+w), 0)
			on := [][]string{{policy.On5xx}, {policy.OnConnect}, {policy.OnAny}}[rnd.IntN(3)]
			f.Calls = append(f.Calls, graph.CallFact{
				From: graph.EndpointRef{Ref: ref(v)}, To: graph.EndpointRef{Ref: ref(w)},
				Evidence: graph.Evidence{
					Origin: o, Strength: graph.Strong, Class: graph.ClassCall, Mode: graph.Sync,
					Says: &policy.Set{Retry: &policy.Retry{Retries: policy.Declare(rnd.IntN(3), o), On: policy.Declare(on, o)}},
				},
			})
		}
	}
	b := &link.Builder{}
	b.Add(f)
	return b.Build()
}

func TestSharesOfRequests(t *testing.T) {
	for notation, want := range map[string]float64{"x:a": 1, "x:[a|b|c]": 1. / 3, "x:{a=80|b=20}": 0.8, "x:{a|b}": 1, "x:(b|a)": 1, "x:{[a|b]=50|c=50}": 0.25} {
		g := graphtest.Parse(notation)
		e, _ := g.Edge(node(t, g, "x"), node(t, g, "a"))
		if got := ShareOf(g, e); got != want {
			t.Errorf("%q: a gets %v of the requests, want %v", notation, got, want)
		}
	}
}
