package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var bulkheadMissing = &Rule{
	ID:       "bulkhead-missing",
	Title:    "one slow callee can take all workers of its caller",
	Doc:      bulkheadMissingDoc,
	Purposes: []policy.Purpose{policy.ConcurrencyLimit},
	Severity: analyze.Info,
	Check:    checkBulkheadMissing,
}

const bulkheadMissingDoc = `
The calls to all callees share one caller's threads, connections and memory. Without
a cap on each, the slowest of them takes everything, and the calls that would have
worked wait behind those that do not.

Fires for the calls of a service with several callees of which the inputs tell and
that no layer caps: no limit of concurrent requests, pending requests or
connections. It is a warning for a caller of tier 1 with three such calls or more. Of
more than two calls one caller is told once; and where nobody has a cap and nobody
is critical, all are told in one note.

    kind: VirtualService           # four of them, called by one service, and
                                   # no DestinationRule with a connectionPool

Stays silent where a limit is set or the product has one by itself, as Envoy has
1024 of everything; about services with a single callee; and where no input could
have shown one. An event loop has no threads to run out of, but sockets and memory.

    trafficPolicy:
      connectionPool: {http: {http2MaxRequests: 50}}

**The way out.** About as many as the callee's rate times its slowest good answer
needs, and less than the caller has in all.
`

// manyCallees is from how many on one slow callee is a matter of the others.
const manyCallees = 3

func checkBulkheadMissing(p *Pass) {
	var lacks []missing
	nobody := true
	tiers := p.Analysis.Tiers()
	callees := map[graph.Node]int{}
	for e := range p.Requests() {
		if !driverManaged(p.Core, e) {
			callees[p.Core.From(e)]++
		}
	}
	uncapped := map[graph.Node]int{}
	for e := range p.Requests() {
		parts := p.Effective(e)
		without, named := matchingParts(parts, func(part *analyze.Part) bool { return !capped(part) })
		if len(without) < len(parts) {
			nobody = false
		}
		from := p.Core.From(e)
		if len(without) == 0 || callees[from] < 2 || driverManaged(p.Core, e) || fromGateway(p, e) || !policyKnown(p, e, parts) {
			continue
		}
		uncapped[from]++
		lacks = append(lacks, missing{
			call: e, named: named, severity: analyze.Info, sure: analyze.Default,
			hint:   remedyOf(p, e, without[0], policy.ConcurrencyLimit).general().hint("set", "what its rate times its slowest good answer needs"),
			values: []analyze.KeyValue{number("callees", callees[from]), took("budget", without[0].Budget)},
		})
	}
	for i := range lacks {
		if from := p.Core.From(lacks[i].call); uncapped[from] >= manyCallees && tiers[from].Value == 1 {
			lacks[i].severity = capForJobs(p, lacks[i].call, analyze.Warning)
		}
	}
	reportMissing(p, lacks, "a limit of concurrency", nobody)
}
