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
	Title:    "caller times out before its callee",
	Doc:      timeoutInversionDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	NoFix:    analyze.InShape,
	Check:    checkTimeoutInversion,
}

const timeoutInversionDoc = `
If a gives up after one second and b waits three seconds for c, b works for a caller
that is gone: its worker is held, and a may have retried already. Under load such
work displaces useful work.

Reported where an attempt of a call may take less time than a single call that its
callee makes. The caller's bound on an attempt, if it has one, is compared with all
attempts of the callee including its fallback.

    bff:    {calls: [{to: orders, timeout: 1s}]}
    orders: {calls: [{to: stock, timeout: 3s}]}

Severity: warning; error if both values are declared and the caller is of tier 1;
info if each call fits, but the hard calls of the callee one after the other do not.
If traces show which of these calls run in parallel or belong to different requests,
only calls made in sequence are added up.

Not reported: an inner call that is not longer than the outer one; cycles; two
product defaults; an inner call without any bound (see "timeout-missing"). Callees
that propagate the deadline of their caller, as gRPC can, give up in time: add an
ignore entry for those.

    bff:    {calls: [{to: orders, timeout: 3s}]}
    orders: {calls: [{to: stock, timeout: 2s, perTry: 500ms}]}

**Fix.** Shorten the inner timeout, or lengthen the outer one if its own callers
allow it: timeouts shrink from the entry point inwards.

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
	f.Routes = i.named
	if i.sum {
		f.Message = fmt.Sprintf("%s and times out%s after %s; %s", callText(p, e), i.named, english.Duration(attempt.Time), sequenceText(p, &f, e, i.need))
		f.Hint = "make the calls in parallel, or shorten their timeouts"
		p.At(analyze.Info, f)
		return
	}
	f.Services = append(f.Services, g.To(i.need.MaxCall))
	f.Message = fmt.Sprintf("%s and times out%s after %s, but %s waits up to %s for %s: its work is wasted",
		callText(p, e), i.named, english.Duration(attempt.Time), b, english.Duration(most.Time), g.ID(g.To(i.need.MaxCall)))
	f.Hint = fmt.Sprintf("shorten the call %s to %s, or raise the timeout of its caller as far as its own callers allow", callID(g, i.need.MaxCall), english.Duration(attempt.Time))
	if r, ok := innerRemedy(p, i.need.MaxCall); ok {
		f.Hint = fmt.Sprintf("shorten the call %s and its fallback until both end within %s, or let its caller wait longer, if its own callers do",
			callID(g, i.need.MaxCall), english.Duration(attempt.Time))
		if left, fits := withinCaller(p, i); fits {
			f.Fix = shorterFix(p, r, left)
			f.Hint = r.hint("set", fmt.Sprintf("to %s for %s, or let its caller wait longer, if its own callers do", english.Duration(left), callID(g, i.need.MaxCall)))
		}
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
