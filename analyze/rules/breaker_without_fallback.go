package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var breakerWithoutFallback = &Rule{
	ID:       "breaker-without-fallback",
	Title:    "breaker without fallback on a critical call",
	Doc:      breakerWithoutFallbackDoc,
	Purposes: []policy.Purpose{policy.FallbackAnswer},
	Severity: analyze.Warning,
	NoFix:    analyze.InCode,
	Check:    checkBreakerWithoutFallback,
}

const breakerWithoutFallbackDoc = `
An open breaker fails fast, but it fails. Users see the error sooner.

Reported for a hard synchronous call of a tier-1 caller (by its own declaration, or
because a tier-1 service depends on it) that a breaker can reject as a whole, if there
is neither a fallback nor a cache.

    services:
    - name: checkout
      tier: 1
      calls:
      - {to: tax, timeout: 1s, breaker: {kind: call, errorRate: 50%}}

Not reported: calls with a fallback or a cache; optional calls ("hard: false"); a
missing fallback that is declared with a reason; breakers that eject single hosts;
and callers of other tiers.

    fallback: {kind: static}
    fallback: {kind: none, reason: a payment that did not happen must not look like one}

**Fix.** For reads: return the last good response, a default, or ask another service.
For writes, payments above all, never report a false success: queue the request and
say so, or declare why it has to fail.
`

func checkBreakerWithoutFallback(p *Pass) {
	tiers := p.Analysis.Tiers()
	for e := range p.Requests() {
		from := p.Core.From(e)
		if tiers[from].Value != 1 || !analyze.Breaks(p.Core, e) || driverManaged(p.Core, e) {
			continue
		}
		found, ok := firstFaultyLayer(p.Effective(e), breakerLayers, func(part *analyze.Part, l *policy.Effect) bool {
			return lacksFallback(part) && canRejectAll(l)
		})
		if !ok {
			continue
		}
		b := found.layer.Set.Breaker
		sure := analyze.Certain
		if found.layer.Set.Layer != policy.App { // code may have a fallback, which a proxy cannot express
			sure = analyze.Assumed
		}
		f := aboutCall(p, e, min(sure, sureOf(b.Kind.Provenance)), breakerOrigin(b))
		f.Routes = found.named
		f.Message = fmt.Sprintf("%s%s without a fallback; requests fail while its breaker is open", callText(p, e), found.named)
		if by := tiers[from].From; by != from {
			f.Message += fmt.Sprintf("; %s (tier 1) requires %s", p.Core.ID(by), p.Core.ID(from))
		}
		r := remedyOf(p, e, found.part, policy.FallbackAnswer)
		f.Fix = r.fix(p)
		f.Hint = r.hint("add", "to return the last good response or a default; queue writes, or declare why the call has to fail")
		f.Values = []analyze.KeyValue{value("breaker", b.Kind), number("tier", 1)}
		p.At(capForJobs(p, e, analyze.Warning), f)
	}
}

// canRejectAll reports whether a breaker that is declared can reject all calls, or eject
// all hosts of the callee.
func canRejectAll(l *policy.Effect) bool {
	b := l.Set.Breaker
	if !b.IsWritten() {
		return false
	}
	return b.Kind.Value == "call" || b.Kind.Value == "endpoint" && b.MaxEject.IsExplicit() && b.MaxEject.Value >= 1
}
