package fix_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

// After a plan no caller of a random graph gives up before its callee does, every call has a bound,
// and a second plan changes nothing.
func TestPlannedTimeoutsFit(t *testing.T) {
	seeds := uint64(testlong.N(40, 1000))
	t.Chdir(t.TempDir())
	for seed := range seeds {
		manifest := randomManifest(rand.New(rand.NewPCG(seed, 3)))
		writeFile(t, "weir.yaml", manifest)
		found := rules.PlanTimeouts(readGraph(t), nil)
		p := fix.Make(found, read)
		if len(p.Left) > 0 {
			t.Fatalf("seed %d: %s: %s\n%s", seed, p.Left[0].Finding.Message, p.Left[0].Reason, manifest)
		}
		for _, f := range p.Files {
			writeFile(t, f.Name, string(f.After))
		}
		g := readGraph(t)
		says := ""
		for _, f := range found {
			says += f.Message + "\n"
		}
		for _, f := range rules.Run(g, rules.Options{}).Findings {
			if f.Rule == "timeout-missing" || f.Rule == "timeout-inversion" && f.Severity > analyze.Info || f.Rule == "unreadable-input" {
				t.Fatalf("seed %d: %s [%s]\n%s\n%s", seed, f.Message, f.Rule, says, readFile(t, "weir.yaml"))
			}
		}
		if wrong := inverted(g); wrong != "" {
			t.Fatalf("seed %d: %s\n%s\n%s", seed, wrong, says, readFile(t, "weir.yaml"))
		}
		if again := rules.PlanTimeouts(g, nil); len(again) > 0 {
			t.Fatalf("seed %d: a second plan says %s\n%s", seed, again[0].Message, readFile(t, "weir.yaml"))
		}
	}
}

// inverted looks at each pair of a call and one that its callee makes: the slow and obvious way to
// find the first that does not fit, without those on loops.
func inverted(g *graph.Graph) string {
	a := analyze.NewAnalysis(g)
	for e := range graph.Edge(g.Calls()) {
		for _, part := range a.Effective(e) {
			if part.Attempt.State != policy.Finite {
				return fmt.Sprintf("%s->%s has no bound", g.ID(g.From(e)), g.ID(g.To(e)))
			}
			for f, end := g.Out(g.To(e)); f < end; f++ {
				if reaches(g, g.To(f), g.To(e)) {
					continue
				}
				if inner := analyze.WorstPart(a.Effective(f)); inner.State == policy.Finite && inner.Time > part.Attempt.Time {
					return fmt.Sprintf("%s->%s ends after %s, %s->%s after %s", g.ID(g.From(e)), g.ID(g.To(e)), part.Attempt, g.ID(g.From(f)), g.ID(g.To(f)), inner)
				}
			}
		}
	}
	return ""
}

func reaches(g *graph.Graph, from, to graph.Node) bool {
	seen := map[graph.Node]bool{}
	var walk func(v graph.Node) bool
	walk = func(v graph.Node) bool {
		if v == to {
			return true
		}
		if seen[v] {
			return false
		}
		seen[v] = true
		for e, end := g.Out(v); e < end; e++ {
			if walk(g.To(e)) {
				return true
			}
		}
		return false
	}
	return walk(from)
}

// randomManifest declares services that call those after them, some with loops.
func randomManifest(r *rand.Rand) string {
	n := 2 + r.IntN(8)
	times := []time.Duration{100 * time.Millisecond, 700 * time.Millisecond, time.Second, 3 * time.Second, 30 * time.Second}
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&b, "- name: s%d\n  healthcheck: true\n", i)
		var calls []string
		for j := range n {
			if j == i || j < i && r.IntN(12) > 0 || j > i && r.IntN(2) == 0 {
				continue
			}
			call := fmt.Sprintf("to: s%d, protocol: http, methods: [GET]", j)
			if r.IntN(2) == 0 {
				call += ", timeout: " + times[r.IntN(len(times))].String()
			}
			if r.IntN(3) == 0 {
				call += fmt.Sprintf(", perTry: %s, retry: {retries: %d, on: [%s], backoff: {kind: exponential, base: 50ms, max: 200ms, jitter: full}}",
					times[r.IntN(len(times))], 1+r.IntN(3), []string{"connect", "timeout-per-try", "any"}[r.IntN(3)])
			}
			calls = append(calls, "  - {"+call+"}\n")
		}
		if calls != nil {
			b.WriteString("  calls:\n" + strings.Join(calls, ""))
		}
	}
	return b.String()
}

func readGraph(t *testing.T) *graph.Graph {
	t.Helper()
	var b link.Builder
	if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The plan of each example, and the one after it.
func TestPlansOfEstates(t *testing.T) {
	names, err := os.ReadDir("../testdata/estates")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name.Name(), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("../testdata/estates/"+name.Name())); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			planned := map[string]bool{}
			p := fix.Make(rules.PlanTimeouts(readGraph(t), nil), read)
			for _, o := range p.Made {
				planned[o.Finding.Subject] = true
			}
			for _, f := range p.Files {
				writeFile(t, f.Name, string(f.After))
			}
			for _, f := range expand(rules.Run(readGraph(t), rules.Options{}).Findings) {
				if planned[f.Subject] && (f.Rule == "timeout-missing" || f.Rule == "timeout-inversion" && f.Severity > analyze.Info) {
					t.Errorf("%s [%s]", f.Message, f.Rule)
				}
			}
		})
	}
}
