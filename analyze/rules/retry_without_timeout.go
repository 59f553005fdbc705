package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryWithoutTimeout = &Rule{
	ID:         "retry-without-timeout",
	Title:      "retries without timeout",
	Doc:        retryWithoutTimeoutDoc,
	Purposes:   []policy.Purpose{policy.AttemptTimeout},
	Severity:   analyze.Warning,
	Check:      checkRetryWithoutTimeout,
	Supersedes: []string{"timeout-wrong-kind", "breaker-blind-to-slow", "timeout-missing"},
}

const retryWithoutTimeoutDoc = `
An attempt that hangs does not fail, so it is not retried: against a slow callee the
retries have no effect, and the caller hangs as if there were none. If the attempts
end eventually, the caller has waited for each of them.

Reported for declared retries of a synchronous call if no layer bounds the call or an
attempt. Severity: warning; error if the caller is of tier 1.

    retries: {attempts: 3, retryOn: "5xx"}           # Istio has no default timeout

Not reported: retries that are a product default, such as Istio's two; calls with a
timeout in any layer; calls in a file of code, or with a setting that one reads, which has a policy
of which it is not known whether it acts on them; and proxies that give up on a callee that sends nothing, as nginx
does after its read timeout.

    retries: {attempts: 3, retryOn: "5xx", perTryTimeout: 1s}

**Fix.** Bound an attempt near the slowest good response. This rule replaces
"timeout-missing" for the same call.
`

func checkRetryWithoutTimeout(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(part *analyze.Part, l *policy.Effect) bool {
			return unbounded(part)
		})
		if !ok {
			continue
		}
		part, l := found.part, found.layer
		if clientUnread(p, e, part) {
			continue
		}
		sure, without := analyze.Default, "but no attempt has a timeout: one that hangs is never retried"
		if part.Attempt.State == policy.Undeclared && !l.Set.Product.OrNative().ByHand {
			sure, without = analyze.Assumed, "and no input declares a timeout of an attempt; unless the code has one, an attempt that hangs is never retried"
		}
		f := aboutCall(p, e, sure, retryOrigin(l))
		f.Routes = found.named
		f.Message = fmt.Sprintf("%s%s and makes %s attempts, %s", callText(p, e), found.named, tries(l.Attempts), without)
		switch {
		case l.Attempts == policy.Unlimited && l.Set.Retry.Budget.Set():
			f.Message = fmt.Sprintf("%s%s and retries within a budget of %s, %s", callText(p, e), found.named, percent(l.Set.Retry.Budget.Value), without)
		case l.Attempts == policy.Unlimited:
			f.Message = fmt.Sprintf("%s%s and retries without limit, %s", callText(p, e), found.named, without)
		}
		f.Hint, f.Fix = attemptRemedy(p, e, part, l)
		f.Values = []analyze.KeyValue{attempts(l), took("attempt", part.Attempt), took("budget", part.Budget)}
		p.At(gradeByTier(p, e, analyze.Warning), f)
	}
}
