package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryWithoutTimeout = &Rule{
	ID:         "retry-without-timeout",
	Title:      "retries wait for an attempt that never ends",
	Doc:        retryWithoutTimeoutDoc,
	Purposes:   []policy.Purpose{policy.AttemptTimeout},
	Severity:   analyze.Warning,
	Check:      checkRetryWithoutTimeout,
	Supersedes: []string{"timeout-wrong-kind", "breaker-blind-to-slow", "timeout-missing"},
}

const retryWithoutTimeoutDoc = `
An attempt that hangs never fails, so it is never tried again: against a slow callee
the retries do nothing, and the caller hangs as if there were none. If the attempts do
end at last, the caller has waited for each.

Fires where somebody configured retries of a synchronous call, and no layer bounds
the call or an attempt of it. It is an error where the caller is of tier 1.

    retries: {attempts: 3, retryOn: "5xx"}           # Istio: no timeout of its own

Stays silent about retries that a product makes unasked, as Istio's two; and where
any layer has a timeout.

    retries: {attempts: 3, retryOn: "5xx", perTryTimeout: 1s}

**The way out.** A bound on one attempt near the slowest good answer. This rule
stands for "timeout-missing" on the same call.
`

func checkRetryWithoutTimeout(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(part *analyze.Part, _ *policy.Effect) bool {
			return unbounded(part)
		})
		if !ok {
			continue
		}
		part, l := found.part, found.layer
		sure := analyze.Default
		if part.Attempt.State == policy.Undeclared && !l.Set.Product.OrNative().ByHand {
			sure = analyze.Assumed // the client may have a timeout that no file shows
		}
		f := aboutCall(p, e, sure, retryOrigin(l))
		f.Message = fmt.Sprintf("%s%s and tries %s times, but nothing ends an attempt: one that hangs is never tried again", callText(p, e), found.named, tries(l.Attempts))
		if l.Attempts == policy.Unlimited {
			f.Message = fmt.Sprintf("%s%s and tries without end, but nothing ends an attempt: one that hangs is never tried again", callText(p, e), found.named)
		}
		f.Hint = attemptHint(p, e, part, l)
		f.Values = []analyze.KeyValue{attempts(l), took("attempt", part.Attempt), took("budget", part.Budget)}
		p.At(gradeByTier(p, e, analyze.Warning), f)
	}
}
