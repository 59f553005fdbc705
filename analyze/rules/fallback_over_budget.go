package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var fallbackOverBudget = &Rule{
	ID:       "fallback-over-budget",
	Title:    "a fallback comes after the caller has given up",
	Doc:      fallbackOverBudgetDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkFallbackOverBudget,
}

const fallbackOverBudgetDoc = `
A fallback runs when the first call has used up its time. Unless both fit into what
the caller's own callers wait, the answer is ready when nobody listens any more.

Fires for a fallback on a service whose call has no timeout, whose time and that of
the first call are together more than one attempt of some caller, or that calls back
to where it came from.

    services:
    - {name: web, calls: [{to: shop, timeout: 2s}]}
    - name: shop
      calls: [{to: product, timeout: 1s, fallback: {kind: service, to: copy, timeout: 2s}}]

Stays silent about fallbacks that ask nobody, and where everything fits. A first call
without a timeout is told as such ("timeout-missing").

    fallback: {kind: service, to: copy, timeout: 200ms}

**The way out.** A shorter timeout of the first call, or of the fallback; a good
answer that comes from elsewhere is quick or not worth waiting for.
`

func checkFallbackOverBudget(p *Pass) {
	for e := range p.Requests() {
		if p.Core.Call(e).Fallback {
			continue
		}
		for _, f := range p.Analysis.FallbackCalls(e) {
			if lateFallback(p, e, f) {
				break // told
			}
		}
	}
}

// lateFallback reports what is wrong with the time that f, a fallback of e, takes.
func lateFallback(p *Pass, e, f graph.Edge) bool {
	g := p.Core
	a := g.From(e)
	back, first := analyze.WorstPart(p.Effective(f)), analyze.WorstPart(p.Effective(e))
	switch {
	case back.State != policy.Finite:
		reportLate(p, e, f, fmt.Sprintf("and falls back on %s without a timeout", g.ID(g.To(f))), nil)
	case p.Analysis.SyncComponents().Of[a] == p.Analysis.SyncComponents().Of[g.To(f)] && a != g.To(f):
		reportLate(p, e, f, fmt.Sprintf("and falls back on %s, which calls it in turn", g.ID(g.To(f))), nil)
	case first.State == policy.Finite:
		both := p.Analysis.MaxWait(e)
		caller, waits, ok := leastPatient(p, a)
		if !ok || both.State != policy.Finite || both.Time <= waits.Time {
			return false
		}
		reportLate(p, e, f, fmt.Sprintf("then its fallback on %s, which takes up to %s in all; %s waits %s", g.ID(g.To(f)), until(both), g.ID(g.From(caller)), until(waits)),
			[]analyze.KeyValue{took("first", first), took("fallback", back), took("waits", waits)})
	default:
		return false
	}
	return true
}

// leastPatient returns the call of v whose caller waits for the shortest time.
func leastPatient(p *Pass, v graph.Node) (call graph.Edge, waits policy.Limit, ok bool) {
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
	f.Message = fmt.Sprintf("%s, %s", callText(p, e), what)
	f.Hint = "shorten one of the two timeouts, or answer without asking anybody"
	f.Values = append([]analyze.KeyValue{keyValue("instead", g.ID(g.To(instead)))}, values...)
	f.Services = append(f.Services, g.To(instead))
	p.At(capForJobs(p, e, analyze.Warning), f)
}
