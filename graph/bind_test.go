package graph

import (
	"slices"
	"testing"
)

// Policies of a part of a graph speak of the part's calls under its own numbers.
func TestPoliciesOfAPart(t *testing.T) {
	named := func(name string) Party { return Party{Ref: Ref{Realm: "native", Name: name}} }
	var b Builder
	b.Add(&Facts{
		Things: []Thing{{Ref: named("a").Ref}, {Ref: named("b").Ref}, {Ref: named("c").Ref}},
		Calls: []Fact{
			{From: named("a"), To: named("b"), Evidence: Evidence{Strength: Weak}},
			{From: named("b"), To: named("c"), Evidence: Evidence{Strength: Strong}},
		},
		Policies: []Policy{{Object: "to-b", To: []Party{named("b")}}, {Object: "to-c", To: []Party{named("c")}}},
	})
	g := b.Build()
	strong := g.Where(func(e Edge) bool { return g.Strength(e) == Strong })
	for _, tt := range []struct {
		doc  string
		g    *Graph
		want [][]Edge
	}{
		{"the whole graph", g, [][]Edge{{0}, {1}}},
		{"b -> c alone", strong, [][]Edge{nil, {0}}},
		{"a part of the part", strong.Core(), [][]Edge{nil, {0}}},
	} {
		for i, p := range tt.g.Policies() {
			if !slices.Equal(p.Calls, tt.want[i]) {
				t.Errorf("%s: %s is for %v, want %v", tt.doc, p.Object, p.Calls, tt.want[i])
			}
		}
	}
}
