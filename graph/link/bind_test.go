package link

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// Policies of a part of a graph speak of the part's calls under its own numbers.
func TestPoliciesOfAPart(t *testing.T) {
	named := func(name string) graph.EndpointRef {
		return graph.EndpointRef{Ref: graph.Ref{Realm: "native", Name: name}}
	}
	var b Builder
	b.Add(&graph.Facts{
		Entities: []graph.Entity{{Ref: named("a").Ref}, {Ref: named("b").Ref}, {Ref: named("c").Ref}},
		Calls: []graph.CallFact{
			{From: named("a"), To: named("b"), Evidence: graph.Evidence{Strength: graph.Weak}},
			{From: named("b"), To: named("c"), Evidence: graph.Evidence{Strength: graph.Strong}},
		},
		Policies: []graph.Policy{{Object: "to-b", To: []graph.EndpointRef{named("b")}}, {Object: "to-c", To: []graph.EndpointRef{named("c")}}},
	})
	g := b.Build()
	strong := g.Where(func(e graph.Edge) bool { return g.Strength(e) == graph.Strong })
	for _, tt := range []struct {
		doc  string
		g    *graph.Graph
		want [][]graph.Edge
	}{
		{"the whole graph", g, [][]graph.Edge{{0}, {1}}},
		{"b -> c alone", strong, [][]graph.Edge{nil, {0}}},
		{"a part of the part", strong.Core(), [][]graph.Edge{nil, {0}}},
	} {
		for i, p := range tt.g.Policies() {
			if !slices.Equal(p.Calls, tt.want[i]) {
				t.Errorf("%s: %s is for %v, want %v", tt.doc, p.Object, p.Calls, tt.want[i])
			}
		}
	}
}
