package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var bulkheadMissing = &Rule{
	ID:       "bulkhead-missing",
	Title:    "calls without concurrency limit",
	Doc:      bulkheadMissingDoc,
	Purposes: []policy.Purpose{policy.ConcurrencyLimit},
	Severity: analyze.Info,
	NoFix:    analyze.InCode,
	Check:    checkBulkheadMissing,
}

const bulkheadMissingDoc = `
The calls to all callees share the caller's threads, connections and memory. Without
a limit for each callee, the slowest one takes everything, and calls that would
succeed wait behind those that do not.

Reported for the calls of a service with several callees that the inputs describe and
that no layer limits: no limit of concurrent requests, pending requests or
connections. Severity: info; warning for a caller of tier 1 with three such calls or
more. More than two such calls are one finding, and so are two of one caller or to one
callee. If no call has a limit and no caller is critical, the code may have one, and the
finding is assumed.

    kind: VirtualService           # four of them, called by one service, and
                                   # no DestinationRule with a connectionPool

Not reported: calls with a limit, declared or by default, such as Envoy's 1024;
services with a single callee, or a single pool of them; and inputs that cannot declare a limit. An event loop
has no threads to exhaust, but sockets and memory.

    trafficPolicy:
      connectionPool: {http: {http2MaxRequests: 50}}

**Fix.** Set the limit to about the callee's rate times its slowest good response, and
below the caller's total capacity.
`

// manyCallees is the number of callees from which a slow one affects many others.
const manyCallees = 3

func checkBulkheadMissing(p *Pass) {
	var lacks []missing
	nowhere := true
	tiers := p.Analysis.Tiers()
	callees, counted := map[graph.Node]int{}, map[analyze.Need]bool{}
	for e := range p.Requests() {
		if n := analyze.NeedOf(p.Core, e); !counted[n] && !driverManaged(p.Core, e) {
			counted[n] = true
			callees[p.Core.From(e)]++
		}
	}
	uncapped := map[graph.Node]int{}
	for e := range p.Requests() {
		parts := p.Effective(e)
		without, named := matchingParts(parts, func(part *analyze.Part) bool { return !capped(part) })
		if len(without) < len(parts) {
			nowhere = false
		}
		from := p.Core.From(e)
		if len(without) == 0 || callees[from] < 2 || driverManaged(p.Core, e) || fromGateway(p, e) || !policyKnown(p, e, parts) ||
			twinDeclares(p, e, policy.ConcurrencyLimit) {
			continue
		}
		remedy, ok := remedyOfLayers(p, e, without[0], policy.ConcurrencyLimit)
		if !ok { // none of its products has one
			continue
		}
		uncapped[from]++
		lacks = append(lacks, missing{
			call: e, named: named, severity: analyze.Info, sure: analyze.Default, purpose: policy.ConcurrencyLimit, fix: remedy.fix(p, usualAtOnce),
			hint:    remedy.hint("set", "to the request rate times the slowest successful response time"),
			general: remedy.general().hint("set", "to the request rate times the slowest successful response time"),
			values:  []analyze.KeyValue{number("callees", callees[from]), took("budget", without[0].Budget)},
		})
	}
	for i := range lacks {
		if from := p.Core.From(lacks[i].call); uncapped[from] >= manyCallees && tiers[from].Value == 1 {
			lacks[i].severity = capForJobs(p, lacks[i].call, analyze.Warning)
		}
	}
	reportMissing(p, lacks, "a concurrency limit", nowhere)
}
