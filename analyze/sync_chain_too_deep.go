package analyze

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
)

var syncChainTooDeep = &Rule{
	ID:       "sync-chain-too-deep",
	Title:    "a long chain of services that wait for each other",
	Doc:      syncChainTooDeepDoc,
	Severity: Warning,
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
	g := p.run.sync
	chains := deepen(g, findComponents(g), func(v graph.Node) int32 {
		if g.Service(v).Kind == graph.KindService {
			return 1
		}
		return 0
	})
	var entries []graph.Node
	for v := range graph.Node(g.Len()) {
		if chains.hops(v) > p.Limits.ChainDepth && chains.begins(g, v) {
			entries = append(entries, v)
		}
	}
	slices.SortFunc(entries, func(a, b graph.Node) int {
		return cmp.Or(cmp.Compare(chains.hops(b), chains.hops(a)), cmp.Compare(a, b))
	})
	told := make([]bool, chains.c.len())
	for _, v := range entries {
		if chains.mark(v, told) {
			p.reportChain(chains.from(g, v), chains.hops(v))
		}
	}
}

// hops returns the calls between services on the longest chain from v.
func (ch *chains) hops(v graph.Node) int { return int(ch.length(v)) - 1 }

// begins reports whether no longer chain leads to v: nobody calls its component,
// and v is the first of it.
func (ch *chains) begins(g *graph.Graph, v graph.Node) bool {
	members := ch.c.services(ch.c.of[v])
	return members[0] == v && !slices.ContainsFunc(members, func(w graph.Node) bool {
		return slices.ContainsFunc(g.In(w), func(e graph.Edge) bool { return ch.c.of[g.From(e)] != ch.c.of[w] })
	})
}

// mark marks the components on the longest chain from v, and reports whether
// none of them was marked before. Longest chains that meet go on as one, so
// nothing is walked twice.
func (ch *chains) mark(v graph.Node, told []bool) bool {
	for {
		i := ch.c.of[v]
		if told[i] {
			return false
		}
		told[i] = true
		if ch.exit[i] == none {
			return true
		}
		v = ch.entry[i]
	}
}

func (p *Pass) reportChain(chain []graph.Node, hops int) {
	g := p.Core
	first, last := chain[0], chain[len(chain)-1]
	calls := callsAlong(g, chain...)
	p.Report(Finding{
		Confidence: confidence(g, calls),
		Subject:    joinIDs(g, chain, ">"),
		Message: fmt.Sprintf("%s calls %s, which eventually calls %s, %d hops between services later, and all wait",
			g.ID(first), g.ID(chain[1]), g.ID(last), hops),
		Hint:     "keep a copy of what the far end knows, or do asynchronously what need not be done before the answer",
		Values:   []KeyValue{number("hops", hops), number("limit", p.Limits.ChainDepth)},
		Origins:  written(g, calls),
		Services: chain,
	})
}
