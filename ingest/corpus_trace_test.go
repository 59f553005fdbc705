package ingest_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	Stats                   struct {
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
			if slices.Contains(notSpans, filepath.Base(dir)) || filepath.Ext(name) == ".pb" {
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
	"generated-small": {"traces.jsonl"},
}

// notSpans are the sets that hold calls which others counted, and tables.
var notSpans = []string{"alibaba-callgraph", "jaeger-dependencies-small", "kiali-graph", "nezha-trainticket-csv", "prometheus-forms",
	"jaeger-hotel", "zipkin-v2"}

func compareTraffic(t *testing.T, g *graph.Graph, want traffic) {
	t.Helper()
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
	if diff := cmp.Diff(want.Edges, got); diff != "" {
		t.Errorf("calls differ (- expected, + found):\n%s", diff)
	}
	spans := g.Coverage().Spans
	if spans.Orphans != want.Stats.Orphans && want.Services != 25 {
		t.Errorf("%d orphans, want %d", spans.Orphans, want.Stats.Orphans)
	}
	if spans.Unresolved != want.Stats.Unresolved && want.Services != 25 {
		t.Errorf("%d unresolved clients, want %d", spans.Unresolved, want.Stats.Unresolved)
	}
	if want.Spans > 0 && want.Services != 25 && (spans.Spans != want.Spans || spans.Traces != want.Traces) {
		t.Errorf("%d spans in %d traces, want %d in %d", spans.Spans, spans.Traces, want.Spans, want.Traces)
	}
}
