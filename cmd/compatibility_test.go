package cmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recordedEstate has an estate, and what weir wrote about it when docs/compatibility.md was written. It
// is not brought up to date: later code has to read it. A finding that a better rule no longer
// reports is removed from it by hand.
const recordedEstate = "../testdata/compat/v1"

// printed runs weir and returns what it prints.
func printed(t *testing.T, args ...string) (out, messages string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(args, strings.NewReader(""), &stdout, &stderr)
	return stdout.String(), stderr.String(), code
}

// TestRecordedBaseline: the findings of a baseline are known, also if the files and lines of what
// they are about have changed.
func TestRecordedBaseline(t *testing.T) {
	moved := t.TempDir()
	for _, name := range []string{"shop.yaml", "bank.yaml"} {
		text, err := os.ReadFile(filepath.Join(recordedEstate, "estate", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(moved, "moved-"+name), append([]byte("# moved\n\n\n"), text...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{filepath.Join(recordedEstate, "estate"), moved} {
		out, messages, code := printed(t, "check", dir, "--baseline", filepath.Join(recordedEstate, "baseline.json"))
		if code != exitClean || !strings.Contains(out, " known before") || strings.Contains(messages, "no longer found") {
			t.Errorf("check %s with the recorded baseline exits with %d:\n%s%s", dir, code, out, messages)
		}
	}
}

// TestRecordedReport: findings keep rule, subject and fingerprint, and JSON has all keys that it had.
func TestRecordedReport(t *testing.T) {
	type finding struct{ Rule, Subject, Fingerprint string }
	type report struct {
		Schema   string
		Findings []struct {
			finding
			Each []finding
		}
	}
	read := func(text string) (map[finding]bool, any, string) {
		var r report
		var all any
		for _, into := range []any{&r, &all} {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatal(err)
			}
		}
		found := map[finding]bool{}
		for _, f := range r.Findings {
			found[f.finding] = len(f.Each) == 0
			for _, one := range f.Each {
				one.Rule = f.Rule
				found[one] = true
			}
		}
		return found, all, r.Schema
	}
	for command, name := range map[string]string{"check": "report.json", "graph": "graph.json"} {
		text, err := os.ReadFile(filepath.Join(recordedEstate, name))
		if err != nil {
			t.Fatal(err)
		}
		now, _, _ := printed(t, command, filepath.Join(recordedEstate, "estate"), "-o", "json")
		before, old, schema := read(string(text))
		found, today, schemaNow := read(now)
		if schema != schemaNow {
			t.Errorf("the schema is %q, was %q", schemaNow, schema)
		}
		for f, single := range before {
			if single && !found[f] {
				t.Errorf("%s: %v is not found with this fingerprint", name, f)
			}
		}
		keys := map[string]string{}
		addKeys(keys, "", today)
		gone := map[string]string{}
		addKeys(gone, "", old)
		for key, kind := range gone {
			if keys[key] != kind {
				t.Errorf("%s: key %s is %q, was %q", name, key, keys[key], kind)
			}
		}
	}
}

// addKeys adds the keys of a document with the types of their values. Those of values of findings and
// of counts by name are data.
func addKeys(keys map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		keys[at] = "object"
		for k, of := range v {
			if !strings.HasSuffix(at, ".values") && !strings.HasSuffix(at, ".read") {
				addKeys(keys, at+"."+k, of)
			}
		}
	case []any:
		keys[at] = "list"
		for _, item := range v {
			addKeys(keys, at+"[]", item)
		}
	case string:
		keys[at] = "text"
	case float64:
		keys[at] = "number"
	case bool:
		keys[at] = "truth"
	}
}

// TestRecordedGraph: a graph that was written then is an input, as a source and as a part of an estate.
func TestRecordedGraph(t *testing.T) {
	graph := filepath.Join(recordedEstate, "graph.json")
	for _, args := range [][]string{{"graph", graph}, {"graph", "../testdata/estates/shop", "--estate", graph}} {
		if out, messages, code := printed(t, args...); code != exitClean || !strings.Contains(out, "shop/web") {
			t.Errorf("weir %s exits with %d:\n%s%s", strings.Join(args, " "), code, out, messages)
		}
	}
}
