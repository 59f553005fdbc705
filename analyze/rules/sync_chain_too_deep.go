package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var syncChainTooDeep = &Rule{
	ID:       "sync-chain-too-deep",
	Title:    "deep chain of synchronous calls",
	Doc:      syncChainTooDeepDoc,
	Severity: analyze.Warning,
	ByPeople: "the program has to keep a copy, or to do without",
	Check:    checkSyncChainTooDeep,
}

const syncChainTooDeepDoc = `
Along a chain of synchronous calls latencies add up and availabilities multiply:
seven services of 99.9 % give 99.3 %. Timeouts have to grow along the chain, and
retries multiply.

Reported if the longest chain of synchronous calls from an entry point has more hops
between services than the limit, 5. Chains that share a part are reported once, by the
longest.

    a -> b -> c -> d -> e -> f -> g             six hops

Not reported: five hops or fewer. Only services count: gateways, databases, caches
and external services add no hop, and neither do asynchronous calls and start orders.
The services of one cycle count as one (see "sync-cycle").

**Fix.** Keep a copy of the data instead of fetching it through other services: a copy
fed by events, a cache, or a direct call past services that only forward the request.
Move work that is not needed for the response out of the chain and do it
asynchronously ("mode: async" on a call of the native manifest).

The number is the "limit" of the rule in weir.yaml. Source of the 5: in traces of
large systems most call graphs are shallower, with a long tail (Luo et al.,
"Characterizing Microservice Dependency and Performance", SoCC 2021).
`

func checkSyncChainTooDeep(p *Pass) {
	isService := func(v graph.Node) bool { return p.Core.Service(v).Kind == graph.KindService }
	for _, c := range analyze.LongestChains(p.Analysis.Addressed(), isService, p.Limits.ChainDepth) {
		reportChain(p, c.Services, c.Hops)
	}
}

func reportChain(p *Pass, chain []graph.Node, hops int) {
	g := p.Core
	first, last := chain[0], chain[len(chain)-1]
	calls := analyze.CallsAlong(g, chain...)
	p.Report(analyze.Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, chain, ">"),
		Message: fmt.Sprintf("%s calls %s, which eventually calls %s after %d hops between services, all synchronous",
			g.ID(first), g.ID(chain[1]), g.ID(last), hops),
		Hint:     "keep a copy of the data of the last service, or make calls asynchronous that the response does not need",
		Values:   []analyze.KeyValue{number("hops", hops), number("limit", p.Limits.ChainDepth)},
		Origins:  written(g, calls),
		Services: chain,
	})
}
