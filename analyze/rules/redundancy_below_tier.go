package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var redundancyBelowTier = &Rule{
	ID:       "redundancy-below-tier",
	Title:    "a critical service can be gone all at once",
	Doc:      redundancyBelowTierDoc,
	Severity: analyze.Warning,
	Check:    checkRedundancyBelowTier,
}

const redundancyBelowTierDoc = `
A tier is a promise about what may not fail. A single replica breaks it with every
restart and deployment; without a PodDisruptionBudget a node drain may take all
replicas together.

Fires for a service of tier 1 (warning) or 2 (info) that runs a single replica, or
several in Kubernetes without a PodDisruptionBudget in the inputs; and, as info,
when the budget allows no pod to be moved at all, so that node drains hang. The
single replica of a StatefulSet, which may be single by design, is info as well. Where
the inputs have no budget at all, more than three services without one are told at once.

    kind: Deployment
    metadata:
      name: payments
      labels: {tier: "1"}
    spec:
      replicas: 1

A service has the tier it declares or that of a service which cannot do without
it: who is needed by tier 1, through hard synchronous calls without a fallback, is
of tier 1. A service whose tier nobody gives is left alone.

Stays silent with several replicas and a budget that lets one go; with an
autoscaler that keeps at least two; about databases, caches and brokers, many of
which are single by design and made redundant by other means, and about jobs.

    spec:
      replicas: 3                  # and a PodDisruptionBudget, maxUnavailable: 1

**The way out.**

- Kubernetes: "spec.replicas: 2" or more, and a PodDisruptionBudget that selects
  the pods with "maxUnavailable: 1".
- compose: "deploy.replicas: 2" or more.
- Native manifest: "replicas" and "tier" of the service.

Where replicas is not written Kubernetes and compose start one: that counts, with
the confidence of a default.
`

// criticalTiers are the tiers that promise enough for this rule.
const criticalTiers = 2

func checkRedundancyBelowTier(p *Pass) {
	var bare []graph.Node // without a budget
	for v, t := range p.Analysis.Tiers() {
		s := p.Graph.Service(graph.Node(v))
		if t.Value == 0 || t.Value > criticalTiers || !analyze.IsOwn(s) {
			continue
		}
		severity := analyze.Warning
		if t.Value > 1 {
			severity = analyze.Info
		}
		n := analyze.Replicas(s)
		switch {
		case !n.Set() || n.Value == 0:
		case n.Value == 1:
			lack := "runs a single replica"
			if replicasConfidence(n) == analyze.Default {
				lack += ", as nothing sets their number"
			}
			sure := replicasConfidence(n)
			if s.Stateful {
				severity, sure = analyze.Info, analyze.Assumed
				lack += ", as StatefulSets may by design"
			}
			reportTier(p, severity, sure, graph.Node(v), t, lack, n.Origin)
		case analyze.Ecosystem(s) != "kubernetes":
		case s.Disruption == nil:
			bare = append(bare, graph.Node(v))
		case blocksDrains(s.Disruption, n.Value):
			reportTier(p, analyze.Info, analyze.Certain, graph.Node(v), t,
				fmt.Sprintf("runs %d replicas of which its PodDisruptionBudget lets none go, so that node drains hang", n.Value), s.Disruption.Origin)
		}
	}
	reportBare(p, bare)
}

// reportBare tells of services without a PodDisruptionBudget: one by one, or at once
// where many have none and none is in the inputs, which may be kept elsewhere.
func reportBare(p *Pass, bare []graph.Node) {
	const few = 3
	tiers, g := p.Analysis.Tiers(), p.Graph
	severityOf := func(v graph.Node) analyze.Severity {
		if tiers[v].Value > 1 {
			return analyze.Info
		}
		return analyze.Warning
	}
	if len(bare) <= few || slices.ContainsFunc(g.Services(), func(s graph.Service) bool { return s.Disruption != nil }) {
		for _, v := range bare {
			n := analyze.Replicas(g.Service(v))
			reportTier(p, severityOf(v), analyze.Assumed, v, tiers[v], fmt.Sprintf("runs %d replicas without a PodDisruptionBudget in the inputs", n.Value), n.Origin)
		}
		return
	}
	worst := slices.MaxFunc(bare, func(a, b graph.Node) int { return cmp.Compare(severityOf(a), severityOf(b)) })
	p.At(severityOf(worst), analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message:    fmt.Sprintf("the inputs have no PodDisruptionBudget, and %s of tier 1 or 2 run several replicas, %s", english.Count(len(bare), "service"), someIDs(g, bare)),
		Hint:       "a PodDisruptionBudget with maxUnavailable: 1 for each, or read the folder that has them too",
		Values:     []analyze.KeyValue{number("services", len(bare))},
		Origins:    places(g.Service(worst), analyze.Replicas(g.Service(worst)).Origin),
	})
}

// blocksDrains reports whether a budget forbids to evict any of n pods. Kubernetes
// rounds shares of them up.
func blocksDrains(b *graph.Budget, n int) bool {
	if least, ok := podsOf(b.MinAvailable, n); ok {
		return least >= n
	}
	most, ok := podsOf(b.MaxUnavailable, n)
	return ok && most <= 0
}

// podsOf reads a number of pods, "2", or a share of n of them, "50%".
func podsOf(text string, n int) (pods int, ok bool) {
	share, percent := strings.CutSuffix(text, "%")
	pods, err := strconv.Atoi(share)
	if percent {
		pods = (pods*n + 99) / 100
	}
	return pods, err == nil
}

func reportTier(p *Pass, severity analyze.Severity, sure analyze.Confidence, v graph.Node, t analyze.Tier, lack string, at graph.Origin) {
	s := p.Graph.Service(v)
	who := fmt.Sprintf("%s (tier %d)", s.ID, t.Value)
	if t.From != v {
		who = fmt.Sprintf("%s, which %s (tier %d) cannot do without,", s.ID, p.Graph.ID(t.From), t.Value)
	}
	f := analyze.Finding{
		Confidence: sure,
		Subject:    s.ID,
		Message:    who + " " + lack,
		Hint:       redundancyHint(s),
		Values:     []analyze.KeyValue{number("tier", t.Value), replicasValue(analyze.Replicas(s))},
		Origins:    places(s, at),
		Services:   []graph.Node{v},
	}
	if s.Disruption != nil && strings.Contains(lack, "drains") {
		f.Hint = "let one pod go at a time: maxUnavailable: 1"
	}
	p.At(severity, f)
}
