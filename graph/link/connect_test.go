package link

import (
	"testing"

	"github.com/weirgraph/weir/graph"
)

// A call of a service to itself counts when a person declares it. In a manifest it is
// the service's own address.
func TestSelfCalls(t *testing.T) {
	for reader, want := range map[string]string{"native": "web>web", "backstage": "web>web", "kubernetes": "", "compose": ""} {
		web := named("test", "", "", "web")
		origin := graph.Source{Reader: reader, File: "test.yaml"}.At(2, 0)
		b := &Builder{}
		b.Add(&graph.Facts{
			Entities: []graph.Entity{{Ref: web, Origin: at(1)}},
			Calls: []graph.CallFact{{
				From: graph.EndpointRef{Ref: web}, To: graph.EndpointRef{Ref: web},
				Evidence: graph.Evidence{Origin: origin, Strength: graph.Strong},
			}},
		})
		if got := calls(b.Build()); got != want {
			t.Errorf("%s: calls = %q, want %q", reader, got, want)
		}
	}
}
