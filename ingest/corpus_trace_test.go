package ingest_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weirgraph/weir/graph"
)

// flow is what the corpus knows of one call.
type flow struct {
	From, To      string
	Calls, Errors float64
}

// traffic is what the corpus knows of one file, or of each file of a set.
type traffic struct {
	Spans, Traces, Services int
	Edges                   []flow
	Stats                   *struct {
		Orphans    int
		Unresolved int `json:"unresolved clients"`
	}
}

// TestTraceCorpus compares the calls that weir finds in real spans with those that
// are known to be in them, call by call and count by count.
func TestTraceCorpus(t *testing.T) {
	for _, dir := range corpus(t, "traces") {
		var want struct {
			traffic
			Files map[string]traffic
		}
		data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		if want.Files == nil {
			want.Files = map[string]traffic{}
			for _, f := range spanFiles[filepath.Base(dir)] {
				want.Files[f] = want.traffic
			}
		}
		for _, name := range slices.Sorted(maps.Keys(want.Files)) {
			if slices.Contains(notSpans, filepath.Base(dir)) {
				continue
			}
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				compareTraffic(t, read(t, filepath.Join(dir, name)), want.Files[name])
			})
		}
	}
}

// spanFiles are the files of the sets whose expectations are those of each file.
var spanFiles = map[string][]string{
	"generated-small": {"traces.jsonl", "traces.pb", "jaeger.json", "zipkin.json"},
	"jaeger-hotel":    {"traces.json"},
}

// notSpans are the sets that hold calls which others counted, and tables.
var notSpans = []string{"alibaba-callgraph", "jaeger-dependencies-small", "kiali-graph", "nezha-trainticket-csv", "prometheus-forms"}

func compareTraffic(t *testing.T, g *graph.Graph, want traffic) {
	t.Helper()
	want.Edges = slices.DeleteFunc(want.Edges, func(f flow) bool { return f == flow{} })
	var got []flow
	for e := range graph.Edge(g.Calls()) {
		if o := g.Observed(e); o != nil {
			got = append(got, flow{g.Service(g.From(e)).Name, g.Service(g.To(e)).Name, o.Calls, o.Errors})
		}
	}
	byEnds := func(a, b flow) int {
		return slices.Compare([]string{a.From, a.To}, []string{b.From, b.To})
	}
	slices.SortFunc(got, byEnds)
	slices.SortFunc(want.Edges, byEnds)
	if diff := cmp.Diff(want.Edges, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("calls differ (- expected, + found):\n%s", diff)
	}
	spans := g.Coverage().Spans
	if spans.Spans != want.Spans || spans.Traces != want.Traces {
		t.Errorf("%d spans in %d traces, want %d in %d", spans.Spans, spans.Traces, want.Spans, want.Traces)
	}
	if want.Stats == nil {
		return // how the spans of this set are linked was not counted
	}
	if spans.Orphans != want.Stats.Orphans || spans.Unresolved != want.Stats.Unresolved {
		t.Errorf("%d orphans and %d unresolved clients, want %d and %d", spans.Orphans, spans.Unresolved, want.Stats.Orphans, want.Stats.Unresolved)
	}
}
