package rules_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
)

// TestWorkedExamples runs the examples of testdata/examples: archives of input
// files, with expectations among their opening lines. Findings that no line speaks
// of are free.
//
//	must: retry-without-timeout cart->pricing
//	not: timeout-missing cart->pricing
//	not: retry-non-idempotent
//	value: retry-without-timeout cart->pricing attempts=4
func TestWorkedExamples(t *testing.T) {
	files, err := filepath.Glob("../../testdata/examples/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			check := rules.Run(readArchive(t, archive), rules.Options{})
			expectations := 0
			for line := range strings.Lines(string(archive.Comment)) {
				if kind, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && expect(t, check, kind, strings.Fields(text)) {
					expectations++
				}
			}
			if expectations == 0 {
				t.Error("the example expects nothing")
			}
		})
	}
}

// expect holds findings against one line, and reports whether it is one.
func expect(t *testing.T, check *analyze.Check, kind string, words []string) bool {
	t.Helper()
	if kind != "must" && kind != "not" && kind != "value" {
		return false
	}
	rule, err := rules.FindRule(words[0], nil)
	if err != nil {
		t.Errorf("%s %s: %v", kind, strings.Join(words, " "), err)
		return true
	}
	i := slices.IndexFunc(check.Findings, func(f analyze.Finding) bool {
		return f.Rule == rule.ID && (len(words) < 2 || f.Subject == words[1])
	})
	switch {
	case kind == "not" && i >= 0:
		t.Errorf("found, and must not be: %s %s: %s", rule.ID, check.Findings[i].Subject, check.Findings[i].Message)
	case kind != "not" && i < 0:
		t.Errorf("not found: %s; found were %s", strings.Join(words, " "), found(check))
	case kind == "value":
		for _, want := range words[2:] {
			key, value, _ := strings.Cut(want, "=")
			if !slices.Contains(check.Findings[i].Values, analyze.KeyValue{Key: key, Value: value}) {
				t.Errorf("%s %s has the values %v, want %s", rule.ID, words[1], check.Findings[i].Values, want)
			}
		}
	}
	return true
}

// found lists findings by rule and subject.
func found(check *analyze.Check) string {
	var list []string
	for _, f := range check.Findings {
		list = append(list, f.Rule+" "+f.Subject)
	}
	return strings.Join(list, ", ")
}
