package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var syncCycle = &Rule{
	ID:       "sync-cycle",
	Title:    "synchronous call cycle",
	Doc:      syncCycleDoc,
	Severity: analyze.Error,
	ByPeople: "the services have to be cut differently",
	Check:    checkSyncCycle,
}

const syncCycleDoc = `
A request that travels around a cycle holds a worker in every service of the cycle,
including the first. Under load, all workers wait for each other until timeouts free
them. The services cannot be started one after the other or released separately, and
one slow service slows the whole cycle.

Reported once for each group of services that call each other in a cycle of
synchronous calls, and for a service that calls itself synchronously. The finding
shows one of the shortest cycles.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [orders]}      # to look up reservations

Not reported: cycles with an asynchronous call (see "async-cycle"), or with one that hands a mail
to a server, which sends it on later; members of one
cluster that name each other, and databases, caches and brokers that talk to their own
replicas; a service that calls the balancer in front of itself, if the balancer spreads
requests over replicas of it and no other way leads back; and a service that calls
itself according to traces only, since one of its operations may call another one on
another replica; and a cycle of which every step is the order of a start: no call in it
is known.

    services:
    - {name: orders, calls: [stock]}
    - {name: stock, calls: [{to: orders, mode: async}]}

Severity: error if every call in the cycle has strong evidence, and warning if all that shows one is the name
of a host in a setting, without a protocol. Info if a gateway closes it, by
one of several routes: a request goes round only if the call back takes that route again, but the
service needs the gateway for what it could call itself. Warning if one has
weak evidence, such as a start order in a compose file; not reported then if some of
its services are part of a cycle with strong evidence. Calls that are merely allowed
do not count. A cycle across different operations, which no single request travels,
still couples start and release; if that is intended, add an ignore entry.

**Fix.** Remove the calls named in the hint: they are the cheapest set that leaves no
cycle ("weir cycles" explains the cost of each).

- Pass the data in the request, so that the callee does not need to ask for it.
- Reply by an event: the callee publishes, the caller stores what it needs.
- Move what both need into a third service that calls neither.

Kubernetes and compose: remove the callee's address from the environment of the
service that no longer calls it. Native manifest: set "mode: async" on the call.
Backstage: remove the "dependsOn" or "consumesApis" entry, or model the event as an
API that is provided and consumed.

Source: Taibi and Lenarduzzi, "On the Definition of Microservice Bad Smells",
IEEE Software 2018 (cyclic dependency).
`

func checkSyncCycle(p *Pass) {
	told := make([]bool, p.Core.Len())
	strong := analyze.Awaited(analyze.Synchronous(p.Analysis.Strong))
	for _, of := range []struct {
		g      *graph.Graph
		report func(*Pass, analyze.Cycle)
	}{
		{p.Analysis.Unrouted(strong), reportSyncCycle},
		{p.Analysis.Unrouted(analyze.Awaited(p.Analysis.Sync)), reportSyncCycle},
		{strong, reportReturn},
	} {
		components := p.Analysis.Cycles(of.g).Components
		components = slices.DeleteFunc(slices.Clone(components), func(c analyze.Cycle) bool {
			return slices.ContainsFunc(c.Services, func(v graph.Node) bool { return told[v] })
		})
		for _, c := range components {
			for _, v := range c.Services {
				told[v] = true
			}
			if !isStartOrders(p, c) {
				of.report(p, c)
			}
		}
	}
}

// isStartOrders reports whether all that shows the calls of a cycle is in which order its services start.
func isStartOrders(p *Pass, c analyze.Cycle) bool {
	for _, e := range analyze.CallsAlong(p.Core, append(slices.Clone(c.Loop), c.Loop[0])...) {
		evidence := p.Core.Evidence(e)
		if len(evidence) == 0 || slices.ContainsFunc(evidence, func(shown graph.Evidence) bool { return !shown.IsStartOrder() }) {
			return false
		}
	}
	return true
}

// reportReturn reports services that call the gateway in front of them.
func reportReturn(p *Pass, c analyze.Cycle) {
	g := p.Core
	calls := analyze.CallsAlong(g, append(c.Loop, c.Loop[0])...)
	route := slices.IndexFunc(calls, func(e graph.Edge) bool { return analyze.IsRoute(g, e) })
	if route < 0 {
		return
	}
	gateway, behind := g.ID(g.From(calls[route])), g.ID(g.To(calls[route]))
	last := calls[(route+len(calls)-1)%len(calls)]
	message := fmt.Sprintf("%s routes to %s, which calls %s again", gateway, behind, gateway)
	if len(calls) > 2 {
		message = fmt.Sprintf("%s routes to %s, which eventually calls %s, which calls %s again", gateway, behind, g.ID(g.From(last)), gateway)
	}
	if more := len(c.Services) - len(c.Loop); more > 0 {
		message += fmt.Sprintf("; %s in further such cycles with them", english.Count(more, "service"))
	}
	p.At(analyze.Info, analyze.Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, c.Loop, ","),
		Message:    message,
		Hint:       fmt.Sprintf("let %s call what it needs behind %s directly", g.ID(g.From(last)), gateway),
		Values:     []analyze.KeyValue{number("services", len(c.Services)), number("calls", c.Calls)},
		Origins:    written(g, calls),
		Services:   c.Loop,
	})
}

func reportSyncCycle(p *Pass, c analyze.Cycle) {
	g, first := p.Core, c.Loop[0]
	if len(c.Loop) == 1 && (!analyze.IsOwn(g.Service(first)) || onlySeen(g, first)) {
		return
	}
	calls := analyze.CallsAlong(g, append(c.Loop, first)...)
	severity, sure := analyze.Error, confidence(g, calls)
	if slices.ContainsFunc(calls, func(e graph.Edge) bool { return onlyNamed(g.Call(e)) }) {
		severity, sure = analyze.Warning, analyze.Assumed
	}
	p.At(severity, analyze.Finding{
		Confidence: sure,
		Subject:    joinIDs(g, c.Loop, ","),
		Message:    circle(g, c),
		Hint:       cutHint(g, c),
		Values:     []analyze.KeyValue{number("services", len(c.Services)), number("calls", c.Calls)},
		Origins:    written(g, calls),
		Services:   c.Loop,
	})
}

// onlyNamed reports whether all that shows a call is the name of its callee in a setting of its own, with no
// protocol: a program also has such names to trust a proxy in front of it, to write links, or to hand them on.
func onlyNamed(c graph.Call) bool {
	named := false
	for _, e := range c.Evidence {
		switch {
		case e.Strength < graph.Strong:
		case strings.HasSuffix(e.Way, "-host") && e.Mode == graph.ModeUnknown:
			named = true
		default:
			return false
		}
	}
	return named && c.Protocol == ""
}

// onlySeen reports whether only traces show that v calls itself.
func onlySeen(g *graph.Graph, v graph.Node) bool {
	e, ok := g.Edge(v, v)
	return ok && !g.Attributes(e).Declared
}

// circle describes a loop of synchronous calls in one sentence.
func circle(g *graph.Graph, c analyze.Cycle) string {
	first, last := g.ID(c.Loop[0]), g.ID(c.Loop[len(c.Loop)-1])
	var told string
	switch len(c.Loop) {
	case 1:
		return first + " calls itself and waits for the answer"
	case 2:
		told = fmt.Sprintf("%s calls %s, which calls %s again, both synchronously", first, last, first)
	default:
		told = fmt.Sprintf("%s calls %s, which eventually calls %s, which calls %s again, all %d synchronously",
			first, g.ID(c.Loop[1]), last, first, len(c.Loop))
	}
	if more := len(c.Services) - len(c.Loop); more > 0 {
		told += fmt.Sprintf("; %s in further such cycles with them", english.Count(more, "service"))
	}
	return told + portions(g, c.Loop)
}
