package analyze

import (
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

func TestDescribeService(t *testing.T) {
	// web -> cart <-> stock -> db, cart ?> ads, cart ~> events
	g := graphtest.Parse("web:cart cart:stock,ads?,events~ stock:cart,db")
	cart := node(t, g, "cart")
	check := &Check{Findings: []Finding{
		{Subject: "cart,stock", Services: []graph.Node{cart, node(t, g, "stock")}},
		{Subject: "web", Services: []graph.Node{node(t, g, "web")}},
	}}
	f := DescribeService(g, g, cart, check)
	if len(f.Calls) != 3 || len(f.Called) != 2 {
		t.Errorf("cart makes %d calls and answers %d, want 3 and 2", len(f.Calls), len(f.Called))
	}
	if got := names(g, f.Needs); got != "db stock" {
		t.Errorf("cart needs %q, want %q", got, "db stock")
	}
	if f.Impact.Suffering() != 2 || f.Row.Node != cart || f.Row.Out != 3 {
		t.Errorf("cart reaches %+v, in the row %+v", f.Impact.Victims, f.Row)
	}
	if f.Cycle == nil || names(g, f.Cycle.Loop) != "cart stock" {
		t.Errorf("cart is on the loop %+v, want cart stock", f.Cycle)
	}
	if len(f.Findings) != 1 || f.Findings[0].Subject != "cart,stock" {
		t.Errorf("findings about cart: %+v, want the one on cart,stock", f.Findings)
	}
	if db := DescribeService(g, g, node(t, g, "db"), nil); db.Cycle != nil || db.Findings != nil || len(db.Calls) != 0 || len(db.Needs) != 0 {
		t.Errorf("db is told as %+v, want no loop, no findings, no calls, no needs", db)
	}
}

func TestScope(t *testing.T) {
	services := []graph.Service{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "e"}, {ID: "f"}}
	g := graphtest.New(services, []graph.Call{
		{From: 0, To: 1, Strength: graph.Strong},
		{From: 0, To: 2, Strength: graph.Weak},
		{From: 0, To: 3, Strength: graph.Allowed},
		{From: 0, To: 4, Strength: graph.Strong, Class: graph.ClassTelemetry},
		{From: 0, To: 5, Strength: graph.Strong, Mirror: true},
	})
	for _, tt := range []struct {
		least graph.Strength
		want  string
	}{{graph.Strong, "b"}, {graph.Weak, "b c"}, {graph.Allowed, "b c d"}} {
		if got := names(g, Scope(g, tt.least).Callees(0)); got != tt.want {
			t.Errorf("Scope(%s) keeps the calls to %q, want %q", tt.least, got, tt.want)
		}
	}
}
