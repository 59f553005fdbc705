package link

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// TestPatchAddsToAThing declares a workload and patches it, in both orders: the
// Service finds the pods, and the replicas are those of the patch.
func TestPatchAddsToAThing(t *testing.T) {
	deployment := named("kubernetes", "Deployment", "shop", "tax")
	for _, tt := range []struct {
		name            string
		declared, patch int // lines
	}{
		{"patch after", 1, 2},
		{"patch before", 2, 1},
	} {
		b := &Builder{}
		b.Add(&graph.Facts{
			Entities: []graph.Entity{
				{Ref: deployment, Origin: at(tt.declared), PodLabels: graph.Labels{"app": "tax"}, Replicas: policy.Declare(0, at(tt.declared))},
				{Ref: deployment, Origin: at(tt.patch), Patch: true, Replicas: policy.Declare(3, at(tt.patch))},
			},
			Names: []graph.Name{{
				Ref: named("kubernetes", "Service", "shop", "tax-api"), Origin: at(3),
				Selects: graph.Selector{Labels: graph.Labels{"app": "tax"}},
			}},
		})
		g := b.Build()
		if g.Len() != 1 {
			t.Errorf("%s: %d services, want the workload and its Service as one", tt.name, g.Len())
			continue
		}
		if got := g.Service(0).Replicas.Value; got != 3 {
			t.Errorf("%s: %d replicas, want 3 of the patch", tt.name, got)
		}
	}
}
