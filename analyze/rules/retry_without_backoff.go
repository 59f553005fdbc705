package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryWithoutBackoff = &Rule{
	ID:       "retry-without-backoff",
	Title:    "retry without backoff",
	Doc:      retryWithoutBackoffDoc,
	Purposes: []policy.Purpose{policy.RetryBackoff},
	Severity: analyze.Warning,
	NoFix:    analyze.NoWay,
	Check:    checkRetryWithoutBackoff,
}

const retryWithoutBackoffDoc = `
A callee that returns errors is overloaded or broken, and immediate retries add to
it: all callers send twice the load when it can bear the least.

Reported for declared retries of a synchronous call on error responses or slowness
without a wait before the retry; and on any condition if the callee is known to run a
single replica. If a manifest declares retries and is silent about waits, the finding
is assumed.

    filters:                                  # Spring Cloud Gateway
    - {name: Retry, args: {retries: 3}}

Not reported: products that wait by default, such as Envoy and the meshes built on
it; APIs that leave the wait to the implementation, such as Gateway API; an immediate
retry on another replica after a failed connection; and retries that ask the next server
of a pool.

    - {name: Retry, args: {retries: 3, backoff: {firstBackoff: 50ms, maxBackoff: 500ms}}}

**Fix.** Use exponential backoff with jitter (see "retry-without-jitter").
`

func checkRetryWithoutBackoff(p *Pass) {
	for e := range p.Requests() {
		if analyze.Replaceable(p.Core, e) {
			continue // another attempt asks another server
		}
		callee := analyze.Replicas(p.Core.Service(p.Core.To(e)))
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			return atOnce(l.Set.Retry.Backoff) && !waitLeftOpen(&l.Set) && (onAnswers(l.Set.Retry.On) || callee.Setting.IsExplicit() && callee.Value == 1)
		})
		if !ok {
			continue
		}
		l := found.layer
		sure, lack := analyze.Default, "without waiting in between"
		switch b := l.Set.Retry.Backoff; {
		case b == nil || b.Kind.Provenance == policy.Unknown && b.Base.Provenance == policy.Unknown:
			sure, lack = analyze.Assumed, "and no wait in between was found in the inputs"
		case b.Kind.IsExplicit() || b.Base.IsExplicit():
			sure = analyze.Certain
		}
		f := aboutCall(p, e, sure, retryOrigin(l))
		f.Routes = found.named
		f.Message = fmt.Sprintf("%s%s and makes %s attempts, %s", callText(p, e), found.named, tries(l.Attempts), lack)
		if l.Attempts == policy.Unlimited {
			f.Message = fmt.Sprintf("%s%s and retries without limit, %s", callText(p, e), found.named, lack)
		}
		r := remedyFor(p, e, &l.Set, policy.RetryBackoff)
		f.Hint, f.Fix = r.hint("set", "waits that grow from about 50ms, with a random part"), r.fix(p, usualBackoff)
		if !canExpress(l.Set.Product, policy.RetryBackoff) {
			f.Hint = l.Set.Product.DisplayName() + " cannot wait between retries: " +
				remedyFor(p, e, &l.Set, policy.Retries).hint("change", "leave answers and slowness out of the conditions, and try connections alone again")
		}
		f.Values = []analyze.KeyValue{attempts(l), value("on", l.Set.Retry.On)}
		p.At(capForJobs(p, e, analyze.Warning), f)
	}
}
