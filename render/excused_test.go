package render

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
)

// drawings show services and calls; a finding that is not reported marks none of them.
var drawings = map[string]bool{"dot": true, "mermaid": true, "svg": true, "png": true, "pdf": true}

// TestReportsListWhatIsExcused: a stranger's configuration makes no finding disappear. Every format that
// lists findings has those that are excused, with rule, subject, reason and the place of the excuse.
func TestReportsListWhatIsExcused(t *testing.T) {
	report := fixtures()["check"]
	for _, f := range ownFormats() {
		if f.Shows&findingsPart == 0 || drawings[f.Name] {
			continue
		}
		text := written(t, f, report, Options{Verbose: true})
		if f.Name == "html" {
			text = pageData(t, text)
		}
		for i := range report.Check.Excused {
			e := &report.Check.Excused[i]
			if e.By.Known() && f.Name == "github" {
				continue // it is in the baseline, which the run names
			}
			for what, want := range map[string]string{"rule": e.Rule, "subject": e.Subject, "reason": e.Reason, "place": e.Origin.File()} {
				if !strings.Contains(strings.ReplaceAll(text, `\`, ""), want) {
					t.Errorf("%s lacks the %s of what is %s: %q", f.Name, what, excuseWords(e), want)
				}
			}
		}
	}
	if n := len(report.Check.Excused); n != int(analyze.ByBase)+1 {
		t.Errorf("%d ways of an excuse are tried, want all", n)
	}
}
