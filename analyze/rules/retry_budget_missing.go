package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var retryBudgetMissing = &Rule{
	ID:       "retry-budget-missing",
	Title:    "retries are limited for a request, not for the load",
	Doc:      retryBudgetMissingDoc,
	Purposes: []policy.Purpose{policy.RetryBudget},
	Severity: analyze.Info,
	Check:    checkRetryBudgetMissing,
}

const retryBudgetMissingDoc = `
Two retries for each request are three times the load once every request fails. A
budget limits retries to a share of the requests: 20 % more load is what a callee in
trouble may survive, 200 % is not. Retries without one are what most often keeps an
outage going after its cause is gone.

Fires where somebody has error answers of a synchronous call retried, three attempts
or more, and no layer has a budget. A note; a warning where the callee has five
callers or more, or where it can get nine requests or more for one.

    retries: {attempts: 2, retryOn: "5xx"}           # and eight callers

Stays silent where a layer has a budget or throttles retries, and about retries of
connections alone.

    trafficPolicy: {retryBudget: {percent: 20}}

**The way out.** A budget of 10 to 20 %. Envoy's limit of parallel retries, 3 by
default, is a weak one.

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
		f.Message = fmt.Sprintf("%s%s and tries error answers %s times, with no budget over all requests", callText(p, e), found.named, tries(l.Attempts))
		f.Hint = "retry once at most"
		if r, ok := remedyOfLayers(p, e, found.part, policy.RetryBudget); ok {
			f.Hint = r.hint("set", "10 to 20 %")
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
