package rules

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var singlePointOfFailure = &Rule{
	ID:       "single-point-of-failure",
	Title:    "single point of failure",
	Doc:      singlePointOfFailureDoc,
	Severity: analyze.Warning,
	ByPeople: "the system needs a second way",
	Check:    checkSinglePointOfFailure,
}

const singlePointOfFailureDoc = `
If every path to a service leads through another service, the second takes the first
down with it. A single replica in such a place is an outage at every restart.

Reported for a service with a single replica, if the entry points reach at least 30 %
of all services (and three), or any service of tier 1, only through it, by hard
synchronous calls without a fallback. With several replicas, or an unknown number, it
is info, except for the entry points themselves: one bad release or one wrong setting
still takes down all of them. The finding is one level more severe if tier 1 depends
on the service, and one less at tier 4.

    services:
    - {name: web, entrypoint: true, calls: [{to: auth}]}
    - {name: auth, replicas: 1, calls: [{to: checkout}]}
    - {name: checkout, tier: 1}

Entry points are services declared as such, services at which requests start
according to traces, and gateways without callers. If there are none, the services
without callers are assumed to be entry points; they are then not reported
themselves. Nor is a gateway that a controller runs, whose replicas are not its own.

Not reported: a second path; an optional or asynchronous call or one with a fallback
on the path; entry points with several replicas or an unknown number; databases and
external services.

    - {name: web, entrypoint: true, calls: [{to: auth}, {to: checkout}]}

**Fix.**

- Kubernetes: set "spec.replicas: 2" or more, add a PodDisruptionBudget with
  "maxUnavailable: 1" and a readinessProbe.
- compose: set "deploy.replicas: 2" or more.
- Native manifest: declare "replicas" if other inputs do not.
- Or add an alternative path: let the caller call the others itself, or continue
  without this one ("hard: false", "fallback").

"weir fanout" lists what depends on each such service.
`

// What is behind a chokepoint matters from this share of all services on, and this
// many: of three services in a row, one is a third.
const (
	gateShare = 0.3
	gateLeast = 3
)

func checkSinglePointOfFailure(p *Pass) {
	g := p.Core
	f := analyze.FindChokepoints(g)
	all := 0
	for v := range graph.Node(g.Len()) {
		if analyze.IsOwn(g.Service(v)) {
			all++
		}
	}
	critical := f.Tree.Behind(g.Len(), func(v graph.Node) bool { return analyze.IsOwn(g.Service(v)) && analyze.DeclaresTier1(g.Service(v)) })
	for v := range graph.Node(g.Len()) {
		behind, n := f.Behind[v], analyze.Replicas(g.Service(v))
		large := behind.N >= gateLeast && float64(behind.N) >= gateShare*float64(all)
		switch {
		case behind.N == 0 || !large && critical[v].N == 0 || !analyze.IsOwn(g.Service(v)):
		case n.Set() && n.Value == 0 || n.Value != 1 && f.IsEntry(v):
		case !n.Set() && g.Service(v).Kind == graph.KindGateway && len(g.Service(v).Images) == 0: // a controller runs it, whose replicas are not its own
		default:
			reportGate(p, v, behind, critical[v], all)
		}
	}
}

func reportGate(p *Pass, v graph.Node, behind, critical analyze.Sample, all int) {
	g, s, n := p.Core, p.Core.Service(v), analyze.Replicas(p.Core.Service(v))
	f := analyze.Finding{
		Confidence: min(replicasConfidence(n), confidence(g, g.In(v))),
		Subject:    s.ID,
		Hint:       "make the call optional, or add an alternative path",
		Values:     []analyze.KeyValue{number("services behind it", int(behind.N)), number("services", all)},
		Origins:    places(s, n.Origin),
		Services:   []graph.Node{v},
	}
	whom := firstIDs(g, behind.First[:], int(behind.N))
	if critical.N > 0 {
		f.Values = append(f.Values, number("of tier 1", int(critical.N)))
		whom = firstIDs(g, critical.First[:], int(critical.N)) + " (tier 1)"
		if more := int(behind.N - critical.N); more > 0 {
			whom += " and " + english.Count(more, "other")
		}
	}
	f.Message = fmt.Sprintf("entry points reach %s only through %s", whom, s.ID)
	switch {
	case !n.Set():
		f.Message += ", whose number of replicas no input declares"
		f.Confidence = analyze.Assumed
		f.Alike = analyze.Alike{Cause: "unknown-replicas", Says: "are the only way to others from entry points, and no input declares how many replicas each has", Hint: f.Hint}
		p.At(analyze.Info, f)
	case n.Value == 1:
		f.Message += ", which runs a single replica"
		f.Hint = redundancyHint(s) + "; or add an alternative path"
		f.Values = append(f.Values, replicasValue(n))
		f.Alike = analyze.Alike{Cause: "single-replica", Says: "run a single replica, and entry points reach others only through each of them", Hint: redundancyHints(s) + "; or add an alternative path"}
		p.At(gradeService(p, v, analyze.Warning), f)
	default:
		f.Message += fmt.Sprintf(": one bad release takes down all %d replicas", n.Value)
		with := ""
		if lacks := p.Analysis.RedundancyGaps(v); len(lacks) > 0 {
			with = ", with " + strings.Join(lacks, " and ")
		}
		f.Message += with
		f.Values = append(f.Values, replicasValue(n))
		f.Alike = analyze.Alike{Cause: "one-release" + with, Says: "are the only way to others from entry points: one bad release takes down all replicas of each" + with, Hint: f.Hint}
		p.At(analyze.Info, f)
	}
}

// gradeService is the severity of a finding about v: one level up where tier 1
// cannot do without it, one down at tier 4.
func gradeService(p *Pass, v graph.Node, s analyze.Severity) analyze.Severity {
	switch p.Tier(v).Value {
	case 1:
		return min(s+1, analyze.Error)
	case analyze.LowestTier:
		return max(s, 1) - 1
	}
	return s
}
