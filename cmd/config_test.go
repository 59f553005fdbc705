package cmd

import (
	"strings"
	"testing"

	"github.com/weirgraph/weir/ingest/native"
)

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
