package rules_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
)

var update = flag.Bool("update", false, "write what the rules find into the cases")

const cases = "../../testdata/rules"

// TestRules runs each case of testdata/rules: an archive of input files, and in
// "want" what the rule finds in them. A case whose name begins with "silent" is a
// near miss, in which the rule finds nothing.
func TestRules(t *testing.T) {
	testlong.OneSize(t)
	for _, rule := range rules.Rules {
		files, err := filepath.Glob(filepath.Join(cases, rule.ID, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		fires, silent := 0, 0
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".txtar")
			if strings.HasPrefix(name, "silent") {
				silent++
			} else {
				fires++
			}
			t.Run(rule.ID+"/"+name, func(t *testing.T) { runCase(t, rule, file, strings.HasPrefix(name, "silent")) })
		}
		if fires == 0 || silent == 0 {
			t.Errorf("rule %s has %d cases where it fires and %d where it is silent, want some of both", rule.ID, fires, silent)
		}
	}
}

func runCase(t *testing.T, rule *rules.Rule, file string, silent bool) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	full, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	inputs := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool {
		if f.Name == "want" {
			want = string(f.Data)
		}
		return f.Name == "want"
	})
	g := readArchive(t, &txtar.Archive{Files: inputs})
	o := rules.Options{}
	if rule.OnDemand {
		o.Severities = map[string]analyze.Severity{rule.ID: rule.Severity}
	}
	got := format(rules.Run(g, o), rule)
	if *update {
		archive.Files = append(inputs, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(full, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("findings:\n%swant:\n%s", got, want)
	}
	if silent != (got == "") {
		t.Errorf("the rule finds %d lines, and the name of the case says silent: %v", strings.Count(got, "\n"), silent)
	}
	if rule.ID != "unreadable-input" {
		for _, p := range g.Coverage().Problems {
			if p.Level == graph.Failed {
				t.Errorf("the case cannot be read: %s: %s", p.Origin, p.Message)
			}
		}
		if g.Len() == 0 && rule.ID != "nothing-read" {
			t.Errorf("the case has no services, so it proves nothing")
		}
	}
}

// readArchive reads the files of an archive as one estate, from a directory of their
// own that is the working directory until the test ends.
func readArchive(t *testing.T, archive *txtar.Archive) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var b link.Builder
	if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{Code: true}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}

// format writes down the findings of one rule.
func format(check *analyze.Check, rule *rules.Rule) string {
	var text strings.Builder
	for _, f := range check.Findings {
		if f.Rule != rule.ID {
			continue
		}
		fmt.Fprintf(&text, "%s (%s) %s\n", f.Severity, f.Confidence, f.Subject)
		fmt.Fprintf(&text, "\t%s\n", f.Message)
		if f.Hint != "" {
			fmt.Fprintf(&text, "\thint: %s\n", f.Hint)
		}
		for _, v := range f.Values {
			fmt.Fprintf(&text, "\t%s: %s\n", v.Key, v.Value)
		}
		for _, o := range f.Origins {
			fmt.Fprintf(&text, "\tat %s\n", o)
		}
		for _, one := range f.Each {
			fmt.Fprintf(&text, "\teach: %s\n", one.Subject)
		}
	}
	return text.String()
}

// What no input can show is no finding. An exception silences it, too.
func TestUnjudged(t *testing.T) {
	g := readArchive(t, txtar.Parse([]byte("-- compose.yaml --\nservices:\n  web: {image: e/web, environment: {API: \"http://api\"}}\n  api: {image: e/api}\n")))
	check := rules.Run(g, rules.Options{})
	if len(check.Findings) != 0 || len(check.Unjudged) != 1 || check.Unjudged[0].Rule != "timeout-missing" {
		t.Errorf("%d findings, not judged: %v; want none, and timeout-missing", len(check.Findings), check.Unjudged)
	}
	excused := rules.Options{Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "timeout-missing", Subject: "inputs"}}}}
	if check := rules.Run(g, excused); check.Unjudged != nil || check.Unused != nil {
		t.Errorf("in spite of an exception: not judged %v, unused %v", check.Unjudged, check.Unused)
	}
}
