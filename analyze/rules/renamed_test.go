package rules

import (
	"slices"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// A rule that is renamed is known by its former ID, and its findings keep their fingerprints.
func TestRenamedRule(t *testing.T) {
	before := fingerprint("loop", "a,b", "")
	renamed := *syncCycle
	renamed.ID = "request-cycle"
	renames = []rename{{"loop", "sync-cycle"}, {"sync-cycle", "request-cycle"}}
	t.Cleanup(func() { renames = nil })
	for i, r := range Rules {
		if r == syncCycle {
			Rules[i] = &renamed
			t.Cleanup(func() { Rules[i] = syncCycle })
		}
	}
	if got := FormerIDs("request-cycle"); !slices.Equal(got, []string{"loop", "sync-cycle"}) {
		t.Errorf("FormerIDs = %q", got)
	}
	for _, id := range []string{"request-cycle", "sync-cycle", "loop"} {
		if r, err := FindRule(id, nil); err != nil || r != &renamed {
			t.Errorf("FindRule(%q) = %v, %v", id, r, err)
		}
		if got := CurrentID(id); got != "request-cycle" {
			t.Errorf("CurrentID(%q) = %q", id, got)
		}
		if reason, ok := excuseIn(id+": known", "request-cycle"); !ok || reason != "known" {
			t.Errorf("an annotation with %q excuses nothing", id)
		}
	}
	g := graphtest.Parse("a:b b:a")
	g.Coverage().Ignores = []graph.Ignore{{Rule: "loop", Subject: "b,c"}}
	check := Run(g, Options{Known: []*Known{{By: analyze.ByBaseline, Fingerprints: map[string]bool{before: false}}}})
	var found []string
	for i := range check.Excused {
		found = append(found, check.Excused[i].Rule+" "+check.Excused[i].Fingerprint)
	}
	if len(found) != 1 || found[0] != "request-cycle "+before {
		t.Errorf("known findings are %v, want the one of the rule with its fingerprint %s", found, before)
	}
	if len(check.Unused) != 1 || check.Unused[0].Rule != "request-cycle" {
		t.Errorf("unused entries are %v", check.Unused)
	}
}
