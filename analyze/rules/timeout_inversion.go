package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutInversion = &Rule{
	ID:       "timeout-inversion",
	Title:    "a caller gives up before its callee does",
	Doc:      timeoutInversionDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkTimeoutInversion,
}

const timeoutInversionDoc = `
When a gives up after one second and b goes on waiting three seconds for c, b works
for nobody: its worker is held, and a may have sent the request again already. Under
load such work crowds out the work that somebody waits for.

Fires where one attempt of a call may take less time than a single call that its
callee makes. What counts is the caller's bound on an attempt, if it has one, against
all attempts of the callee together with its fallback.

    bff:    {calls: [{to: orders, timeout: 1s}]}
    orders: {calls: [{to: stock, timeout: 3s}]}

It is a warning; an error if both values are written and the caller is of tier 1; a
note where a single call fits, but all hard calls of the callee one after the other
would not. Where traces show which of these calls are made at the same time, or for
different requests, only those count together that are made in turn.

Stays silent when the inner call is as long as the outer or shorter; within loops;
where both values are defaults of a product; where the inner call has no end at all,
which "timeout-missing" tells. Callees that pass their caller's deadline on, as gRPC
can, give up in time whatever is written: excuse those.

    bff:    {calls: [{to: orders, timeout: 3s}]}
    orders: {calls: [{to: stock, timeout: 2s, perTry: 500ms}]}

**The way out.** Shorten the inner timeout, or lengthen the outer one if its own
callers allow: timeouts shrink from the entry inwards.

Source: Beyer et al., "Site Reliability Engineering", O'Reilly 2016, chapter
"Addressing Cascading Failures" (deadline propagation).
`

func checkTimeoutInversion(p *Pass) {
	for e := range p.Requests() {
		if fromGateway(p, e) || driverManaged(p.Core, e) {
			continue
		}
		if i, ok := findInversion(p, e); ok {
			reportInversion(p, e, i)
		}
	}
}

func reportInversion(p *Pass, e graph.Edge, i inversion) {
	g, attempt := p.Core, i.part.Attempt
	b, most := g.ID(g.To(e)), i.need.Max
	f := aboutCall(p, e, min(sureOfBound(attempt), sureOfBound(most)), attempt.Origin(), most.Origin())
	f.Values = []analyze.KeyValue{took("attempt", attempt), took("need", most)}
	if i.sum {
		f.Message = fmt.Sprintf("%s and gives up%s after %s; %s", callText(p, e), i.named, english.Duration(attempt.Time), sequenceText(p, &f, e, i.need))
		f.Hint = "make the calls in parallel, or shorten their timeouts"
		p.At(analyze.Info, f)
		return
	}
	f.Services = append(f.Services, g.To(i.need.MaxCall))
	f.Message = fmt.Sprintf("%s and gives up%s after %s, but %s may take %s to hear from %s: it works for nobody then",
		callText(p, e), i.named, english.Duration(attempt.Time), b, english.Duration(most.Time), g.ID(g.To(i.need.MaxCall)))
	f.Hint = fmt.Sprintf("bring the call of %s down to %s, or let its caller wait longer, if its own callers do", callID(g, i.need.MaxCall), english.Duration(attempt.Time))
	if r, ok := innerRemedy(p, i.need.MaxCall); ok {
		f.Hint = r.hint("set", fmt.Sprintf("to %s for %s, or let its caller wait longer, if its own callers do",
			english.Duration(attempt.Time), callID(g, i.need.MaxCall)))
	}
	severity := gradeByTier(p, e, analyze.Warning)
	if !attempt.Explicit() || !most.Explicit() {
		severity = min(severity, analyze.Warning)
	}
	p.At(severity, f)
}

// innerRemedy returns where the timeout of e is set.
func innerRemedy(p *Pass, e graph.Edge) (remedy, bool) {
	parts := p.Effective(e)
	return remedyOfLayers(p, e, &parts[0], policy.TotalTimeout)
}
