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
	Title:    "per-try timeout not below the total timeout",
	Doc:      perTryNotBelowTotalDoc,
	Purposes: []policy.Purpose{policy.AttemptTimeout},
	Severity: analyze.Warning,
	NoFix:    analyze.NoEdit,
	Check:    checkPerTryNotBelowTotal,
}

const perTryNotBelowTotalDoc = `
An attempt that times out is retried only if the call has time left. If one attempt
may take as long as the whole call, it never has: the retries that were declared
against slow responses cannot happen. Envoy and the meshes built on it ignore such a
per-try timeout altogether.

Reported where a layer retries and its declared bound on an attempt is not below its
bound on the whole call.

    timeout: 2s
    retries: {attempts: 3, perTryTimeout: 2s}

As info, also reported for retries on slow responses (in Envoy "5xx", "reset" and
"gateway-error" include them) with a timeout but no per-try timeout: the first slow
attempt uses all the time. The same holds for retries that are declared without
conditions, where those of the product do not include slow responses, as in Istio.

Not reported: attempts that fit, and bounds that are product defaults.

    timeout: 7s
    retries: {attempts: 3, perTryTimeout: 2s}

**Fix.** Bound an attempt near the slowest good response, and set a timeout of at
least that bound times the number of attempts, plus the waits between them.
`

func checkPerTryNotBelowTotal(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		if found, ok := firstFaultyLayer(parts, retried, perTryTooLong); ok {
			t := found.layer.Set.Timeout
			f := aboutCall(p, e, sureOf(t.PerTry.Provenance, t.Total.Provenance), t.PerTry.Origin, t.Total.Origin)
			f.Routes = found.named
			f.Message = fmt.Sprintf("%s%s with %s for one attempt and %s for the whole call: an attempt that times out is never retried",
				callText(p, e), found.named, english.Duration(t.PerTry.Value), english.Duration(t.Total.Value))
			f.Hint, f.Fix = roomFor(p, e, found.layer)
			f.Values = []analyze.KeyValue{attempts(found.layer), value("perTry", t.PerTry), value("total", t.Total)}
			p.At(capForJobs(p, e, analyze.Warning), f)
		} else if found, ok := firstFaultyLayer(parts, retried, perTryLacks); ok {
			reportPerTryLacks(p, e, found)
		}
	}
}

// roomFor says what would leave time for another attempt: a shorter one, or a
// whole that is as long as all of them and the waits between them.
func roomFor(p *Pass, e graph.Edge, l *policy.Effect) (string, analyze.Fix) {
	perTry := l.Set.Timeout.PerTry.Value
	r := remedyFor(p, e, &l.Set, policy.AttemptTimeout)
	fix := roomFix(p, e, l)
	hint := r.hint("shorten", "to a fraction of "+english.Duration(l.Set.Timeout.Total.Value))
	if l.Attempts == policy.Unlimited || l.Waits.State != policy.Finite {
		return hint, fix
	}
	needed := policy.AllTries(l.Attempts, perTry, l.Waits.Time)
	return hint + fmt.Sprintf(", or give the whole call %s, enough for %s attempts of %s", english.Duration(needed), tries(l.Attempts), english.Duration(perTry)), fix
}

// roomFix shortens the attempts of a layer so that all of them fit, or makes the whole call longer if
// the waits between them already take most of it.
func roomFix(p *Pass, e graph.Edge, l *policy.Effect) analyze.Fix {
	t := l.Set.Timeout
	if l.Attempts != policy.Unlimited && l.Waits.State == policy.Finite && 2*l.Waits.Time > t.Total.Value {
		if f := remedyFor(p, e, &l.Set, policy.TotalTimeout).fix(p, policy.AllTries(l.Attempts, t.PerTry.Value, l.Waits.Time)); f.Applicable() {
			return f
		}
	}
	return remedyFor(p, e, &l.Set, policy.AttemptTimeout).fix(p, attemptWithin(l))
}

// perTryTooLong reports whether a bound that is set on one attempt is not
// below the one on all.
func perTryTooLong(_ *analyze.Part, l *policy.Effect) bool {
	t := l.Set.Timeout
	return t != nil && t.PerTry.IsExplicit() && t.Total.Set() && t.Total.Value > 0 && t.PerTry.Value >= t.Total.Value
}

// perTryLacks reports whether slow attempts are retried, with a timeout,
// and nothing that ends one attempt.
func perTryLacks(_ *analyze.Part, l *policy.Effect) bool {
	t, on := l.Set.Timeout, l.Set.Retry.On
	if t == nil || !t.Total.IsExplicit() || t.PerTry.Set() || l.Set.Hedge != nil || !canExpress(l.Set.Product, policy.AttemptTimeout) {
		return false
	}
	return on.IsExplicit() && answersTo(on.Value, policy.OnPerTry) || neverAfterSlow(l)
}

// neverAfterSlow reports whether retries are declared without conditions, and those of the
// product do not include slow responses.
func neverAfterSlow(l *policy.Effect) bool {
	r := l.Set.Retry
	return r.Retries.IsExplicit() && r.On.Provenance == policy.PlatformDefault && !answersTo(r.On.Value, policy.OnPerTry) && !answersTo(r.On.Value, policy.OnAny)
}

func reportPerTryLacks(p *Pass, e graph.Edge, found faultyLayer) {
	l := found.layer
	f := aboutCall(p, e, analyze.Certain, l.Set.Retry.On.Origin, l.Set.Timeout.Total.Origin)
	f.Routes = found.named
	f.Message = fmt.Sprintf("%s%s and retries slow responses, but the first slow one uses all %s: no per-try timeout",
		callText(p, e), found.named, english.Duration(l.Set.Timeout.Total.Value))
	r := remedyFor(p, e, &l.Set, policy.AttemptTimeout)
	f.Hint = r.hint("set", "to slightly more than the slowest successful response")
	if neverAfterSlow(l) {
		f = aboutCall(p, e, analyze.Default, l.Set.Retry.Retries.Origin, l.Set.Timeout.Total.Origin)
		f.Message = fmt.Sprintf("%s%s and retries, but never a slow response: the first attempt may use all %s, and %s retries by default only what did not reach the callee",
			callText(p, e), found.named, english.Duration(l.Set.Timeout.Total.Value), l.Set.Product.DisplayName())
		if served := onServed(l.Set.Retry.On.Value, p.Core.Protocol(e) == "grpc"); len(served) > 0 {
			f.Message = fmt.Sprintf("%s%s and retries, but never a slow response: %s are the time of all attempts, and %s does not retry a call that ran out of it",
				callText(p, e), found.named, english.Duration(l.Set.Timeout.Total.Value), l.Set.Product.DisplayName())
		}
		f.Hint = r.hint("set", "to slightly more than the slowest successful response, and a retry condition that includes slow ones")
	}
	f.Fix = r.fix(p, attemptWithin(l))
	f.Values = []analyze.KeyValue{attempts(l), value("total", l.Set.Timeout.Total), value("on", l.Set.Retry.On)}
	p.At(analyze.Info, f)
}
