package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/policy"
)

var retryInCycle = &Rule{
	ID:         "retry-in-cycle",
	Title:      "retries in a synchronous call cycle",
	Doc:        retryInCycleDoc,
	Purposes:   []policy.Purpose{policy.Retries},
	Severity:   analyze.Error,
	Check:      checkRetryInCycle,
	Supersedes: []string{"sync-cycle"},
}

const retryInCycleDoc = `
In a synchronous cycle, a failure returns to the service where it started. If a call
of the cycle is retried on errors, it returns more than once, and each round
multiplies it again: a single error can keep the cycle busy after its cause is gone.

Reported for a cycle of synchronous calls in which one call is retried on error
responses, on slowness that can occur, or without limit. It replaces "sync-cycle" for
that cycle.

    a: {calls: [{to: b, retry: {retries: 1, on: [response-5xx]}}]}
    b: {calls: [c]}
    c: {calls: [a]}

Not reported: cycles that retry failed connections only (reported as "sync-cycle"),
cycles that one of several routes of a gateway closes (the same), and cycles with an
asynchronous call.

    a: {calls: [{to: b, retry: {retries: 1, on: [connect]}}]}

Severity: warning if a call of the cycle has only weak evidence. A cycle across
different operations, which no single request travels, does not multiply retries; add
an ignore entry for it.

**Fix.** Remove the retries from the cycle first, then break the cycle (see
"sync-cycle").
`

func checkRetryInCycle(p *Pass) {
	for _, c := range p.Analysis.Cycles(p.Analysis.Unrouted(analyze.Awaited(p.Analysis.Sync))).Components {
		if c.Factor <= 1 {
			continue
		}
		loop := c.Loop
		if c.Storm != nil {
			loop = c.Storm
		}
		reportCircle(p, c, loop, multiplying(p, loop))
	}
}

// multiplying returns the calls of a loop that are repeated on errors.
func multiplying(p *Pass, loop []graph.Node) []graph.Edge {
	var calls []graph.Edge
	for _, e := range p.Analysis.CallsAround(loop) {
		if p.Analysis.Repeats(e) > 1 {
			calls = append(calls, e)
		}
	}
	return calls
}

func reportCircle(p *Pass, c analyze.Cycle, loop []graph.Node, repeated []graph.Edge) {
	g := p.Core
	all := p.Analysis.CallsAround(loop)
	f := analyze.Finding{
		Confidence: confidence(g, all),
		Subject:    joinIDs(g, loop, ","),
		Message: fmt.Sprintf("%s call each other synchronously in a cycle, and the call of %s to %s is retried on errors: one error becomes %s after one round",
			someIDs(g, loop), g.ID(g.From(repeated[0])), g.ID(g.To(repeated[0])), many(c.Factor)) + portions(g, loop),
		Hint:     "remove the retries from the cycle; then " + cutHint(g, c),
		Values:   []analyze.KeyValue{number("services", len(c.Services)), keyValue("factor", many(c.Factor))},
		Services: loop,
		Fix:      withoutRetries(p, repeated),
	}
	severity := analyze.Error
	if !anyChose(p, repeated) {
		severity = analyze.Info
	}
	var places distinct.List[graph.Origin]
	for _, e := range repeated {
		for _, part := range p.Effective(e) {
			for _, l := range repeating(&part) {
				if o := retryOrigin(l); o.File() != "" {
					places.Add(o)
				}
			}
		}
	}
	for _, o := range written(g, all) {
		places.Add(o)
	}
	f.Origins = places.All()
	p.At(severity, f)
}
