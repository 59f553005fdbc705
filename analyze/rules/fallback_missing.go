package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var fallbackMissing = &Rule{
	ID:       "fallback-missing",
	Title:    "a critical service cannot do without one that is not run as critical",
	Doc:      fallbackMissingDoc,
	Purposes: []policy.Purpose{policy.FallbackAnswer},
	Severity: analyze.Warning,
	Check:    checkFallbackMissing,
}

const fallbackMissingDoc = `
A service is no more available than what it cannot answer without. Where that is run
to a lower standard, the lower standard is the one that users get.

Fires for a hard synchronous call of a caller of tier 1 (by its own tier, or because
a service of tier 1 cannot do without it) to a service whose own tier is 2 or more,
and lower than the caller's own, or is unknown with no other caller, when there is
neither a fallback nor a cache. Of more than two calls one caller is told once.

    services:
    - {name: web, tier: 1, calls: [{to: home, timeout: 1s}]}
    - {name: home, calls: [{to: recs, timeout: 300ms}]}     # web cannot do without home
    - {name: recs, tier: 3}

Where both sides declare their tiers, "criticality-inversion" stands for it.

Stays silent when the call is optional, has a fallback of any kind or a cache; where
somebody says why there is none; about databases, brokers and what is outside
("external-unprotected"); and where no input tells of the call's policies. Meshes
have no words for a fallback: where they are all that tells, it is only presumed to
be missing.

    - {to: recs, timeout: 300ms, hard: false}
    - {to: recs, timeout: 300ms, fallback: {kind: static}}
    - {to: tokens, timeout: 1s, fallback: {kind: none, reason: nobody gets in unchecked}}

**The way out.** Answer with less: a default, the last good answer, another service;
or make the callee as critical as those who need it ("tier: 1").
`

func checkFallbackMissing(p *Pass) {
	var lacks, inversions []missing
	tiers := p.Analysis.Tiers()
	for e := range p.Requests() {
		g := p.Core
		from, to := g.Service(g.From(e)), g.Service(g.To(e))
		if tiers[g.From(e)].Value != 1 || from.Kind == graph.KindJob || !analyze.Breaks(g, e) || driverManaged(g, e) || isOutside(p, e) || !lower(p, g.From(e), g.To(e)) {
			continue
		}
		parts := p.Effective(e)
		without, named := matchingParts(parts, helpless)
		if len(without) == 0 || !policyKnown(p, e, parts) {
			continue
		}
		l := missing{
			call: e, named: named, severity: analyze.Warning, sure: analyze.Assumed,
			hint:   remedyOf(p, e, without[0], policy.FallbackAnswer).general().hint("add", "the last good answer or a default; or say why there can be none"),
			values: []analyze.KeyValue{number("tier", 1), keyValue("calleeTier", tierWord(to))},
		}
		if speaksOfCode(g.Call(e)) {
			l.sure = analyze.Certain
		}
		if isTierInversion(p.Analysis, e) {
			l.detail = "inversion"
			inversions = append(inversions, l)
		} else {
			lacks = append(lacks, l)
		}
	}
	// Apart, because "criticality-inversion" tells of the ones and not of the others.
	reportMissing(p, inversions, "a fallback", false)
	reportMissing(p, lacks, "a fallback", false)
}

// lower reports whether a callee is run to a lower standard than its caller, whom
// tier 1 relies on: by its own tier or, where that is unknown, because it is there
// for one caller only. Where both are of one tier, their own callers are the ones
// to be told.
func lower(p *Pass, caller, callee graph.Node) bool {
	own := p.Core.Service(callee).Tier
	if !own.Set() {
		return len(p.Core.In(callee)) == 1
	}
	than := p.Core.Service(caller).Tier
	return own.Value > 1 && (!than.Set() || own.Value > than.Value)
}

func tierWord(s *graph.Service) string {
	if !s.Tier.Set() {
		return "unknown"
	}
	return fmt.Sprint(s.Tier.Value)
}
