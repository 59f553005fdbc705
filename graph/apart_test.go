package graph

import (
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestApart leaves out a call in the middle: the others keep what is known of them, by their new numbers.
func TestApart(t *testing.T) {
	services := []Service{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}
	g := New(services, []Call{{From: 0, To: 1}, {From: 0, To: 2}, {From: 0, To: 3}}).With(Details{
		Observed: []*Observed{{Calls: 1}, {Calls: 2}, {Calls: 3}},
		Routes:   map[Edge][]Route{0: {{Match: "0"}}, 2: {{Match: "2"}}},
		Policies: []*BoundPolicy{{Policy: &Policy{}, Calls: []Edge{1, 2}}},
	})
	part := g.Where(func(e Edge) bool { return e != 1 })
	if part.OriginalEdge(1) != 2 {
		t.Fatalf("the original of call 1 is %d, want 2", part.OriginalEdge(1))
	}
	h := part.Apart()
	if h.OriginalEdge(1) != 1 || part.OriginalEdge(1) != 2 {
		t.Errorf("the originals of call 1 are %d and %d, want 1 and 2", h.OriginalEdge(1), part.OriginalEdge(1))
	}
	if r := h.Routes(1); len(r) != 1 || r[0].Match != "2" || h.Routes(0)[0].Match != "0" {
		t.Errorf("routes of call 1: %v", r)
	}
	if o := h.Observed(1); o == nil || o.Calls != 3 {
		t.Errorf("observed of call 1: %v", o)
	}
	if p := h.Policies(); len(p) != 1 || len(p[0].Calls) != 1 || p[0].Calls[0] != 1 {
		t.Errorf("calls of the policy: %v", p[0].Calls)
	}
	if last := h.Where(func(e Edge) bool { return e == 1 }); last.OriginalEdge(0) != 1 || last.Routes(0)[0].Match != "2" {
		t.Errorf("the original of a part of it is %d, want 1", last.OriginalEdge(0))
	}
	if g.Apart() != g {
		t.Error("a graph that is whole is copied")
	}
}
