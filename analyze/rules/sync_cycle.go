package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var syncCycle = &Rule{
	ID:       "sync-cycle",
	Title:    "services wait for each other in a circle",
	Doc:      syncCycleDoc,
	Severity: analyze.Error,
	Check:    checkSyncCycle,
}

const syncCycleDoc = `
A request that goes round in a circle holds a worker in every service of it, the
first one included. Under load all workers of all of them wait for each other, and
nothing gets done until timeouts free them. The services cannot be started one
after the other, cannot be released apart, and one slow service is a slow circle.

Fires once for each group of services that call each other in a circle by
synchronous calls, and for a service that so calls itself. It shows one of the
shortest loops.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [orders]}      # to ask what is reserved

Stays silent when one call of the loop is asynchronous ("async-cycle" tells of
those), about databases, caches and brokers that talk to their own replicas, and
about a service that calls itself as only traces show: one of its operations may well
ask another, on another replica.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [{to: orders, mode: async}]}

It is an error when every call on the loop is proven. Where one rests on weak
evidence, such as a start order in a compose file, it is a warning, and none at all
where some of its services are on a proven loop already; calls that are merely
allowed do not count. A loop over different operations, which no single
request goes round, still ties start and release: if that is wanted, say so with
an exception.

**The way out.** Cut the loop at the calls named in the hint: together they cost the
least of all that leave no loop ("weir cycles" tells why each is cheap).

- Send along what the callee would ask for, so that it need not ask.
- Answer by an event: the callee publishes, the caller keeps what it needs.
- Move what both need into a third service that calls neither.

Kubernetes and compose: remove the callee's address from the environment of the
service that no longer calls it. Native manifest: "mode: async" on the call.
Backstage: remove the "dependsOn" or "consumesApis" entry, or model the event as
an API that is provided and consumed.

Source: Taibi and Lenarduzzi, "On the Definition of Microservice Bad Smells",
IEEE Software 2018 (cyclic dependency).
`

func checkSyncCycle(p *Pass) {
	told := make([]bool, p.Core.Len())
	for _, c := range p.Analysis.Cycles(analyze.Synchronous(p.Analysis.Strong)).Components {
		for _, v := range c.Services {
			told[v] = true
		}
		reportSyncCycle(p, c)
	}
	for _, c := range p.Analysis.Cycles(p.Analysis.Sync).Components {
		if !slices.ContainsFunc(c.Services, func(v graph.Node) bool { return told[v] }) {
			reportSyncCycle(p, c)
		}
	}
}

func reportSyncCycle(p *Pass, c analyze.Cycle) {
	g, first := p.Core, c.Loop[0]
	if len(c.Loop) == 1 && (!analyze.IsOwn(g.Service(first)) || onlySeen(g, first)) {
		return
	}
	calls := analyze.CallsAlong(g, append(c.Loop, first)...)
	p.Report(analyze.Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, c.Loop, ","),
		Message:    circle(g, c),
		Hint:       cutHint(g, c),
		Values:     []analyze.KeyValue{number("services", len(c.Services)), number("calls", c.Calls)},
		Origins:    written(g, calls),
		Services:   c.Loop,
	})
}

// onlySeen reports whether only traces show that v calls itself.
func onlySeen(g *graph.Graph, v graph.Node) bool {
	e, ok := g.Edge(v, v)
	return ok && !g.Call(e).Declared
}

// circle tells a loop of synchronous calls in one sentence.
func circle(g *graph.Graph, c analyze.Cycle) string {
	first, last := g.ID(c.Loop[0]), g.ID(c.Loop[len(c.Loop)-1])
	var told string
	switch len(c.Loop) {
	case 1:
		return first + " calls itself and waits for the answer"
	case 2:
		told = fmt.Sprintf("%s calls %s, which calls %s again, and each waits for the other", first, last, first)
	default:
		told = fmt.Sprintf("%s calls %s, which eventually calls %s, which calls %s again, and all %d wait for each other",
			first, g.ID(c.Loop[1]), last, first, len(c.Loop))
	}
	if more := len(c.Services) - len(c.Loop); more > 0 {
		told += fmt.Sprintf("; %s on further such loops with them", english.Count(more, "service"))
	}
	return told
}

// fewCuts are told by name.
const fewCuts = 3

// cutAdvice says how to cut a call, which is told as "a to b".
func cutAdvice(cut analyze.Cut, call string) string {
	switch cut.Reason {
	case analyze.CutDoubtful:
		return fmt.Sprintf("find out whether the call of %s is made at all, for which there is only weak evidence, and end it", call)
	case analyze.CutSoft:
		return fmt.Sprintf("end the call of %s (%s), or replace it by an event", call, cut.Why)
	case analyze.CutAsyncAble:
		return fmt.Sprintf("replace the call of %s by an event (%s)", call, cut.Why)
	}
	return fmt.Sprintf("replace the call of %s by an event, or send along what it asks for", call)
}
