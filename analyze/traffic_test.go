package analyze

import (
	"fmt"
	"testing"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/policy"
)

// web -> cart -> db, web -> search, cart ~> mail, batch -> db
func TestTraffic(t *testing.T) {
	watched := func(counts map[string]graph.Observed) *graph.Graph {
		g := graphtest.Parse("web:cart,search cart:db,mail~ batch:db")
		observed := make([]*graph.Observed, g.Calls())
		for call, o := range counts {
			var from, to string
			_, _ = fmt.Sscan(call, &from, &to)
			e, ok := g.Edge(node(t, g, from), node(t, g, to))
			if !ok {
				t.Fatalf("no call %s", call)
			}
			observed[e] = &o
		}
		return g.With(graph.Details{Observed: observed})
	}
	day := map[string]graph.Observed{
		"web cart": {Calls: 300}, "web search": {Calls: 100}, "cart db": {Calls: 500}, "cart mail": {Calls: 50}, "batch db": {Calls: 50},
	}
	tests := []struct {
		name, failed, entry string
		seen                map[string]graph.Observed
		want                string
	}{
		{"nothing was seen", "db", "", nil, ""},
		{"who calls the one that fails, and its callers", "db", "", day, "850 of 1000, 350 of 450 from batch web"},
		{"only one of several calls of the entry", "search", "", day, "100 of 1000, 100 of 450 from batch web"},
		{"no caller waits for events", "mail", "", day, "0 of 1000, 0 of 450 from batch web"},
		{"only the named entry points", "db", "web", day, "850 of 1000, 300 of 400 from web"},
		{"an entry point that was not seen to call", "search", "search", day, "100 of 1000, 100 of 450 from batch web"},
		{"samples stand for more", "db", "web", map[string]graph.Observed{"web cart": {Calls: 3, Traced: &graph.Traced{Weighted: 300}}, "web search": {Calls: 700}}, "300 of 1000, 300 of 1000 from web"},
	}
	for _, tt := range tests {
		g := watched(tt.seen)
		if tt.entry != "" {
			g.Service(node(t, g, tt.entry)).Own().Entrypoint = policy.Declare(true, graph.Origin{})
		}
		got := ""
		if in := Simulate(g, scenario(g, failure.Stop, tt.failed)); in.Traffic != nil {
			f := in.Traffic
			got = fmt.Sprintf("%v of %v, %v of %v from %s", f.Hit, f.Calls, f.EntryHit, f.Entry, names(g, f.Entries))
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
