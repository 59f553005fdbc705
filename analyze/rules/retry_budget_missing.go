package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryBudgetMissing = &Rule{
	ID:       "retry-budget-missing",
	Title:    "retries without budget",
	Doc:      retryBudgetMissingDoc,
	Purposes: []policy.Purpose{policy.RetryBudget},
	Severity: analyze.Info,
	Check:    checkRetryBudgetMissing,
}

const retryBudgetMissingDoc = `
Two retries per request triple the load once every request fails. A budget limits
retries to a share of the requests: a callee in trouble may survive 20 % more load,
not 200 %. Retries without a budget are a common reason why an outage lasts longer
than its cause.

Reported for declared retries on error responses of a synchronous call, with three
attempts or more, if no layer has a budget. Severity: info; warning if the callee has
five callers or more, or can get nine requests or more for one.

    retries: {attempts: 2, retryOn: "5xx"}           # and eight callers

Not reported: calls with a budget or retry throttling in a layer, and retries of
failed connections only.

    trafficPolicy: {retryBudget: {percent: 20}}

**Fix.** Set a budget of 10 to 20 %. Envoy's limit of concurrent retries, 3 by
default, is a weak budget.

Source: Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021.
`

// manyCallers make a storm together even if none of them does alone.
const manyCallers = 5

func checkRetryBudgetMissing(p *Pass) {
	amp := p.Analysis.Amplification()
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(part *analyze.Part, l *policy.Effect) bool {
			many := l.Attempts == policy.Unlimited || l.Attempts >= 3
			return many && !budgeted(part) && slices.ContainsFunc(l.Set.Retry.On.Value, isAnswer)
		})
		if !ok {
			continue
		}
		l, callers := found.layer, fanIn(p, e)
		factor, _ := amp.At(p.Core.To(e))
		f := aboutCall(p, e, sureOf(l.Set.Retry.Retries.Provenance, l.Set.Retry.On.Provenance), retryOrigin(l))
		f.Routes = found.named
		f.Message = fmt.Sprintf("%s%s and makes %s attempts on error responses, without a retry budget", callText(p, e), found.named, tries(l.Attempts))
		f.Hint, f.Fix = "retry once at most", remedyFor(p, e, &l.Set, policy.Retries).fix(p, usualRetries)
		if r, ok := remedyOfLayers(p, e, found.part, policy.RetryBudget); ok {
			f.Hint, f.Fix = r.hint("set", "10 to 20 %"), r.fix(p, usualBudget)
		}
		f.Values = []analyze.KeyValue{attempts(l), number("callers", callers), keyValue("factor", many(factor))}
		severity := analyze.Info
		if callers >= manyCallers || factor >= worthTelling {
			severity = analyze.Warning
		}
		p.At(capForJobs(p, e, severity), f)
	}
}

// isAnswer reports whether a class of failures is an answer of the callee.
func isAnswer(on string) bool {
	return on == policy.OnAny || onAnswers(policy.Setting[[]string]{Value: []string{on}, Provenance: policy.Explicit}) && on != policy.OnPerTry
}
