package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/internal/testlong"
)

// formatShort writes findings as "severity rule subject", one after the other.
func formatShort(c *analyze.Check) string {
	var told []string
	for _, f := range c.Findings {
		told = append(told, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Subject))
	}
	return strings.Join(told, "; ")
}

func TestRunOptions(t *testing.T) {
	// shop/a <-> shop/b; c <-> d, by weak evidence
	const estate = "shop/a:shop/b shop/b:shop/a c:d d:c!"
	tests := []struct {
		name    string
		options Options
		want    string
		ignored int
		expired int
	}{
		{name: "none", want: "error sync-cycle shop/a,shop/b; warning sync-cycle c,d"},
		{name: "another severity", options: Options{Severities: map[string]analyze.Severity{"sync-cycle": analyze.Info}},
			want: "info sync-cycle c,d; info sync-cycle shop/a,shop/b"},
		{name: "what is presumed is no error all the same", options: Options{Severities: map[string]analyze.Severity{"sync-cycle": analyze.Error}},
			want: "error sync-cycle shop/a,shop/b; warning sync-cycle c,d"},
		{name: "off", options: Options{Off: []string{"sync-cycle"}}},
		{name: "ignored by subject", options: Options{Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "sync-cycle", Subject: "shop/*"}}}},
			want: "warning sync-cycle c,d", ignored: 1},
		{name: "ignored by any rule", options: Options{Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "*", Subject: "?,?"}}}},
			want: "error sync-cycle shop/a,shop/b", ignored: 1},
		{name: "another rule ignored", options: Options{Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "fan-out-hub", Subject: "*"}}}},
			want: "error sync-cycle shop/a,shop/b; warning sync-cycle c,d"},
		{name: "ignored on the last day", options: Options{Today: "2026-11-30", Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "sync-cycle", Subject: "*", Until: "2026-11-30"}}}},
			ignored: 2},
		{name: "run out", options: Options{Today: "2026-12-01", Ignore: []analyze.Ignore{{Ignore: graph.Ignore{Rule: "sync-cycle", Subject: "*", Until: "2026-11-30"}}}},
			want: "error sync-cycle shop/a,shop/b; warning sync-cycle c,d", expired: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Run(graphtest.Parse(estate), tt.options)
			if got := formatShort(c); got != tt.want {
				t.Errorf("findings %s, want %s", got, tt.want)
			}
			if c.Ignored() != tt.ignored || len(c.Expired) != tt.expired {
				t.Errorf("%d ignored, %d expired, want %d and %d", c.Ignored(), len(c.Expired), tt.ignored, tt.expired)
			}
			usual := 0
			for _, r := range Rules {
				if !r.OnDemand {
					usual++
				}
			}
			if want := usual - len(tt.options.Off); len(c.Rules) != want {
				t.Errorf("%d rules run, want %d", len(c.Rules), want)
			}
		})
	}
}

func TestRunAnnotations(t *testing.T) {
	tests := []struct {
		annotation string
		excused    bool
	}{
		{"sync-cycle: the two are released together", true},
		{"fan-out-hub: asks many\nsync-cycle: known\n", true},
		{" sync-cycle ", true},
		{"*: a toy", true},
		{"fan-out-hub: asks many", false},
		{"no rule at all", false},
	}
	for _, tt := range tests {
		g := graphtest.Parse("a:b b:a")
		g.Service(node(t, g, "b")).Own().Annotations = graph.Labels{ignoreAnnotation: tt.annotation}
		c := Run(g, Options{})
		if got := len(c.Findings) == 0 && c.Ignored() == 1; got != tt.excused {
			t.Errorf("annotation %q excuses: %v, want %v (findings: %s)", tt.annotation, got, tt.excused, formatShort(c))
		}
	}
}

// A label does where there are no annotations, as in compose.
func TestRunLabel(t *testing.T) {
	g := graphtest.Parse("a:b b:a")
	g.Service(node(t, g, "a")).Own().Labels = graph.Labels{ignoreAnnotation: "sync-cycle: known"}
	if c := Run(g, Options{}); c.Ignored() != 1 {
		t.Errorf("the label excuses %d findings, want 1", c.Ignored())
	}
}

// A user of a shared database cannot excuse it for the other users.
func TestRunAnnotationOfAnother(t *testing.T) {
	for _, tt := range []struct {
		on      string
		excused bool
	}{{"db", true}, {"a", false}} {
		g := graphtest.Parse("a:db b:db")
		g.Service(node(t, g, "db")).Kind = graph.KindDatabase
		g.Service(node(t, g, "a")).Own().Team, g.Service(node(t, g, "b")).Own().Team = "shop", "money"
		g.Service(node(t, g, tt.on)).Own().Annotations = graph.Labels{ignoreAnnotation: "shared-database: for now"}
		if c := Run(g, Options{}); (c.Ignored() == 1) != tt.excused {
			t.Errorf("the annotation on %s excuses: %v, want %v", tt.on, c.Ignored() == 1, tt.excused)
		}
	}
}

func TestRunLimits(t *testing.T) {
	// a -> b -> c -> d, and c calls three; x and y call most of them as well
	g := graphtest.Parse("a:b b:c c:d,e,f x:b,d y:c")
	if got := formatShort(Run(g, Options{})); got != "" {
		t.Errorf("findings with the usual limits: %s, want none", got)
	}
	got := formatShort(Run(g, Options{Limits: Limits{ChainDepth: 2, FanOut: 3}}))
	if want := "warning fan-out-hub c; warning sync-chain-too-deep a>b>c>d"; got != want {
		t.Errorf("findings with lower limits: %s, want %s", got, want)
	}
}

// Fingerprints are kept in baseline files: what they are made of must not change.
func TestFingerprint(t *testing.T) {
	c := Run(graphtest.Parse("a:b b:a"), Options{})
	if len(c.Findings) != 1 || c.Findings[0].Fingerprint != "b269c541dfc7e47a" {
		t.Fatalf("findings %+v, want one with its old fingerprint", c.Findings)
	}
	if a, b := fingerprint("r", "xs", ""), fingerprint("rx", "s", ""); a == b {
		t.Errorf("rule and subject run together: %s", a)
	}
}

func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for i, r := range Rules {
		if seen[r.ID] || r.ID != strings.ToLower(r.ID) || strings.ContainsAny(r.ID, " _") {
			t.Errorf("rule %d: ID %q is double or no kebab-case", i, r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Title != strings.TrimSuffix(r.Title, ".") || r.Check == nil {
			t.Errorf("rule %s: title %q, or no check", r.ID, r.Title)
		}
		if i > 0 && Rules[i-1].Severity < r.Severity {
			t.Errorf("rule %s (%s) comes after %s (%s)", r.ID, r.Severity, Rules[i-1].ID, Rules[i-1].Severity)
		}
		for _, part := range []string{"Reported", "Not reported", "**Fix.**", "\n    "} {
			if !strings.Contains(r.Doc, part) {
				t.Errorf("the page of rule %s has no %q", r.ID, part)
			}
		}
	}
}

func TestFindRule(t *testing.T) {
	if r, err := FindRule("sync-cycle", nil); r != syncCycle || err != nil {
		t.Errorf("FindRule(sync-cycle) = %v, %v", r, err)
	}
	_, err := FindRule("sync-cycel", nil)
	var unknown *ruleError
	if !errors.As(err, &unknown) || err.Error() != `no rule "sync-cycel"` || unknown.Hint() != `did you mean "sync-cycle"?` {
		t.Errorf("FindRule(sync-cycel): %v", err)
	}
	_, err = FindRule("W501", nil)
	if !errors.As(err, &unknown) || unknown.Hint() != `"weir rules" lists them all` {
		t.Errorf("FindRule(W501): %v", err)
	}
}

// A long chain does not fill the stack.
func TestRunLongChain(t *testing.T) {
	if check := Run(graphtest.Chain(testlong.N(5_000, 100_000), false), Options{}); len(check.Findings) == 0 {
		t.Error("no rule has anything to say")
	}
}

func node(t testing.TB, g *graph.Graph, id string) graph.Node {
	t.Helper()
	v, ok := g.Node(id)
	if !ok {
		t.Fatalf("no service %q in the graph", id)
	}
	return v
}
