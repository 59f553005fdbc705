package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryUnbounded = &Rule{
	ID:         "retry-unbounded",
	Title:      "a failing call is repeated again and again",
	Doc:        retryUnboundedDoc,
	Purposes:   []policy.Purpose{policy.Retries},
	Severity:   analyze.Error,
	Check:      checkRetryUnbounded,
	Supersedes: []string{"retry-budget-missing"},
}

const retryUnboundedDoc = `
What has failed six times fails the seventh time, too. Until it gives up, the caller
holds its worker and its own caller, and sends the callee a multiple of its load.

Fires where somebody configured retries of a synchronous call without a limit (error),
as Dapr does where "maxRetries" is left out, or more than five attempts (warning).
A limit in time makes a warning of the error.

    retries:                               # Dapr: maxRetries -1
      important: {policy: constant, duration: 5s}

Stays silent at five attempts, where a budget limits retries to a share of the calls,
and about messages from a queue, which may be delivered until they are done.

      important: {policy: constant, duration: 5s, maxRetries: 2}

**The way out.** Two retries, and then an error that the caller can deal with.

The five is what gRPC cuts "maxAttempts" down to.
`

// manyAttempts is the most that nobody needs to explain.
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
		switch {
		case l.Attempts != policy.Unlimited:
			f.Message = fmt.Sprintf("%s%s and tries %s times before it gives up", callText(p, e), found.named, tries(l.Attempts))
		case part.Budget.State == policy.Finite:
			f.Message = fmt.Sprintf("%s%s and tries as often as fits into %s", callText(p, e), found.named, until(part.Budget))
		case l.Set.Retry.MaxDuration.Set(): // after which no try begins, however long the last one takes
			end := policy.Limit{State: policy.Finite, Time: l.Set.Retry.MaxDuration.Value}
			f.Message = fmt.Sprintf("%s%s and tries as often as fits into %s", callText(p, e), found.named, until(end))
		default:
			severity = analyze.Error
			f.Message = fmt.Sprintf("%s%s and tries without end", callText(p, e), found.named)
		}
		if r.Provenance == policy.PlatformDefault {
			f.Message += fmt.Sprintf(": that is what %s does unless a number is written", l.Set.Product.DisplayName())
		}
		f.Hint = remedyFor(p, e, &l.Set, policy.Retries).hint("set", "two retries at most")
		f.Values = []analyze.KeyValue{attempts(l), took("budget", part.Budget)}
		p.At(capForJobs(p, e, severity), f)
	}
}
