package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryUnbounded = &Rule{
	ID:         "retry-unbounded",
	Title:      "unlimited or excessive retries",
	Doc:        retryUnboundedDoc,
	Purposes:   []policy.Purpose{policy.Retries},
	Severity:   analyze.Error,
	Check:      checkRetryUnbounded,
	Supersedes: []string{"retry-budget-missing"},
}

const retryUnboundedDoc = `
A request that has failed six times will fail the seventh time too. Until it gives
up, the caller holds its worker and its own caller, and multiplies the load of the
callee.

Reported for declared retries of a synchronous call without a limit (error), as in
Dapr without "maxRetries", or with more than five attempts (warning). A time limit
lowers the error to a warning.

    retries:                               # Dapr: maxRetries -1
      important: {policy: constant, duration: 5s}

Not reported: up to five attempts; retries with a budget that limits them to a share
of the calls; and messages from a queue, which may be redelivered until processed.

      important: {policy: constant, duration: 5s, maxRetries: 2}

**Fix.** Limit the policy to two retries, then return an error that the caller can
handle.

Source of the five: the limit to which gRPC reduces "maxAttempts".
`

// manyAttempts is the most that needs no explanation.
const manyAttempts = 5

func checkRetryUnbounded(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			return (l.Attempts == policy.Unlimited || l.Attempts > manyAttempts) && !l.Set.Retry.Budget.Set()
		})
		if !ok {
			continue
		}
		part, l := found.part, found.layer
		r := l.Set.Retry.Retries
		f := aboutCall(p, e, sureOf(r.Provenance), retryOrigin(l))
		severity := analyze.Warning
		f.Routes = found.named
		switch {
		case l.Attempts != policy.Unlimited:
			f.Message = fmt.Sprintf("%s%s and makes %s attempts before it gives up", callText(p, e), found.named, tries(l.Attempts))
		case part.Budget.State == policy.Finite:
			f.Message = fmt.Sprintf("%s%s and retries as often as fits into %s", callText(p, e), found.named, until(part.Budget))
		case l.Set.Retry.MaxDuration.Set(): // after which no try begins, however long the last one takes
			end := policy.Limit{State: policy.Finite, Time: l.Set.Retry.MaxDuration.Value}
			f.Message = fmt.Sprintf("%s%s and retries as often as fits into %s", callText(p, e), found.named, until(end))
		default:
			severity = analyze.Error
			f.Message = fmt.Sprintf("%s%s and retries without limit", callText(p, e), found.named)
		}
		if r.Provenance == policy.PlatformDefault {
			f.Message += fmt.Sprintf(": the default of %s", l.Set.Product.DisplayName())
		}
		way := remedyFor(p, e, &l.Set, policy.Retries)
		f.Hint, f.Fix = way.hint("set", "two retries at most"), way.fix(p, fewRetries)
		f.Values = []analyze.KeyValue{attempts(l), took("budget", part.Budget)}
		p.At(capForJobs(p, e, severity), f)
	}
}
