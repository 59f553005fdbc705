package analyze

import (
	"fmt"
	"slices"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutInversion = &Rule{
	ID:       "timeout-inversion",
	Title:    "a caller gives up before its callee does",
	Doc:      timeoutInversionDoc + waysOut(fixTotal),
	Severity: Warning,
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
		if p.entry(e) || driven(p.Core, e) {
			continue
		}
		if i, ok := p.inverted(e); ok {
			p.reportInversion(e, i)
		}
	}
}

// An inversion is a call that ends before its callee is done.
type inversion struct {
	part  *Part  // that gives up first
	named string // which part it is, see which
	need  need   // of the callee
	sum   bool   // each call of the callee fits, but not one after the other
}

// inverted reports whether the callee of e needs longer than an attempt of e lasts.
func (p *Pass) inverted(e graph.Edge) (inversion, bool) {
	g, loops := p.Core, p.run.components()
	if loops.of[g.From(e)] == loops.of[g.To(e)] {
		return inversion{}, false
	}
	i := inversion{need: p.run.need(g.To(e))}
	if i.need.most.State != policy.Finite {
		return i, false
	}
	parts := p.Effective(e)
	if i.part, i.named = firstToEnd(parts, i.need.most.Time); i.part != nil {
		return i, chosen(i.part.Attempt) || chosen(i.need.most)
	}
	i.sum = true
	i.part, i.named = firstToEnd(parts, i.need.sum)
	return i, i.part != nil && i.need.calls > 1 && i.part.Attempt.Explicit()
}

// firstToEnd returns the part of a call whose attempts end first, if that is
// before a time.
func firstToEnd(parts []Part, before time.Duration) (first *Part, named string) {
	found, named := which(parts, func(part *Part) bool { return part.Attempt.State == policy.Finite && part.Attempt.Time < before })
	for _, part := range found {
		if first == nil || part.Attempt.Time < first.Attempt.Time {
			first = part
		}
	}
	return first, named
}

// chosen reports whether people wrote any setting that a bound is made of.
func chosen(b policy.Limit) bool {
	return slices.ContainsFunc(b.By, func(d policy.Decision) bool {
		return d.Provenance == policy.Explicit || d.Provenance == policy.MeshDefault
	})
}

func (p *Pass) reportInversion(e graph.Edge, i inversion) {
	g, attempt := p.Core, i.part.Attempt
	b, most := g.ID(g.To(e)), i.need.most
	f := p.about(e, min(sureOfBound(attempt), sureOfBound(most)), attempt.Origin(), most.Origin())
	f.Values = []KeyValue{took("attempt", attempt), took("need", most)}
	if i.sum {
		f.Message = fmt.Sprintf("%s and gives up%s after %s; %s", p.ends(e), i.named, english.Duration(attempt.Time), p.succession(&f, e, i.need))
		f.Hint = "make the calls in parallel, or shorten their timeouts"
		p.At(Info, f)
		return
	}
	f.Services = append(f.Services, g.To(i.need.longest))
	f.Message = fmt.Sprintf("%s and gives up%s after %s, but %s may take %s to hear from %s: it works for nobody then",
		p.ends(e), i.named, english.Duration(attempt.Time), b, english.Duration(most.Time), g.ID(g.To(i.need.longest)))
	f.Hint = fmt.Sprintf("bring the call of %s down to %s, or let its caller wait longer, if its own callers do", callID(g, i.need.longest), english.Duration(attempt.Time))
	if words := p.innerFix(i.need.longest); words != "" {
		f.Hint = fmt.Sprintf("bring the call of %s down to %s by %s, or let its caller wait longer, if its own callers do",
			callID(g, i.need.longest), english.Duration(attempt.Time), words)
	}
	severity := p.grade(e, Warning)
	if !attempt.Explicit() || !most.Explicit() {
		severity = min(severity, Warning)
	}
	p.At(severity, f)
}

// succession says how long the calls of the callee of e take one after the other, in
// a finding about that.
func (p *Pass) succession(f *Finding, e graph.Edge, n need) string {
	f.Values = append(f.Values, KeyValue{"sum", english.Duration(n.sum)})
	calls, sum := fmt.Sprintf("the %d calls that %s makes", n.calls, p.Core.ID(p.Core.To(e))), english.Duration(n.sum)
	if n.seen {
		return calls + " one after the other, as traces show, can take " + sum
	}
	f.Confidence = Assumed
	return calls + " can take " + sum + ", if one comes after the other"
}

// innerFix says where the timeout of e is written.
func (p *Pass) innerFix(e graph.Edge) string {
	parts := p.Effective(e)
	return p.fixed(e, &parts[0], fixTotal)
}
