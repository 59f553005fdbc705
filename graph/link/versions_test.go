package link

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A policy is of another version than the one that hides it where both files declare the same object, or
// the files in their directories do.
func TestVersions(t *testing.T) {
	ref := func(kind, name string) graph.Ref {
		return graph.Ref{Realm: kubernetes, Kind: kind, Namespace: "mill", Name: name}
	}
	oven, flour := ref("Deployment", "oven"), ref("Deployment", "flour")
	rule := func(file, object string) graph.Policy {
		at := graph.Source{Reader: "test", File: file}.At(1, 1)
		return graph.Policy{
			Origin: at, Document: at, Object: object, Realm: kubernetes, Namespace: "mill", Group: "g",
			To: []graph.EndpointRef{{Ref: flour}}, Says: policy.Set{Layer: policy.ClientProxy, Retry: &policy.Retry{}},
		}
	}
	for _, tt := range []struct {
		doc      string
		policies []graph.Policy
		also     []string // files that declare flour, too
		want     bool
	}{
		{"one object in two files", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("b/1.yaml", "Route/mill/x")}, nil, true},
		{"two objects in two files", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("b/1.yaml", "Route/mill/y")}, nil, false},
		{"of directories that declare one workload", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("b/1.yaml", "Route/mill/y")}, []string{"a/app.yaml", "b/app.yaml"}, true},
		{"of one directory, whose other files declare one workload", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("a/2.yaml", "Route/mill/y")}, []string{"a/3.yaml", "a/4.yaml"}, false},
		{"of files of one directory that declare one workload", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("a/2.yaml", "Route/mill/y")}, []string{"a/1.yaml", "a/2.yaml"}, true},
		{"twice in one file", []graph.Policy{rule("a/1.yaml", "Route/mill/x"), rule("a/1.yaml", "Route/mill/y")}, nil, false},
	} {
		var b Builder
		f := graph.Facts{
			Entities: []graph.Entity{{Ref: oven, Origin: graph.Source{File: "app.yaml"}.At(1, 0)}, {Ref: flour, Origin: graph.Source{File: "app.yaml"}.At(2, 0)}},
			Calls:    []graph.CallFact{{From: graph.EndpointRef{Ref: oven}, To: graph.EndpointRef{Ref: flour}, Evidence: graph.Evidence{Strength: graph.Strong}}},
			Policies: tt.policies,
		}
		for _, file := range tt.also {
			f.Entities = append(f.Entities, graph.Entity{Ref: flour, Origin: graph.Source{File: file}.At(1, 0)})
		}
		b.Add(&f)
		g := b.Build()
		shadows, other := 0, false
		for _, p := range g.Policies() {
			for _, s := range p.Shadows {
				shadows++
				other = s.OtherVersion
			}
		}
		if shadows != 1 || other != tt.want {
			t.Errorf("%s: %d shadows, another version is %v, want 1 and %v", tt.doc, shadows, other, tt.want)
		}
		told := slices.ContainsFunc(g.Coverage().Problems, func(p graph.Problem) bool { return p.Level == graph.Skipped })
		if told != tt.want {
			t.Errorf("%s: reported by default is %v, want %v", tt.doc, told, tt.want)
		}
	}
}
