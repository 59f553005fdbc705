package analyze

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
)

var retryInCycle = &Rule{
	ID:       "retry-in-cycle",
	Title:    "retries go round in a circle",
	Doc:      retryInCycleDoc + waysOut(fixRetries),
	Severity: Error,
	Check:    checkRetryInCycle,
	Replaces: []string{"sync-cycle"},
}

const retryInCycleDoc = `
In a circle of services each of which waits for the next, one failure comes back to
where it began. If a call of the circle is repeated on errors, it comes back more than
once, and every time around multiplies it again: a single error can keep the circle
busy after its cause is gone.

Fires for a loop of synchronous calls of which one is repeated on error answers, on
slowness that can occur, or without end. It stands for "sync-cycle" on that loop.

    a: {calls: [{to: b, retry: {retries: 1, on: [response-5xx]}}]}
    b: {calls: [c]}
    c: {calls: [a]}

Stays silent where the loop repeats connections alone ("sync-cycle" tells of it then),
and where a call of it is asynchronous.

    a: {calls: [{to: b, retry: {retries: 1, on: [connect]}}]}

It is a warning where a call on the loop has only weak evidence. A loop over different
operations, which no single request goes round, does not multiply: excuse it.

**The way out.** Take the retries out of the loop first; then cut it (see
"sync-cycle").
`

func checkRetryInCycle(p *Pass) {
	amp := p.run.amplified()
	for _, c := range Loops(p.run.sync).Components {
		calls := p.multiplying(c.Loop)
		loop := c.Loop
		if calls == nil {
			if loop = p.multiplyingLoop(amp, c); loop == nil {
				continue
			}
			calls = p.multiplying(loop)
		}
		p.reportCircle(c, loop, calls)
	}
}

// multiplying returns the calls of a loop that are repeated on errors.
func (p *Pass) multiplying(loop []graph.Node) []graph.Edge {
	var calls []graph.Edge
	for _, e := range p.around(loop) {
		if p.run.repeats(e) > 1 {
			calls = append(calls, e)
		}
	}
	return calls
}

// around returns the calls of a loop.
func (p *Pass) around(loop []graph.Node) []graph.Edge {
	return callsAlong(p.Core, append(slices.Clone(loop), loop[0])...)
}

// multiplyingLoop returns a shortest loop of a component through a call that is
// repeated on errors, from its smallest service; nil if there is no such call.
func (p *Pass) multiplyingLoop(a *amplification, c Cycle) []graph.Node {
	if !math.IsInf(a.resp[a.c.of[c.Services[0]]], 1) {
		return nil
	}
	g := p.Core
	var best []graph.Node
	for _, v := range c.Services {
		for e, end := g.Out(v); e < end; e++ {
			w := g.To(e)
			if g.Mode(e) != graph.Sync || a.c.of[w] != a.c.of[v] || p.run.repeats(e) <= 1 {
				continue
			}
			if loop := (&chains{c: a.c}).cross(p.run.sync, w, v); best == nil || len(loop) < len(best) {
				best = loop
			}
		}
	}
	if best == nil {
		return nil
	}
	first := slices.Index(best, slices.Min(best))
	return append(slices.Clone(best[first:]), best[:first]...)
}

func (p *Pass) reportCircle(c Cycle, loop []graph.Node, repeated []graph.Edge) {
	g := p.Core
	all := p.around(loop)
	factor := 1.0
	for _, e := range repeated {
		factor *= p.run.repeats(e)
	}
	f := Finding{
		Confidence: confidence(g, all),
		Subject:    joinIDs(g, loop, ","),
		Message: fmt.Sprintf("%s wait for each other in a circle in which the call of %s to %s is repeated on errors: one error is %s after one round",
			someIDs(g, loop), g.ID(g.From(repeated[0])), g.ID(g.To(repeated[0])), many(factor)),
		Hint:     "take the retries out of the loop; then " + cutHint(g, c),
		Values:   []KeyValue{number("services", len(c.Services)), {"factor", many(factor)}},
		Services: loop,
	}
	severity := Error
	if !p.anyChose(repeated) {
		severity = Info
	}
	for _, e := range repeated {
		for _, part := range p.Effective(e) {
			for _, l := range part.repeating() {
				if o := retryOrigin(l); o.File != "" && !slices.Contains(f.Origins, o) {
					f.Origins = append(f.Origins, o)
				}
			}
		}
	}
	for _, o := range written(g, all) {
		if !slices.Contains(f.Origins, o) {
			f.Origins = append(f.Origins, o)
		}
	}
	p.At(severity, f)
}
