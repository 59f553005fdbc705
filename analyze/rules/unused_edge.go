package rules

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var unusedEdge = &Rule{
	ID:       "unused-edge",
	Title:    "declared call that is not observed",
	Doc:      unusedEdgeDoc,
	Severity: analyze.Info,
	NoFix:    analyze.Meant,
	Check:    checkUnusedEdge,
}

const unusedEdgeDoc = `
A declared call that does not happen is still configured, permitted and secured, and
counts in every failure analysis. Often it is left over from a migration.

Reported for a declared call between two services of each of which 100 calls or more
were observed, including calls of the caller, if this call was not observed.

    services:
    - {name: cart, calls: [pricing, legacy-tax]}   # 500 calls of cart observed, none to legacy-tax

The members of a pool or failover are one finding, if none of them was observed. A call that only source code
shows is reported like a declared one; where both are there, the finding says so, and where the code of the caller
was read and does not name the callee, too.

Not reported: fallbacks and mirrors; a member of a split of whose share fewer than 100
calls would be expected; calls that are merely allowed or have weak
evidence; jobs; a broker whose topics the service was observed to use; telemetry and
health checks; and traces that show too little of either side.

**Fix.** Check whether a rare path needs the call: the end of a month, a failure, a
disabled feature. If not, remove the address from the caller's configuration or code and the
permission from its policies. If so, declare it.

- weir.yaml: an "ignore" entry with the reason, or "fallback: true" on the call.

The result depends on sampling. 100 calls are few for a path that one request in a
thousand takes.
`

// enoughCalls are those of a service that must be seen before the absence of one
// means anything.
const enoughCalls = 100

func checkUnusedEdge(p *Pass) {
	g := p.Analysis.Strong
	reported := map[graph.GroupID]bool{}
	t := traffic{p, g, map[graph.Node][2]float64{}}
	for e := range graph.Edge(g.Calls()) {
		others := analyze.Others(g, e)
		if reported[others] || !t.lacks(e) {
			continue
		}
		calls := group{e}
		if others != graph.NoGroup {
			reported[others] = true
			calls = g.CallsIn(others)
			if slices.ContainsFunc(calls, func(e graph.Edge) bool { return !t.lacks(e) }) {
				continue
			}
		}
		reportUnused(t, calls)
	}
	t.g = p.Core
	for e := range graph.Edge(p.Core.Calls()) {
		if p.Core.OnlyInCode(e) && p.Core.Strength(e) == graph.Strong && t.lacks(e) {
			reportUnused(t, group{e})
		}
	}
}

// traffic is what was seen of services.
type traffic struct {
	p    *Pass
	g    *graph.Graph // whose calls are asked for
	seen map[graph.Node][2]float64
}

// of is analyze.ObservedCalls.
func (t traffic) of(v graph.Node) (made, all float64) {
	calls, ok := t.seen[v]
	if !ok {
		calls[0], calls[1] = analyze.ObservedCalls(t.p.Graph, v)
		t.seen[v] = calls
	}
	return calls[0], calls[1]
}

// lacks reports whether e is declared or in code and would have been observed if it were made.
func (t traffic) lacks(e graph.Edge) bool {
	g := t.g
	c := g.Attributes(e)
	if c.Observed || !c.Declared && !c.InCode || c.Fallback || c.Mirror || c.From == c.To || !analyze.IsOwn(g.Service(c.From)) || g.ObservedAsTopics(e) || g.ObservedAsName(e) {
		return false
	}
	made, ofCaller := t.of(c.From)
	_, ofCallee := t.of(c.To)
	share := 1.0
	if analyze.Others(g, e) == graph.NoGroup {
		share = analyze.ShareOf(g, e)
	}
	return made > 0 && math.Min(share*ofCaller, ofCallee) >= enoughCalls
}

// reportUnused reports a call, or those to all members of a group.
func reportUnused(t traffic, calls group) {
	p := t.p
	g, e := t.g, calls[0]
	c, callees := g.Call(e), calls.callees(g)
	made, ofCaller := t.of(c.From)
	_, ofCallee := t.of(c.To)
	f := analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    callID(g, e),
		Message: fmt.Sprintf("%s is declared to call %s, but none of its %s observed calls goes there",
			g.ID(c.From), someIDs(g, callees), english.Number(made)),
		Hint:     "remove it from the caller's configuration, unless a rare path needs it",
		Values:   []analyze.KeyValue{keyValue("callsOfCaller", english.Number(ofCaller)), keyValue("callsOfCallee", english.Number(ofCallee))},
		Origins:  written(g, calls),
		Services: append([]graph.Node{c.From}, callees...),
		Owners:   []graph.Node{c.From},
	}
	switch {
	case g.OnlyInCode(e):
		f.Message = fmt.Sprintf("the code of %s calls %s, but none of its %s observed calls goes there", g.ID(c.From), someIDs(g, callees), english.Number(made))
		f.Hint = "remove it from the caller's code, unless a rare path needs it"
	case c.InCode:
		f.Hint = "its code names the callee, too: remove both, unless a rare path needs it"
	case hasCode(g, c.From):
		f.Message += ", and its code names no such callee"
	}
	if len(calls) > 1 {
		f.AlsoAbout = calls.subjects(g)
		f.Message = fmt.Sprintf("%s is declared to call one of %s, but none of its %s observed calls goes to any of them",
			g.ID(c.From), someIDs(g, callees), english.Number(made))
	}
	p.Report(f)
}

// hasCode reports whether code shows calls of a service.
func hasCode(g *graph.Graph, v graph.Node) bool {
	for e, end := g.Out(v); e < end; e++ {
		if g.Attributes(e).InCode {
			return true
		}
	}
	return false
}
