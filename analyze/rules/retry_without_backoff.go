package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryWithoutBackoff = &Rule{
	ID:       "retry-without-backoff",
	Title:    "failed calls are repeated at once",
	Doc:      retryWithoutBackoffDoc,
	Purposes: []policy.Purpose{policy.RetryBackoff},
	Severity: analyze.Warning,
	Check:    checkRetryWithoutBackoff,
}

const retryWithoutBackoffDoc = `
A callee that answers with errors is in trouble, and repeating at once adds to it:
all callers send twice the load in the moment in which it can bear the least.

Fires where somebody configured retries of a synchronous call that answer to error
answers or slowness, and there is no wait before a retry; and where the callee is
known to run a single replica, whatever the retries answer to. Where a manifest says
retries and is silent about waits, the finding is an assumption.

    filters:                                  # Spring Cloud Gateway
    - {name: Retry, args: {retries: 3}}

Stays silent where the product waits by itself, as Envoy and the meshes made of it do,
where an API leaves the wait to whoever carries it out, as the Gateway API does, and
about trying another replica at once after a failed connection.

    - {name: Retry, args: {retries: 3, backoff: {firstBackoff: 50ms, maxBackoff: 500ms}}}

**The way out.** Waits that grow, with a random part (see "retry-without-jitter").
`

func checkRetryWithoutBackoff(p *Pass) {
	for e := range p.Requests() {
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
		f.Message = fmt.Sprintf("%s%s and tries %s times, %s", callText(p, e), found.named, tries(l.Attempts), lack)
		if l.Attempts == policy.Unlimited {
			f.Message = fmt.Sprintf("%s%s and tries without end, %s", callText(p, e), found.named, lack)
		}
		f.Hint = remedyFor(p, e, &l.Set, policy.RetryBackoff).hint("set", "waits that grow from about 50ms, with a random part")
		if !canExpress(l.Set.Product, policy.RetryBackoff) {
			f.Hint = l.Set.Product.DisplayName() + " cannot wait before it tries again: " +
				remedyFor(p, e, &l.Set, policy.Retries).hint("change", "leave answers and slowness out of the conditions, and try connections alone again")
		}
		f.Values = []analyze.KeyValue{attempts(l), value("on", l.Set.Retry.On)}
		p.At(capForJobs(p, e, analyze.Warning), f)
	}
}
