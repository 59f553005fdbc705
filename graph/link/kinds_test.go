package link_test

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// TestKindOfTheUndeclared has calls lead from things that nothing declares: what
// their refs say is all there is to go by.
func TestKindOfTheUndeclared(t *testing.T) {
	for _, tt := range []struct {
		ref  graph.Ref
		want graph.Kind
	}{
		{graph.Ref{Realm: "kubernetes", Kind: "Gateway", Name: "public"}, graph.KindGateway},
		{graph.Ref{Realm: "kubernetes", Kind: "Service", Name: "public"}, graph.KindService},
		{graph.Ref{Realm: "dapr", Name: "cart"}, graph.KindService},
		{graph.Ref{Name: "cart"}, graph.KindExternal},
	} {
		b := &link.Builder{}
		b.Add(&graph.Facts{Calls: []graph.CallFact{{
			From: graph.EndpointRef{Ref: tt.ref}, To: graph.EndpointRef{Host: graph.Address{Host: "web"}},
			Evidence: graph.Evidence{Origin: graph.Source{Reader: "test", File: "f"}.At(1, 0), Way: "test", Strength: graph.Strong},
		}}})
		g := b.Build()
		v, ok := g.Node(tt.ref.Name)
		if !ok {
			t.Fatalf("%+v is no service", tt.ref)
		}
		if got := g.Service(v).Kind; got != tt.want {
			t.Errorf("%+v is a %v, want %v", tt.ref, got, tt.want)
		}
	}
}
