package link

import (
	"fmt"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// A Service selects two Deployments that differ in one label: a naming label makes
// them two services, any other label two versions of one.
func TestNamingLabels(t *testing.T) {
	for _, tt := range []struct {
		label    string
		services int // with the node of the Service in front of both
	}{
		{"app", 3}, {"app.kubernetes.io/name", 3}, {"app.kubernetes.io/component", 3}, {"k8s-app", 3},
		{"name", 3}, {"component", 3}, {"role", 3}, {"service", 3},
		{"version", 1}, {"track", 1},
	} {
		f := &graph.Facts{
			Names: []graph.Name{{
				Ref: named(kubernetes, "Service", "shop", "front"), Origin: at(1),
				Selects: graph.Selector{Labels: graph.Labels{"tier": "front"}},
			}},
		}
		for i, name := range []string{"one", "two"} {
			f.Entities = append(f.Entities, graph.Entity{
				Ref: named(kubernetes, "Deployment", "shop", name), Origin: at(10 + i), Kind: graph.KindService,
				PodLabels: graph.Labels{"tier": "front", tt.label: name},
			})
		}
		b := &Builder{}
		b.Add(f)
		if g := b.Build(); g.Len() != tt.services {
			t.Errorf("pods that differ in the label %q make %d services, want %d: %s", tt.label, g.Len(), tt.services, fmt.Sprint(g.Services()))
		}
	}
}
