package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var fallbackOverBudget = &Rule{
	ID:       "fallback-over-budget",
	Title:    "fallback runs after the caller has timed out",
	Doc:      fallbackOverBudgetDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	NoFix:    analyze.InShape,
	Check:    checkFallbackOverBudget,
}

const fallbackOverBudgetDoc = `
A fallback runs after the first call has used up its time. Unless both fit into the
timeout of the caller's own callers, the response comes too late.

Reported for a fallback service whose call has no timeout; if the fallback and the
first call together take longer than one attempt of some caller; or if the fallback
calls back to its origin.

    services:
    - {name: web, calls: [{to: shop, timeout: 2s}]}
    - name: shop
      calls: [{to: product, timeout: 1s, fallback: {kind: service, to: copy, timeout: 2s}}]

Not reported: fallbacks that call no service, and calls that fit. A first call
without a timeout is reported by "timeout-missing".

    fallback: {kind: service, to: copy, timeout: 200ms}

**Fix.** Shorten the timeout of the first call or of the fallback.
`

func checkFallbackOverBudget(p *Pass) {
	for e := range p.Requests() {
		if p.Core.Fallback(e) {
			continue
		}
		for _, f := range p.Analysis.FallbackCalls(e) {
			if lateFallback(p, e, f) {
				break // one finding a call
			}
		}
	}
}

// lateFallback reports a fallback f of e that may take too long, and whether it is one.
func lateFallback(p *Pass, e, f graph.Edge) bool {
	g := p.Core
	a := g.From(e)
	back, first := analyze.WorstPart(p.Effective(f)), analyze.WorstPart(p.Effective(e))
	switch {
	case back.State != policy.Finite:
		reportLate(p, e, f, fmt.Sprintf("and falls back to %s without a timeout; the fallback can hang", g.ID(g.To(f))), nil)
	case p.Analysis.Onward().Loops(f) && a != g.To(f):
		reportLate(p, e, f, fmt.Sprintf("and falls back to %s, which calls %s in turn", g.ID(g.To(f)), g.ID(a)), nil)
	case first.State == policy.Finite:
		both := p.Analysis.MaxWait(e)
		caller, waits, ok := shortestAttempt(p, a)
		if !ok || both.State != policy.Finite || both.Time <= waits.Time {
			return false
		}
		reportLate(p, e, f, fmt.Sprintf("and then its fallback %s, which takes up to %s in total, but %s waits only %s", g.ID(g.To(f)), until(both), g.ID(g.From(caller)), until(waits)),
			[]analyze.KeyValue{took("first", first), took("fallback", back), took("waits", waits)})
	default:
		return false
	}
	return true
}

// shortestAttempt returns the call to v with the shortest attempt.
func shortestAttempt(p *Pass, v graph.Node) (call graph.Edge, waits policy.Limit, ok bool) {
	for _, e := range p.Core.In(v) {
		if p.Core.Mode(e) != graph.Sync || analyze.IsStream(p.Core.Protocol(e)) {
			continue
		}
		for _, part := range p.Effective(e) {
			if part.Attempt.State == policy.Finite && (!ok || part.Attempt.Time < waits.Time) {
				call, waits, ok = e, part.Attempt, true
			}
		}
	}
	return call, waits, ok
}

func reportLate(p *Pass, e, instead graph.Edge, what string, values []analyze.KeyValue) {
	g := p.Core
	f := aboutCall(p, e, analyze.Certain, written(g, []graph.Edge{instead})...)
	f.Message = callText(p, e) + " " + what
	f.Hint = "shorten the timeout of one of the two calls, or fall back to a cached or static response"
	f.Values = append([]analyze.KeyValue{keyValue("instead", g.ID(g.To(instead)))}, values...)
	f.Services = append(f.Services, g.To(instead))
	p.At(capForJobs(p, e, analyze.Warning), f)
}
