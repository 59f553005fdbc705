package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var syncChainTooDeep = &Rule{
	ID:       "sync-chain-too-deep",
	Title:    "a long chain of services that wait for each other",
	Doc:      syncChainTooDeepDoc,
	Severity: analyze.Warning,
	Check:    checkSyncChainTooDeep,
}

const syncChainTooDeepDoc = `
Along a chain of synchronous calls latencies add up and availabilities multiply:
seven services of 99.9 % make 99.3 %, and the first one waits for the slowest day
of each. Timeouts have to grow from one end to the other, retries multiply.

Fires when the longest chain of synchronous calls from an entry has more hops
between services than the limit, 5. Chains that share a part are told once, by
their longest.

    a -> b -> c -> d -> e -> f -> g             six hops

Stays silent at five hops. Only services count: gateways that pass a request on,
databases, caches and what is outside add no hop, and neither do asynchronous
calls. The services of one loop count as one, see "sync-cycle".

**The way out.** Do not fetch through others what can be kept: a copy of the data,
fed by events, a cache, or a direct call past services that only pass the question
on. Split off what need not be done before the answer, and do it asynchronously.
In weir's own manifest "mode: async" on a call says that nobody waits.

The number is the "limit" of the rule in weir.yaml. Source of the 5: in traces
of large systems most call graphs are shallower, with a long tail (Luo et al.,
"Characterizing Microservice Dependency and Performance", SoCC 2021), so that it
tells the outliers.
`

func checkSyncChainTooDeep(p *Pass) {
	isService := func(v graph.Node) bool { return p.Core.Service(v).Kind == graph.KindService }
	for _, c := range analyze.LongestChains(p.Analysis.Sync, isService, p.Limits.ChainDepth) {
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
		Message: fmt.Sprintf("%s calls %s, which eventually calls %s, %d hops between services later, and all wait",
			g.ID(first), g.ID(chain[1]), g.ID(last), hops),
		Hint:     "keep a copy of what the far end knows, or do asynchronously what need not be done before the answer",
		Values:   []analyze.KeyValue{number("hops", hops), number("limit", p.Limits.ChainDepth)},
		Origins:  written(g, calls),
		Services: chain,
	})
}
