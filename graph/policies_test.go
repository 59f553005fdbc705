package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A part of a graph has its own numbers, and its policies speak of those.
func TestPoliciesOfAPart(t *testing.T) {
	f := &graph.Facts{}
	ref := func(name string) graph.Ref { return graph.Ref{Realm: "native", Name: name} }
	for i, to := range []string{"a", "b"} {
		f.Calls = append(f.Calls, graph.Fact{
			From: graph.Party{Ref: ref("in")}, To: graph.Party{Ref: ref(to)},
			Evidence: graph.Evidence{Origin: testOrigin(i + 1), Strength: graph.Strong, Class: graph.ClassCall},
		})
		f.Policies = append(f.Policies, graph.Policy{
			Origin: testOrigin(10 + i), Product: "istio", Object: to, Group: "route", To: []graph.Party{{Ref: ref(to)}},
			Says: policy.Set{Timeout: &policy.Timeout{Total: policy.Declare(time.Second, testOrigin(10+i))}},
		})
	}
	for _, name := range []string{"in", "a", "b"} {
		f.Things = append(f.Things, graph.Thing{Ref: ref(name), Origin: testOrigin(20), Kind: graph.KindService})
	}
	b := &graph.Builder{}
	b.Add(f)
	g := b.Build()
	tell := func(g *graph.Graph) string {
		text := ""
		for _, p := range g.Policies() {
			text += fmt.Sprintf("%s%v ", p.Object, p.Calls)
		}
		return text
	}
	if got, want := tell(g), "a[0] b[1] "; got != want {
		t.Errorf("policies of the whole graph: %s, want %s", got, want)
	}
	part := g.Where(func(e graph.Edge) bool { return g.ID(g.To(e)) == "b" })
	if got, want := tell(part), "b[0] "; got != want {
		t.Errorf("policies of the part with the call to b: %s, want %s", got, want)
	}
}
