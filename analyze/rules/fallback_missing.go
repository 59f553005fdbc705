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
	NoFix:    analyze.InCode,
	Check:    checkFallbackMissing,
}

const fallbackMissingDoc = `
A service is at most as available as the services it depends on. If one of them is
operated to a lower standard, users get the lower standard.

Reported for a hard synchronous call of a tier-1 caller (by its own declaration, or
because a tier-1 service depends on it) without a fallback or a cache, to a service
whose own tier is 2 or more and less critical than the caller's, or is unknown with
no other caller. More than two such calls are one finding.

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
		without, named := matchingParts(parts, lacksFallback)
		if len(without) == 0 || !policyKnown(p, e, parts) {
			continue
		}
		remedy := remedyOf(p, e, without[0], policy.FallbackAnswer)
		l := missing{
			call: e, named: named, severity: analyze.Warning, sure: analyze.Assumed, purpose: policy.FallbackAnswer, fix: remedy.fix(p),
			hint:    remedy.hint("add", "to return the last good response or a default, or declare why there is none"),
			general: remedy.general().hint("add", "to return the last good response or a default, or declare why there is none"),
			values:  []analyze.KeyValue{number("tier", 1), keyValue("calleeTier", tierWord(to))},
		}
		if declaresCode(g.Call(e)) {
			l.sure = analyze.Certain
		}
		if isTierInversion(p, e) {
			l.detail = "inversion"
			inversions = append(inversions, l)
		} else {
			lacks = append(lacks, l)
		}
	}
	// Reported apart, because "criticality-inversion" supersedes only the inversions.
	reportMissing(p, inversions, "a fallback", false)
	reportMissing(p, lacks, "a fallback", false)
}

// lower reports whether a callee is less critical than its caller, which tier 1
// requires: by its declared tier or, where it declares none, because it has one caller
// only. Where both have the same tier, the finding is about the calls of their
// callers.
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
