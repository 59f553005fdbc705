package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var ingressDeadlineExceeded = &Rule{
	ID:       "ingress-deadline-exceeded",
	Title:    "gateway times out before the service behind it",
	Doc:      ingressDeadlineExceededDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	NoFix:    analyze.InShape,
	Check:    checkIngressDeadlineExceeded,
}

const ingressDeadlineExceededDoc = `
The user gets a 504 while the services behind the gateway still work on the response,
and many users retry. This is "timeout-inversion" at the edge of the estate.

Reported where the time that a gateway gives a request, declared or the product's
default, is less than a single call of the service behind it; and, as info, less than
its hard calls together if traces show that they run in sequence.

    HTTPProxy without a timeoutPolicy        # Contour: 15s
    reports: {calls: [{to: warehouse, timeout: 20s}]}

Not reported: a gateway that waits at least as long; two defaults; and timers for
gaps, as in nginx and Kong, which do not bound a request.

    timeoutPolicy: {response: 25s}

**Fix.** Answer such requests asynchronously, shorten the inner call, or raise the
timeout of the gateway.
`

func checkIngressDeadlineExceeded(p *Pass) {
	for e := range p.Requests() {
		if !fromGateway(p, e) {
			continue
		}
		i, ok := findInversion(p, e)
		switch {
		case !ok:
		case !i.sum:
			reportDeadline(p, e, i)
		case i.need.Observed:
			reportSuccession(p, e, i)
		}
	}
}

func reportDeadline(p *Pass, e graph.Edge, i inversion) {
	g, attempt, most := p.Core, i.part.Attempt, i.need.Max
	last := g.To(i.need.MaxCall)
	f := aboutCall(p, e, min(sureOfBound(attempt), sureOfBound(most)), attempt.Origin(), most.Origin())
	f.Services = append(f.Services, last)
	f.Routes = i.named
	f.Message = fmt.Sprintf("%s times out requests%s after %s, but %s may take %s for its call to %s",
		g.ID(g.From(e)), i.named, english.Duration(attempt.Time), g.ID(g.To(e)), english.Duration(most.Time), g.ID(last))
	r := remedyOf(p, e, i.part, policy.TotalTimeout)
	f.Fix = r.fix(p, most.Time)
	f.Hint = r.hint("raise", fmt.Sprintf("above %s, or shorten the call of %s to %s", english.Duration(most.Time), g.ID(g.To(e)), g.ID(last)))
	f.Values = []analyze.KeyValue{took("attempt", attempt), took("need", most)}
	severity := gradeByTier(p, e, analyze.Warning)
	if !attempt.Explicit() || !most.Explicit() {
		severity = min(severity, analyze.Warning)
	}
	p.At(severity, f)
}

func reportSuccession(p *Pass, e graph.Edge, i inversion) {
	g, attempt := p.Core, i.part.Attempt
	f := aboutCall(p, e, min(sureOfBound(attempt), sureOfBound(i.need.Max)), attempt.Origin(), i.need.Max.Origin())
	f.Values = []analyze.KeyValue{took("attempt", attempt), took("need", i.need.Max)}
	f.Routes = i.named
	f.Message = fmt.Sprintf("%s times out requests%s after %s, but %s",
		g.ID(g.From(e)), i.named, english.Duration(attempt.Time), sequenceText(p, &f, e, i.need))
	f.Hint = fmt.Sprintf("make the calls of %s in parallel, or shorten their timeouts", g.ID(g.To(e)))
	p.At(analyze.Info, f)
}
