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
	Title:    "declared call that is not observed",
	Doc:      unusedEdgeDoc,
	Severity: analyze.Info,
	Check:    checkUnusedEdge,
}

const unusedEdgeDoc = `
A declared call that does not happen is still configured, permitted and secured, and
counts in every failure analysis. Often it is left over from a migration.

Reported for a declared call between two services of each of which 100 calls or more
were observed, including calls of the caller, if this call was not observed.

    services:
    - {name: cart, calls: [pricing, legacy-tax]}   # 500 calls of cart observed, none to legacy-tax

Not reported: fallbacks and mirrors; calls that are merely allowed or have weak
evidence; jobs; a broker whose topics the service was observed to use; telemetry and
health checks; and traces that show too little of either side.

**Fix.** Check whether a rare path needs the call: the end of a month, a failure, a
disabled feature. If not, remove the address from the caller's configuration and the
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
			Message: fmt.Sprintf("%s is declared to call %s, but none of its %s observed calls goes there",
				g.ID(c.From), g.ID(c.To), english.Number(made)),
			Hint:     "remove it from the caller's configuration, unless a rare path needs it",
			Values:   []analyze.KeyValue{keyValue("callsOfCaller", english.Number(ofCaller)), keyValue("callsOfCallee", english.Number(ofCallee))},
			Origins:  written(g, []graph.Edge{e}),
			Services: []graph.Node{c.From, c.To},
			Owners:   []graph.Node{c.From},
		}
		p.Report(f)
	}
}
