package ingest_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weirgraph/weir/graph"
)

// summaryFiles are the files of the sets of calls that others counted, and of
// tables.
var summaryFiles = map[string][]string{
	"alibaba-callgraph":         {"MSCallGraph_v2021.csv", "CallGraph_v2022.csv"},
	"jaeger-dependencies-small": {"dependencies.json", "api-dependencies.json"},
	"kiali-graph":               {"versioned_app_graph.json"},
	"nezha-trainticket-csv":     {"trace.csv"},
	"prometheus-forms":          {"service_graph.prom", "query.json", "istio.prom"},
}

// TestSummaryCorpus compares what weir reads from graphs that others counted with
// what is known to be in them, call by call and count by count.
func TestSummaryCorpus(t *testing.T) {
	for _, dir := range corpus(t, "traces") {
		for _, name := range summaryFiles[filepath.Base(dir)] {
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				var want struct {
					Edges []flow
					Files map[string]struct{ Edges []flow }
				}
				data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(data, &want); err != nil {
					t.Fatal(err)
				}
				edges := slices.Concat(want.Edges, want.Files[name].Edges)
				compareSummary(t, read(t, filepath.Join(dir, name)), edges)
			})
		}
	}
}

func compareSummary(t *testing.T, g *graph.Graph, want []flow) {
	t.Helper()
	for i := range want {
		want[i].From, want[i].To = kialiName(want[i].From), kialiName(want[i].To)
	}
	named := func(v graph.Node) string {
		s := g.Service(v)
		long := s.Name + "." + s.Namespace // as Kiali's expectations have it
		if slices.ContainsFunc(want, func(f flow) bool { return f.From == long || f.To == long }) {
			return long
		}
		return s.Name
	}
	var got []flow
	for e := range graph.Edge(g.Calls()) {
		if o := g.Observed(e); o != nil {
			got = append(got, flow{named(g.From(e)), named(g.To(e)), o.Calls, o.Errors})
		}
	}
	byEnds := func(a, b flow) int { return slices.Compare([]string{a.From, a.To}, []string{b.From, b.To}) }
	slices.SortFunc(got, byEnds)
	slices.SortFunc(want, byEnds)
	for i := range want { // Kiali counts bytes of TCP, which are no calls
		if i < len(got) && got[i].Calls == 0 && want[i].To == "tcp.bookinfo" {
			want[i].Calls = 0
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, math.SmallestNonzeroFloat32)); diff != "" {
		t.Errorf("calls differ (- expected, + found):\n%s", diff)
	}
}

// kialiName drops the type of a node from its name. What comes from no known node
// has no namespace.
func kialiName(name string) string {
	if name == "unknown.unknown [unknown]" {
		return "unknown"
	}
	name, _, _ = strings.Cut(name, " [")
	return name
}
