package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/render/pen"
)

// stripStyles takes off styles and the blanks that styling left at line ends.
func stripStyles(s string) string {
	return regexp.MustCompile(`(?m) +$`).ReplaceAllString(ansi.Strip(s), "")
}

func TestTextAtWidths(t *testing.T) {
	for _, width := range []int{60, 100} {
		for name, r := range fixtures() {
			if name == "odd-names" {
				continue // a name of 1,000 characters fits nowhere and is not cut
			}
			o := Options{Width: width, Verbose: true}
			got := written(t, text, r, o)
			golden(t, fmt.Sprintf("text/%s-%d.golden", name, width), got)
			for line := range strings.SplitSeq(got, "\n") {
				// Tables of short columns are as wide as they are; prose must fit.
				if n := ansi.StringWidth(line); width == 100 && n > width {
					t.Errorf("%s at width %d has a line of %d: %q", name, width, n, line)
				}
			}
		}
	}
}

func TestASCIIHasNoOtherCharacters(t *testing.T) {
	for name, r := range fixtures() {
		if name == "odd-names" {
			continue
		}
		for _, f := range ownFormats() {
			if Parts(r)&^f.Shows != 0 || f.Name != "text" && f.Name != "tree" {
				continue
			}
			for i, c := range written(t, f, r, Options{ASCII: true}) {
				if c > '~' {
					t.Errorf("%s of %s has %q at %d", f.Name, name, c, i)
					break
				}
			}
		}
	}
}

// In a pipe, each finding is one line, for grep.
func TestPipedFindingIsOneLine(t *testing.T) {
	got := written(t, text, fixtures()["check"], Options{})
	line := regexp.MustCompile(`(?m)^error: .*\[sync-cycle\]$`).FindString(got)
	if !strings.Contains(line, "neither can answer") {
		t.Errorf("no single line has severity, sentence and rule:\n%s", got)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"a b c", 3, "a b|c"},
		{"a b c", 0, "a b c"},
		{"a", 1, "a"},
		{"order-service calls", 7, "order-service|calls"}, // ids stay whole
		{"a unbreakable b", 4, "a|unbreakable|b"},
		{"", 5, ""},
	} {
		if got := strings.Join(pen.Wrap(tt.text, tt.width), "|"); got != tt.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestHubDoesNotPadOtherRows(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "hub:service-%03d ", i)
	}
	got := written(t, text, &analyze.Report{Graph: graphtest.Parse(b.String()), Drawn: true}, Options{})
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasPrefix(line, "service-") && len(line) > 120 {
			t.Fatalf("a row of %d columns beside the hub: %q", len(line), line)
		}
	}
}

func TestDeepBlastIsBounded(t *testing.T) {
	const n = 500
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%03d:s%03d ", i, i+1)
	}
	g := graphtest.Parse(b.String())
	m := analyze.Simulate(g, analyze.Scenario{Mode: "stop", Inject: map[graph.Node]failure.Injection{n: {}}})
	got := written(t, text, &analyze.Report{Graph: g, Impacts: []analyze.Incident{m}}, Options{})
	want := fmt.Sprintf("not shown: %d services further than", n-maxLevels)
	if !strings.Contains(got, want) {
		t.Errorf("a chain of %d calls does not say %q:\n%.500s", n, want, got)
	}
}
