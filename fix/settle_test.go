package fix_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
)

// samplesOf runs a test in a directory with the inputs of each sample of the rules, without -long in one
// of some.
func samplesOf(t *testing.T, some int, test func(t *testing.T, sample string)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cases, "*", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		if !testlong.Every(some, i) {
			continue
		}
		file, _ = filepath.Abs(file)
		sample := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(sample, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			t.Chdir(t.TempDir())
			write(t, archive)
			test(t, sample)
		})
	}
}

// ineffective are the findings of samples whose fix does nothing by itself: until another one is fixed,
// the file is refused or names no service, or another field goes before the one that is set.
var ineffective = map[string]bool{
	"policy-unbound/grpc-host timeout-missing":                  true,
	"value-invalid/grpc-seconds timeout-missing":                true,
	"value-invalid/fires-target-of-policy timeout-default-only": true,
}

// TestFixesAlone makes the fix of each finding of each sample of the rules, without any other: the
// finding is gone, whatever rule the sample is of.
func TestFixesAlone(t *testing.T) {
	samplesOf(t, 16, func(t *testing.T, sample string) {
		for _, f := range findings(t, nil, rules.Options{Fixes: true}) {
			if !f.Fix.Applicable() {
				continue
			}
			p, edited := fix.Make([]analyze.Finding{f}, read), map[string][]byte{}
			for _, file := range p.Files {
				edited[file.Name] = file.After
			}
			still := slices.ContainsFunc(findings(t, edited, rules.Options{Fixes: true}), func(g analyze.Finding) bool { return g.Fingerprint == f.Fingerprint })
			made := len(p.Made) > 0 || strings.Contains(p.Left[0].Reason, "already")
			if does := !made || !still; does == ineffective[sample+" "+f.Rule] {
				t.Errorf("%s [%s] is there after its fix: %v\n%s", f.Subject, f.Rule, still, diffs(p))
			}
		}
	})
}

// TestFixesTogether makes the fixes of all findings of each sample of the rules, and writes them:
// none of what was fixed is found again, and nothing new but what the patch says.
func TestFixesTogether(t *testing.T) {
	brought := 0
	samplesOf(t, 16, func(t *testing.T, _ string) { brought += fixTogether(t) })
	if brought > 3 {
		t.Errorf("the fixes of the samples bring %d findings that are not fixed, want 3 at most", brought)
	}
}

// fixTogether fixes the files of the working directory, and returns how many findings that brings.
func fixTogether(t *testing.T) int {
	found, known := findings(t, nil, rules.Options{Fixes: true}), findings(t, nil, rules.Options{All: true})
	p, err := fix.Settle(found, known, read, func(files []fix.File) ([]analyze.Finding, error) {
		edited := map[string][]byte{}
		for _, f := range files {
			edited[f.Name] = f.After
		}
		return findings(t, edited, rules.Options{Fixes: true}), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Files {
		if f.After == nil {
			err = os.Remove(f.Name)
		} else {
			err = os.WriteFile(f.Name, f.After, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	least := analyze.Error
	was := map[string]bool{}
	for _, f := range known {
		was[f.Fingerprint] = true
	}
	made := map[string]string{}
	for _, o := range p.Made {
		made[o.Finding.Fingerprint] = o.Finding.Message
		least = min(least, o.Finding.Severity)
	}
	for _, f := range findings(t, nil, rules.Options{}) {
		said := slices.ContainsFunc(p.New, func(n analyze.Finding) bool { return n.Fingerprint == f.Fingerprint })
		switch {
		case made[f.Fingerprint] == f.Message:
			t.Errorf("%s is still there: %s [%s]\n%s", f.Subject, f.Message, f.Rule, diffs(p))
		case !was[f.Fingerprint] && f.Severity >= max(least, analyze.Warning) && !said:
			t.Errorf("%s is new: %s [%s]\n%s", f.Subject, f.Message, f.Rule, diffs(p))
		}
	}
	for _, o := range p.Left {
		if strings.HasPrefix(o.Reason, "it would") {
			t.Logf("%s [%s] is not fixed: %s", o.Finding.Subject, o.Finding.Rule, o.Reason)
		}
	}
	for _, f := range p.New {
		t.Logf("%s is brought: %s [%s]\n%s", f.Subject, f.Message, f.Rule, diffs(p))
	}
	return len(p.New)
}

// findings are those of the working directory, one by one, with files as edits would leave them.
func findings(t *testing.T, edited map[string][]byte, o rules.Options) []analyze.Finding {
	t.Helper()
	var b link.Builder
	if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{Edited: edited}, &b); err != nil {
		t.Fatal(err)
	}
	return expand(rules.Run(b.Build(), o).Findings)
}

// Two fixes that do not go together: the one that the check does not accept is left out.
func TestSettleLeavesOut(t *testing.T) {
	finding := func(name, value string) analyze.Finding {
		return analyze.Finding{
			Fingerprint: name, Rule: name, Severity: analyze.Warning,
			Fix: analyze.Fix{Changes: []analyze.ObjectEdit{{
				Kind: "K", Places: []graph.Origin{graph.Source{File: "f.yaml"}.At(1, 1)},
				Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: name, Value: value}}},
			}}},
		}
	}
	both := []analyze.Finding{finding("a", "1"), finding("b", "2")}
	p, err := fix.Settle(both, both, func(string) ([]byte, error) { return []byte("kind: K\na: 0\nb: 0\n"), nil }, func(files []fix.File) ([]analyze.Finding, error) {
		if strings.Contains(string(files[0].After), "b: 2") {
			return both[1:], nil
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Made) != 1 || p.Made[0].Finding.Rule != "a" || len(p.Left) != 1 || string(p.Files[0].After) != "kind: K\na: 1\nb: 0\n" {
		t.Errorf("made %v, left %v: %q", p.Made, p.Left, p.Files[0].After)
	}
	failed := errors.New("cannot read")
	if _, err := fix.Settle(both, both, func(string) ([]byte, error) { return []byte("kind: K\na: 0\n"), nil }, func([]fix.File) ([]analyze.Finding, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("error %v, want that of the check", err)
	}
}
