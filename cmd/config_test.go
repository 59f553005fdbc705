package cmd

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/boundary"
	"github.com/weirgraph/weir/ingest/native"
)

// More architecture rules than can be judged are refused, with the place of the first one of them.
func TestTooManyArchitectureRules(t *testing.T) {
	g := graph.New(make([]graph.Service, 100_000), nil)
	c := &config{}
	for i := range 1_000 {
		c.Boundaries = append(c.Boundaries, boundary.Rule{Origin: graph.Source{File: "weir.yaml"}.At(int32(i+1), 0)})
	}
	if err := c.checkBoundaries(g); err != nil {
		t.Errorf("1,000 rules for 100,000 services: %v", err)
	}
	c.Boundaries = append(c.Boundaries, boundary.Rule{Origin: graph.Source{File: "weir.yaml"}.At(1_001, 0)})
	const want = "weir.yaml:1001: the inputs have more than 1000 architecture rules for 100000 services and 0 calls"
	if err := c.checkBoundaries(g); err == nil || err.Error() != want {
		t.Errorf("1,001 rules for 100,000 services: %v, want %s", err, want)
	}
	if err := c.checkBoundaries(graph.New(nil, nil)); err != nil {
		t.Errorf("no services: %v", err)
	}
}

// Every configuration is read, or refused with a message.
func FuzzParseConfig(f *testing.F) {
	for _, text := range []string{
		"", "- a", "rules: {sync-cycle: off}", "rules: {fan-out-hub: {severity: info, limit: 3}}",
		"sources: [deploy/, '-', /etc]", "ignore:\n- {rule: '*', subject: a, reason: b, until: 2027-01-31}",
		"fail-on: &a never\naliases: *a", "a: &a [*a]", "rules: &r {sync-cycle: *r}", "? [x]\n: y", "\x00", "fail-on: [",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig("weir.yaml", []byte(text), &native.Config{})
		if (c == nil) == (err == nil) {
			t.Fatalf("parseConfig(%q) = %v, %v: want a configuration or an error", text, c, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "weir.yaml:") {
			t.Errorf("parseConfig(%q): %q does not name the place", text, err)
		}
	})
}
