package ingest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
)

// truth is what is known about a real system: expected.json of a corpus set.
type truth struct {
	Nodes []struct {
		Name    string
		Aliases []string
	}
	Edges []struct {
		From, To, Class string
		Derivable       bool `json:"derivable_from_manifest"`
	}
	NotEdges []struct{ From, To string } `json:"not_edges"`
	Optional []string                    `json:"optional_nodes"`
}

// corpus returns the directories of a part of the corpus of real systems, which is next
// to the checkout or where WEIR_CORPUS says. It skips the test elsewhere.
func corpus(t testing.TB, part string) []string {
	t.Helper()
	root := os.Getenv("WEIR_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	sets, _ := filepath.Glob(filepath.Join(root, part, "*", "expected.json"))
	if len(sets) == 0 {
		t.Skip("no corpus of real systems beside the checkout; set WEIR_CORPUS to its directory")
	}
	for i := range sets {
		sets[i] = filepath.Dir(sets[i])
	}
	return sets
}

// TestCorpus compares the calls that weir finds in real manifests with those that
// the systems are known to make.
func TestCorpus(t *testing.T) {
	var sum score
	t.Logf("%-18s %8s %8s %8s %8s", "set", "expected", "found", "strong", "true")
	for _, dir := range corpus(t, "manifests") {
		s := compare(t, dir)
		t.Logf("%-18s %8d %8d %8d %8d", filepath.Base(dir), s.expected, s.found, s.strong, s.strong-len(s.wrong))
		for _, e := range s.missed {
			t.Logf("    missed %s", e)
		}
		for _, e := range s.wrong {
			t.Logf("    wrong  %s", e)
		}
		for _, e := range s.denied {
			t.Errorf("%s: %s is known not to be a call, and is reported as strong", filepath.Base(dir), e)
		}
		sum.add(s)
	}
	if found := float64(sum.found) / float64(sum.expected); found < 0.97 {
		t.Errorf("found %d of %d calls (%.1f %%), want 97 %%", sum.found, sum.expected, 100*found)
	}
	if right := 1 - float64(len(sum.wrong))/float64(sum.strong); right < 0.98 {
		t.Errorf("%d of %d strong calls are wrong (%.1f %% right), want 98 %%", len(sum.wrong), sum.strong, 100*right)
	}
}

type score struct {
	expected, found, strong int
	missed, wrong, denied   []string
}

func (s *score) add(o score) {
	s.expected += o.expected
	s.found += o.found
	s.strong += o.strong
	s.wrong = append(s.wrong, o.wrong...)
}

func compare(t *testing.T, dir string) score {
	t.Helper()
	var want truth
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	g := read(t, filepath.Join(dir, "files"))
	known := map[string]string{}
	for _, n := range want.Nodes {
		for _, name := range append(n.Aliases, n.Name) {
			known[name] = n.Name
		}
	}
	optional := map[string]bool{}
	for _, o := range want.Optional {
		optional[o] = true
	}
	got := map[string]graph.Call{}
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		from, to := called(known, g.Service(c.From)), called(known, g.Service(c.To))
		key := from + " > " + to
		if before, ok := got[key]; !optional[from] && !optional[to] && from != to && (!ok || c.Strength > before.Strength) {
			got[key] = c
		}
	}
	var s score
	true_ := map[string]bool{}
	for _, e := range want.Edges {
		key := e.From + " > " + e.To
		true_[key] = true
		c, ok := got[key]
		switch {
		case ok && c.Class.String() != e.Class:
			t.Logf("    class  %s is %s, want %s", key, c.Class, e.Class)
		case !ok && e.Derivable && e.Class != "call":
			t.Logf("    missed %s (%s)", key, e.Class)
		}
		if e.Class != "call" || !e.Derivable {
			continue
		}
		s.expected++
		if ok {
			s.found++
		} else {
			s.missed = append(s.missed, key)
		}
	}
	for key, c := range got {
		if c.Strength != graph.Strong || c.Class != graph.ClassCall {
			if c.Strength == graph.Strong && !true_[key] {
				t.Logf("    extra  %s (%s) %s", key, c.Class, c.Evidence[0].Origin)
			}
			continue
		}
		s.strong++
		if !true_[key] {
			s.wrong = append(s.wrong, fmt.Sprintf("%s, from %s %s", key, c.Evidence[0].Way, c.Evidence[0].Origin))
		}
	}
	for _, e := range want.NotEdges {
		key := e.From + " > " + e.To
		if c, ok := got[key]; ok && c.Strength == graph.Strong {
			s.denied = append(s.denied, key)
		}
	}
	return s
}

// called returns the name that the truth has for a service, or its own.
func called(known map[string]string, s *graph.Service) string {
	for _, name := range append([]string{s.ID, s.Name, s.Name + "." + s.Namespace}, s.Aliases...) {
		if n, ok := known[strings.ToLower(name)]; ok {
			return n
		}
	}
	return s.ID
}

func read(t testing.TB, sources ...string) *graph.Graph {
	t.Helper()
	var b link.Builder
	if err := ingest.Read(context.Background(), sources, ingest.Options{}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}
