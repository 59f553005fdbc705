package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
)

var asyncCycle = &Rule{
	ID:       "async-cycle",
	Title:    "a loop that is closed by an asynchronous call",
	Doc:      asyncCycleDoc,
	Severity: analyze.Info,
	Check:    checkAsyncCycle,
}

const asyncCycleDoc = `
Nobody waits in such a loop, so it is no danger to availability: it is often what
became of a synchronous one. It is worth knowing all the same. An event that
causes itself goes round for ever if nothing stops it, and the services on the
loop can hardly be released apart.

Fires once for each group of services that call each other in a circle of which
no loop is synchronous throughout.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [{to: orders, mode: async}]}

Stays silent about synchronous loops, which are "sync-cycle", and about services
that only send messages to themselves, as with a queue of their own work.

**The way out.** Usually none is needed. Make sure that handlers do nothing the
second time they see a message, and that a message carries how often it went
round or what caused it.
`

func checkAsyncCycle(p *Pass) {
	g := p.Core
	for _, c := range p.Analysis.Cycles(g).Components {
		if c.Sync || len(c.Loop) == 1 {
			continue
		}
		first, last := c.Loop[0], c.Loop[len(c.Loop)-1]
		calls := analyze.CallsAlong(g, append(c.Loop, first)...)
		message := fmt.Sprintf("%s calls %s, which calls %s again, not waiting everywhere", g.ID(first), g.ID(last), g.ID(first))
		if len(c.Loop) > 2 {
			message = fmt.Sprintf("%s calls %s, which eventually calls %s, which calls %s again, not waiting everywhere",
				g.ID(first), g.ID(c.Loop[1]), g.ID(last), g.ID(first))
		}
		p.Report(analyze.Finding{
			Confidence: confidence(g, calls),
			Subject:    joinIDs(g, c.Loop, ","),
			Message:    message,
			Hint:       "make sure that a message which has gone round once is dropped",
			Values:     []analyze.KeyValue{number("services", len(c.Services)), number("calls", c.Calls)},
			Origins:    written(g, calls),
			Services:   c.Loop,
		})
	}
}
