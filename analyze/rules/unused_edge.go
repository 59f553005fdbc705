package rules

import (
	"fmt"
	"math"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var unusedEdge = &Rule{
	ID:       "unused-edge",
	Title:    "a declared call that is never made",
	Doc:      unusedEdgeDoc,
	Severity: analyze.Info,
	Check:    checkUnusedEdge,
}

const unusedEdgeDoc = `
A declared call that nobody makes costs twice: it is kept configured, permitted and
secured, and everybody who reasons about failures counts with it. Often it is what a
migration left behind.

Fires for a declared call between two services of each of which 100 calls or more were
seen, and among them calls that the caller makes, while this one was never seen.

    services:
    - {name: cart, calls: [pricing, legacy-tax]}   # 500 calls of cart seen, none to legacy-tax

Stays silent about fallbacks and mirrors, which wait for their day; about calls that
are merely allowed or rest on weak evidence; about jobs, which run at their own hours;
about a broker whose topics the service was seen to use; about telemetry and health
checks; and when the traces show too little of either side.

**The way out.** Look whether a rare path needs the call: month's end, a failure, a
feature that is off. If none does, take the address out of the caller's configuration
and the permission out of its policies. If one does, say so.

- weir.yaml: an entry of "ignore" with the reason, or "fallback: true" on the call.

How much is seen depends on how the traces were sampled. 100 calls are few for a path
that one request in a thousand takes.
`

// enoughCalls are those of a service that must be seen before the absence of one
// means anything.
const enoughCalls = 100

func checkUnusedEdge(p *Pass) {
	g := p.Analysis.Strong
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		if c.Observed || !c.Declared || c.Fallback || c.Mirror || c.From == c.To || !analyze.IsOwn(g.Service(c.From)) || g.ObservedAsTopics(e) {
			continue
		}
		made, ofCaller := analyze.ObservedCalls(p.Graph, c.From)
		_, ofCallee := analyze.ObservedCalls(p.Graph, c.To)
		if made == 0 || math.Min(ofCaller, ofCallee) < enoughCalls {
			continue
		}
		f := analyze.Finding{
			Confidence: analyze.Assumed,
			Subject:    callID(g, e),
			Message: fmt.Sprintf("%s is declared to call %s, and among %s calls of its own that were seen there is none",
				g.ID(c.From), g.ID(c.To), english.Number(made)),
			Hint:     "if no rare path needs it, remove it from the caller's configuration",
			Values:   []analyze.KeyValue{keyValue("callsOfCaller", english.Number(ofCaller)), keyValue("callsOfCallee", english.Number(ofCallee))},
			Origins:  written(g, []graph.Edge{e}),
			Services: []graph.Node{c.From, c.To},
			Owners:   []graph.Node{c.From},
		}
		p.Report(f)
	}
}
