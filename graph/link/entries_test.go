package link_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
)

// watched is a graph of a declared proxy in front of web, which calls cart, where
// spans were read of the services that the test says.
func watched(served map[string]graph.ServerStats) *graph.Graph {
	at := graph.Source{Reader: "native", File: "a.yaml"}.At(1, 0)
	ref := func(name string) graph.Ref { return graph.Ref{Realm: "native", Name: name} }
	f := &graph.Facts{}
	for name, kind := range map[string]graph.Kind{"gate": graph.KindService, "web": graph.KindService, "cart": graph.KindService, "admin": graph.KindService} {
		f.Entities = append(f.Entities, graph.Entity{Ref: ref(name), Origin: at, Kind: kind, KindSure: true})
	}
	for _, call := range [][2]string{{"gate", "web"}, {"web", "cart"}} {
		f.Calls = append(f.Calls, graph.CallFact{
			From: graph.EndpointRef{Ref: ref(call[0])}, To: graph.EndpointRef{Ref: ref(call[1])},
			Evidence: graph.Evidence{Origin: at, Way: "native", Strength: graph.Strong},
		})
	}
	for name, s := range served {
		f.ObservedServices = append(f.ObservedServices, graph.ObservedService{
			TracePeer: &graph.TracePeer{Name: name, Kind: graph.KindService}, Origin: graph.Source{Reader: "otlp-json", File: "spans.json"}.Whole(), Served: s,
		})
	}
	var b link.Builder
	b.Add(f)
	return b.Build()
}

// TestEntry goes through what makes a service an entry point by its traces.
func TestEntry(t *testing.T) {
	all := graph.ServerStats{Requests: 100, Entries: 100}
	for _, tt := range []struct {
		name   string
		served map[string]graph.ServerStats
		want   string
	}{
		{"no traces", nil, ""},
		{"all begin there", map[string]graph.ServerStats{"admin": all}, "admin"},
		{"some begin there", map[string]graph.ServerStats{"admin": {Requests: 100, Entries: 5}}, "admin"},
		{"few do: their callers are lost", map[string]graph.ServerStats{"admin": {Requests: 100, Entries: 4}}, ""},
		{"behind a proxy without spans", map[string]graph.ServerStats{"web": all}, ""},
		{"behind a proxy with spans", map[string]graph.ServerStats{"gate": all, "web": all}, "gate web"},
		{"behind a service with spans", map[string]graph.ServerStats{"web": {Requests: 9}, "cart": all}, "cart"},
	} {
		got := ""
		g := watched(tt.served)
		for v := range graph.Node(g.Len()) {
			if entry, seen := g.Service(v).Entry(); entry {
				if !seen {
					t.Errorf("%s: %s is declared to be an entry point", tt.name, g.ID(v))
				}
				got += " " + g.ID(v)
				if o := g.Service(v).Served.Origin; o.File() != "spans.json" {
					t.Errorf("%s: the entry point %s is told by %v", tt.name, g.ID(v), o)
				}
			}
		}
		if want := tt.want; got != "" && got[1:] != want || got == "" && want != "" {
			t.Errorf("%s: entry points%s, want %s", tt.name, got, want)
		}
	}
}

// TestServedAddsUp has spans of one service in two files.
func TestServedAddsUp(t *testing.T) {
	f := &graph.Facts{}
	for file, s := range map[string]graph.ServerStats{
		"a.json": {Requests: 3, Entries: 1, Operations: []graph.Operation{{Name: "GET /", Traces: 2}, {Name: "GET /cart", Traces: 1}}},
		"b.json": {Requests: 4, Operations: []graph.Operation{{Name: "GET /", Traces: 3}, {Name: "DELETE /", Traces: 1}}},
	} {
		f.ObservedServices = append(f.ObservedServices, graph.ObservedService{TracePeer: &graph.TracePeer{Name: "web", Kind: graph.KindService}, Origin: graph.Source{File: file}.Whole(), Served: s})
	}
	var b link.Builder
	b.Add(f)
	got := b.Build().Service(0).Served
	want := &graph.ServerStats{
		Requests: 7, Entries: 1, Origin: graph.Source{File: "a.json"}.Whole(),
		Operations: []graph.Operation{{Name: "DELETE /", Traces: 1}, {Name: "GET /", Traces: 5}, {Name: "GET /cart", Traces: 1}},
	}
	if diff := cmp.Diff(want.Operations, got.Operations); diff != "" || got.Requests != 7 || got.Entries != 1 || got.Origin != want.Origin {
		t.Errorf("served %+v, want %+v\n%s", got, want, diff)
	}
	if n := got.Traces("GET /"); n != 5 {
		t.Errorf("GET / in %g traces, want 5", n)
	}
	if n := got.Traces("PUT /"); n != 0 {
		t.Errorf("PUT / in %g traces, want 0", n)
	}
}
