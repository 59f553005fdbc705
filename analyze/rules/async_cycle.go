package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var asyncCycle = &Rule{
	ID:       "async-cycle",
	Title:    "cycle with an asynchronous call",
	Doc:      asyncCycleDoc,
	Severity: analyze.Info,
	ByPeople: "the programs have to drop what comes back",
	Check:    checkAsyncCycle,
}

const asyncCycleDoc = `
No caller waits in such a cycle, so it does not endanger availability; it is often
the replacement of a synchronous one. An event that causes itself can still travel
the cycle forever, and the services are hard to release separately.

Reported once for each group of services that call each other in a cycle, if none of
its cycles is entirely synchronous.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [{to: orders, mode: async}]}

Not reported: synchronous cycles (see "sync-cycle"), services that send messages to
themselves only, as with a work queue or through a broker, and cycles that close over the
routes of a gateway or proxy.

**Fix.** Usually none is needed. Make handlers idempotent, and let a message carry a
hop count or the event that caused it.
`

func checkAsyncCycle(p *Pass) {
	g := p.Core
	for _, c := range p.Analysis.Cycles(p.Analysis.Unrouted(g)).Components {
		if c.Sync || programs(g, c.Loop) < 2 {
			continue
		}
		first, last := c.Loop[0], c.Loop[len(c.Loop)-1]
		calls := analyze.CallsAlong(g, append(c.Loop, first)...)
		message := fmt.Sprintf("%s calls %s, which calls %s again; at least one call is asynchronous, so a message can circulate forever", g.ID(first), g.ID(last), g.ID(first))
		if len(c.Loop) > 2 {
			message = fmt.Sprintf("%s calls %s, which eventually calls %s, which calls %s again; at least one call is asynchronous, so a message can circulate forever",
				g.ID(first), g.ID(c.Loop[1]), g.ID(last), g.ID(first))
		}
		p.Report(analyze.Finding{
			Confidence: confidence(g, calls),
			Subject:    joinIDs(g, c.Loop, ","),
			Message:    message + portions(g, c.Loop),
			Hint:       fmt.Sprintf("let %s drop messages that have passed through the cycle, for example by a hop limit", g.ID(first)),
			Values:     []analyze.KeyValue{number("services", len(c.Services)), number("calls", c.Calls)},
			Origins:    written(g, calls),
			Services:   c.Loop,
		})
	}
}

// programs counts the services of a loop that are no brokers.
func programs(g *graph.Graph, loop []graph.Node) int {
	n := 0
	for _, v := range loop {
		if g.Service(v).Kind != graph.KindBroker {
			n++
		}
	}
	return n
}
