package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/render"
)

// rulesOfObjects are the rules about what is written in an object and about files. A saved graph has what acts
// on each call, and neither objects that act on none nor what they say in vain.
var rulesOfObjects = []string{
	"no-replica", "not-rendered", "nothing-read", "policy-inert", "policy-needs-mesh", "policy-shadowed", "policy-unbound", "unreadable-input", "value-invalid",
}

// namedByObjects are samples whose findings name an object that does not act as their cause, or leave the
// finding to the rule about that object.
var namedByObjects = []string{"breaker-missing/obstacle", "breaker-missing/silent-dropped", "timeout-missing/fires-obstacle"}

// notRendered are samples that are silent because of an input that is not rendered, which a saved graph counts
// and does not have.
var notRendered = []string{"timeout-missing/silent-unrendered-chart"}

// TestSavedEstates judges the graph of each estate after it was saved and read again.
func TestSavedEstates(t *testing.T) {
	testlong.OneSize(t)
	estates, err := filepath.Glob("../testdata/estates/*")
	if err != nil || len(estates) == 0 {
		t.Fatal(estates, err)
	}
	for _, estate := range estates {
		t.Run(filepath.Base(estate), func(t *testing.T) { compareSaved(t, estate) })
	}
}

// TestSavedSamples does so for samples of the rules about calls and services, all with -long.
func TestSavedSamples(t *testing.T) {
	files, err := filepath.Glob("../testdata/rules/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, file := range files {
		rule := filepath.Base(filepath.Dir(file))
		name := rule + "/" + strings.TrimSuffix(filepath.Base(file), ".txtar")
		if slices.Contains(rulesOfObjects, rule) || slices.Contains(namedByObjects, name) || slices.Contains(notRendered, name) || !testlong.Every(5, i) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			dir := t.TempDir()
			if err := txtar.Write(archive, dir); err != nil {
				t.Fatal(err)
			}
			compared += compareSaved(t, dir)
		})
	}
	if compared < 100 {
		t.Errorf("%d findings were compared", compared)
	}
}

// compareSaved compares the findings of a directory with those of its graph after it was saved and read
// again, and returns how many there are. What was saved hides none of itself.
func compareSaved(t *testing.T, dir string) int {
	t.Helper()
	ofCalls := func(f *analyze.Finding) bool { return !slices.Contains(rulesOfObjects, f.Rule) }
	g := readGraph(t, dir)
	var text bytes.Buffer
	if err := render.Named("json").Write(&text, &analyze.Report{Graph: g, Drawn: true}, render.Options{}); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "graph.json")
	if err := os.WriteFile(saved, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	want, again := findingsOf(g, ofCalls), readGraph(t, saved)
	if diff := cmp.Diff(want, findingsOf(again, ofCalls)); diff != "" {
		t.Errorf("findings (-files +saved):\n%s", diff)
	}
	for _, b := range again.Policies() {
		for _, s := range b.Shadows {
			t.Errorf("%s is hidden by %s", b.Object, s.By.Object)
		}
	}
	return len(want)
}
