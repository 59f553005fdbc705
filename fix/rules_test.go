package fix_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/testlong"
)

const cases = "../testdata/rules"

// TestFixesOfRules makes the fix of each finding in the samples of the rules, and runs all rules
// again: the finding is gone, and no other as severe is new.
func TestFixesOfRules(t *testing.T) {
	without := map[analyze.NoFix]int{}
	defer func() {
		if !testlong.On() {
			return
		}
		for reason, n := range without {
			if most := withoutFix[reason]; n > most || n < most-3 {
				t.Errorf("%d findings of the samples have no fix, for %s; want %d at most, and this number kept close", n, reason, most)
			}
		}
	}()
	for _, rule := range rules.Rules {
		files, err := filepath.Glob(filepath.Join(cases, rule.ID, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for i, file := range files {
			if !testlong.Every(4, i) {
				continue
			}
			name := strings.TrimSuffix(filepath.Base(file), ".txtar")
			if strings.HasPrefix(name, "silent") {
				continue
			}
			file, _ = filepath.Abs(file)
			t.Run(rule.ID+"/"+name, func(t *testing.T) {
				archive, err := txtar.ParseFile(file)
				if err != nil {
					t.Fatal(err)
				}
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				fixCase(t, rule, archive, without)
			})
		}
	}
}

// withoutFix is how many findings of rules that a change of the inputs could fix have none, by the
// reason. The numbers may only fall, but for samples of new kinds: policies have fixes, but for values that only
// their author knows.
var withoutFix = map[analyze.NoFix]int{
	analyze.NoValue: 36, analyze.NoEdit: 5, analyze.NoWay: 3, analyze.Meant: 8,
	analyze.NoInput: 25, analyze.InText: 5, analyze.InCode: 22, analyze.InPlatform: 6, analyze.InShape: 7,
}

// Few rules are for people alone.
func TestRulesForPeople(t *testing.T) {
	people := 0
	for _, rule := range rules.Rules {
		if rule.ByPeople != "" {
			people++
		}
	}
	if people > 12 {
		t.Errorf("%d rules are for people alone, want 12 at most", people)
	}
}

// fixCase fixes each finding of a rule by itself, and counts those that have no fix by the reason.
func fixCase(t *testing.T, rule *rules.Rule, archive *txtar.Archive, without map[analyze.NoFix]int) {
	t.Chdir(t.TempDir())
	write(t, archive)
	before := run(t, rule, nil)
	var found []string
	for _, f := range before.Findings {
		found = append(found, f.Rule)
	}
	hidden := run(t, rule, found) // what they are shown in place of
	before.Findings = append(before.Findings, hidden.Findings...)
	for _, f := range expand(before.Findings) {
		if f.Rule != rule.ID {
			continue
		}
		if !f.Fix.Applicable() {
			if rule.ByPeople == "" {
				without[f.Fix.None]++
				if f.Fix.None == "" {
					t.Errorf("%s has neither a fix nor a reason why it has none: %s", f.Subject, f.Hint)
				}
			}
			continue
		}
		if rule.ByPeople != "" {
			t.Errorf("%s has a fix, and the rule says that it has none: %s", f.Subject, rule.ByPeople)
		}
		p := fix.Make([]analyze.Finding{f}, read)
		if len(p.Left) > 0 {
			t.Errorf("the fix of %s is not made: %s: %s", f.Subject, p.Left[0].Reason, f.Hint)
			continue
		}
		for _, file := range p.Files {
			if err := os.WriteFile(file.Name, file.After, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		judge(t, &f, p, before, run(t, rule, nil))
		for _, file := range p.Files {
			if file.Before == nil {
				os.Remove(file.Name)
			}
		}
		write(t, archive)
	}
}

// judge fails if a finding is still there, or another one as severe is new.
func judge(t *testing.T, f *analyze.Finding, p *fix.Patch, before, after *analyze.Check) {
	was := map[string]analyze.Severity{}
	for _, one := range expand(before.Findings) {
		was[one.Fingerprint] = one.Severity + 1
	}
	for _, one := range expand(after.Findings) {
		switch {
		case one.Fingerprint == f.Fingerprint:
			t.Errorf("%s is still there: %s\n%s", f.Subject, f.Hint, diffs(p))
		case was[one.Fingerprint] <= one.Severity && one.Severity >= f.Severity:
			t.Errorf("%s is new after %s: %s [%s]\n%s", one.Severity, f.Hint, one.Message, one.Rule, diffs(p))
		}
	}
}

func diffs(p *fix.Patch) string {
	var b strings.Builder
	for _, f := range p.Files {
		b.WriteString("--- " + f.Name + "\n")
		old := strings.Split(string(f.Before), "\n")
		for _, line := range strings.Split(string(f.After), "\n") {
			if !slices.Contains(old, line) {
				b.WriteString("+" + line + "\n")
			}
		}
	}
	return b.String()
}

func expand(list []analyze.Finding) []analyze.Finding {
	var all []analyze.Finding
	for _, f := range list {
		if f.Each != nil {
			all = append(all, f.Each...)
		} else {
			all = append(all, f)
		}
	}
	return all
}

func write(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	for _, f := range archive.Files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, rule *rules.Rule, off []string) *analyze.Check {
	t.Helper()
	var b link.Builder
	if err := ingest.Read(context.Background(), []string{"."}, ingest.Options{}, &b); err != nil {
		t.Fatal(err)
	}
	o := rules.Options{Off: off, Fixes: true}
	if rule.OnDemand {
		o.Severities = map[string]analyze.Severity{rule.ID: rule.Severity}
	}
	return rules.Run(b.Build(), o)
}

func read(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fix.ErrNotExist
	}
	return text, err
}
