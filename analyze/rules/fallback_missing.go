package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var fallbackMissing = &Rule{
	ID:       "fallback-missing",
	Title:    "critical call without fallback",
	Doc:      fallbackMissingDoc,
	Purposes: []policy.Purpose{policy.FallbackAnswer},
	Severity: analyze.Warning,
	Check:    checkFallbackMissing,
}

const fallbackMissingDoc = `
A service is at most as available as the services it depends on. If one of them is
operated to a lower standard, users get the lower standard.

Reported for a hard synchronous call of a tier-1 caller (by its own declaration, or
because a tier-1 service depends on it) without a fallback or a cache, to a service
whose own tier is 2 or more and less critical than the caller's, or is unknown with
no other caller. More than two calls of one caller are one finding.

    services:
    - {name: web, tier: 1, calls: [{to: home, timeout: 1s}]}
    - {name: home, calls: [{to: recs, timeout: 300ms}]}     # web depends on home
    - {name: recs, tier: 3}

If both tiers are declared, "criticality-inversion" reports the call instead.

Not reported: optional calls, calls with a fallback of any kind or a cache, and a
missing fallback that is declared with a reason; databases, brokers and external
services ("external-unprotected"); and calls whose policies no input declares. Meshes
cannot declare a fallback: if only mesh objects describe the call, a missing fallback
is assumed.

    - {to: recs, timeout: 300ms, hard: false}
    - {to: recs, timeout: 300ms, fallback: {kind: static}}
    - {to: tokens, timeout: 1s, fallback: {kind: none, reason: unchecked access is not acceptable}}

**Fix.** Return a degraded response: a default, the last good response, or that of
another service. Or make the callee as critical as its callers ("tier: 1").
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
		if isTierInversion(p, e) {
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
