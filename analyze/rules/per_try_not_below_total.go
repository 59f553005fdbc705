package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var perTryNotBelowTotal = &Rule{
	ID:       "per-try-not-below-total",
	Title:    "an attempt may take as long as the whole call",
	Doc:      perTryNotBelowTotalDoc,
	Purposes: []policy.Purpose{policy.AttemptTimeout},
	Severity: analyze.Warning,
	Check:    checkPerTryNotBelowTotal,
}

const perTryNotBelowTotalDoc = `
An attempt that times out is tried again only if the call as a whole has time left.
Where one attempt may last as long as all of them together, it never has: the
retries that somebody configured against slow answers cannot happen. Envoy and the
meshes made of it ignore such a bound on one attempt altogether.

Fires where a layer retries, and its explicit bound on one attempt is not below its
bound on the whole.

    timeout: 2s
    retries: {attempts: 3, perTryTimeout: 2s}

As a note it also tells of retries meant for slow answers ("5xx", "reset",
"gateway-error" of Envoy include them) with a timeout but no bound on one attempt:
the first slow attempt uses all the time.

Stays silent where attempts fit, and about bounds that only come from defaults.

    timeout: 7s
    retries: {attempts: 3, perTryTimeout: 2s}

**The way out.** A bound on one attempt near the slowest good answer, and a timeout
of at least as many of those as there are attempts, plus the waits between them.
`

func checkPerTryNotBelowTotal(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		if found, ok := firstFaultyLayer(parts, retried, perTryTooLong); ok {
			t := found.layer.Set.Timeout
			f := aboutCall(p, e, sureOf(t.PerTry.Provenance, t.Total.Provenance), t.PerTry.Origin, t.Total.Origin)
			f.Message = fmt.Sprintf("%s%s with %s for one attempt and %s for all: an attempt that times out is never tried again",
				callText(p, e), found.named, english.Duration(t.PerTry.Value), english.Duration(t.Total.Value))
			f.Hint = roomFor(p, e, found.layer)
			f.Values = []analyze.KeyValue{attempts(found.layer), value("perTry", t.PerTry), value("total", t.Total)}
			p.At(capForJobs(p, e, analyze.Warning), f)
		} else if found, ok := firstFaultyLayer(parts, retried, perTryLacks); ok {
			reportPerTryLacks(p, e, found)
		}
	}
}

// roomFor says what would leave time for another attempt: a shorter one, or a
// whole that is as long as all of them and the waits between them.
func roomFor(p *Pass, e graph.Edge, l *policy.Effect) string {
	perTry := l.Set.Timeout.PerTry.Value
	hint := remedyFor(p, e, &l.Set, policy.AttemptTimeout).hint("shorten", "to a fraction of "+english.Duration(l.Set.Timeout.Total.Value))
	if l.Attempts == policy.Unlimited || l.Waits.State != policy.Finite {
		return hint
	}
	needed := policy.AllTries(l.Attempts, perTry, l.Waits.Time)
	return hint + fmt.Sprintf(", or give the whole call %s, enough for %s attempts of %s", english.Duration(needed), tries(l.Attempts), english.Duration(perTry))
}

// perTryTooLong reports whether a bound that somebody set on one attempt is not
// below the one on all.
func perTryTooLong(_ *analyze.Part, l *policy.Effect) bool {
	t := l.Set.Timeout
	return t != nil && t.PerTry.IsExplicit() && t.Total.Set() && t.Total.Value > 0 && t.PerTry.Value >= t.Total.Value
}

// perTryLacks reports whether somebody has slow attempts retried, with a timeout,
// and nothing that ends one attempt.
func perTryLacks(_ *analyze.Part, l *policy.Effect) bool {
	t, on := l.Set.Timeout, l.Set.Retry.On
	if t == nil || !t.Total.IsExplicit() || t.PerTry.Set() || !on.IsExplicit() || !canExpress(l.Set.Product, policy.AttemptTimeout) {
		return false
	}
	return answersTo(on.Value, policy.OnPerTry)
}

func reportPerTryLacks(p *Pass, e graph.Edge, found faultyLayer) {
	l := found.layer
	f := aboutCall(p, e, analyze.Certain, l.Set.Retry.On.Origin, l.Set.Timeout.Total.Origin)
	f.Message = fmt.Sprintf("%s%s and tries slow answers again, but the first slow one uses up all %s: nothing ends a single attempt",
		callText(p, e), found.named, english.Duration(l.Set.Timeout.Total.Value))
	f.Hint = remedyFor(p, e, &l.Set, policy.AttemptTimeout).hint("set", "a little above the slowest good answer")
	f.Values = []analyze.KeyValue{attempts(l), value("total", l.Set.Timeout.Total), value("on", l.Set.Retry.On)}
	p.At(analyze.Info, f)
}
