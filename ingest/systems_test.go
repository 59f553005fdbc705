package ingest_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
)

// TestSystems compares what code shows with the calls that the file truth of each system in testdata/systems has:
// the caller, the callee, and the idiom. At least nine of ten are found, and of a hundred strong ones found 97 are
// true. The log has the figures by idiom.
func TestSystems(t *testing.T) {
	files, err := filepath.Glob("../testdata/systems/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no systems: %v", err)
	}
	found, all := map[string]int{}, map[string]int{}
	strong, false_ := 0, 0
	for i := range files {
		files[i], _ = filepath.Abs(files[i])
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		truth := map[string]string{}
		dir := t.TempDir()
		for _, f := range archive.Files {
			if f.Name == "truth" {
				for line := range strings.Lines(string(f.Data)) {
					words := strings.Fields(line)
					truth[words[0]+" "+words[1]] = words[2]
					all[words[2]]++
				}
				continue
			}
			p := filepath.Join(dir, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		t.Chdir(dir)
		var b link.Builder
		if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{Code: true}, &b); err != nil {
			t.Fatal(err)
		}
		g := b.Build()
		for e := range graph.Edge(g.Calls()) {
			c := g.Call(e)
			if !c.InCode {
				continue
			}
			call := g.Service(c.From).Name + " " + g.Service(c.To).Name
			if c.Strength == graph.Strong {
				strong++
			}
			if idiom, ok := truth[call]; ok {
				found[idiom]++
				delete(truth, call)
			} else {
				if c.Strength == graph.Strong {
					false_++
				}
				t.Logf("%s: false: %s, %s at %s", filepath.Base(file), call, c.Strength, c.Evidence[0].Origin.Place())
			}
		}
		for _, call := range slices.Sorted(maps.Keys(truth)) {
			t.Logf("%s: missed: %s (%s)", filepath.Base(file), call, truth[call])
		}
	}
	var sum, total int
	var table strings.Builder
	for _, idiom := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&table, "\n%-20s %d of %d", idiom, found[idiom], all[idiom])
		sum, total = sum+found[idiom], total+all[idiom]
	}
	t.Logf("%d of %d calls found, %d of %d strong ones false%s", sum, total, false_, strong, table.String())
	if 10*sum < 9*total {
		t.Errorf("%d of %d calls are found, want nine of ten", sum, total)
	}
	if 100*false_ > 3*strong {
		t.Errorf("%d of %d strong calls are false, want three of a hundred", false_, strong)
	}
}
