package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

var redundancyBelowTier = &Rule{
	ID:       "redundancy-below-tier",
	Title:    "redundancy below the tier of the service",
	Doc:      redundancyBelowTierDoc,
	Severity: analyze.Warning,
	Check:    checkRedundancyBelowTier,
}

const redundancyBelowTierDoc = `
A single replica is down at every restart and deployment; without a
PodDisruptionBudget, a node drain may remove all replicas at once. Neither fits a
critical tier.

Reported for a service of tier 1 (warning) or 2 (info) with a single replica, or with
several in Kubernetes without a PodDisruptionBudget in the inputs; and, as info, for a
budget that allows no pod to be evicted, so that node drains hang. The single replica
of a StatefulSet, which may be intended, is info too. Services of one tier
that lack the same are one finding.

    kind: Deployment
    metadata:
      name: payments
      labels: {tier: "1"}
    spec:
      replicas: 1

A service has the tier it declares, or that of a service that depends on it by hard
synchronous calls without a fallback. A service without any tier is not reported.

Not reported: several replicas with a budget that allows an eviction; an autoscaler
that keeps at least two; a member of a pool or failover whose callers go on with the
others; databases, caches and brokers, which are made redundant by
other means; and jobs.

    spec:
      replicas: 3                  # and a PodDisruptionBudget, maxUnavailable: 1

**Fix.**

- Kubernetes: set "spec.replicas: 2" or more, and add a PodDisruptionBudget that
  selects the pods with "maxUnavailable: 1".
- compose: set "deploy.replicas: 2" or more.
- Native manifest: declare "replicas" and "tier" of the service.

If replicas is not declared, Kubernetes and compose start one: that counts, with
confidence "default".
`

// criticalTiers are the tiers that promise enough for this rule.
const criticalTiers = 2

func checkRedundancyBelowTier(p *Pass) {
	var bare []graph.Node // without a budget
	for v, t := range p.Analysis.Tiers() {
		s := p.Graph.Service(graph.Node(v))
		if t.Value == 0 || t.Value > criticalTiers || !analyze.IsOwn(s) || analyze.ReplacedByOthers(p.Core, graph.Node(v)) {
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
			reportTier(p, severity, sure, graph.Node(v), t, lack, n.Origin, analyze.Alike{
				Cause: "single-replica", Says: fmt.Sprintf("run a single replica, at tier %d", t.Value), Hint: redundancyHints(s),
			})
		case analyze.Ecosystem(s) != "kubernetes":
		case s.Disruption == nil:
			bare = append(bare, graph.Node(v))
		case blocksDrains(s.Disruption, n.Value):
			reportTier(p, analyze.Info, analyze.Certain, graph.Node(v), t,
				fmt.Sprintf("runs %d replicas, and its PodDisruptionBudget allows no eviction: node drains hang", n.Value), s.Disruption.Origin, analyze.Alike{})
		}
	}
	reportBare(p, bare)
}

// reportBare reports services without a PodDisruptionBudget, which may be kept elsewhere.
func reportBare(p *Pass, bare []graph.Node) {
	tiers, g := p.Analysis.Tiers(), p.Graph
	for _, v := range bare {
		n, severity := analyze.Replicas(g.Service(v)), analyze.Warning
		if tiers[v].Value > 1 {
			severity = analyze.Info
		}
		reportTier(p, severity, analyze.Assumed, v, tiers[v], fmt.Sprintf("runs %d replicas without a PodDisruptionBudget in the inputs", n.Value), n.Origin, analyze.Alike{
			Cause: "no-budget", Says: fmt.Sprintf("run several replicas without a PodDisruptionBudget in the inputs, at tier %d", tiers[v].Value),
			Hint: "add a PodDisruptionBudget with maxUnavailable: 1 for each, or add the directory that declares them to the sources",
		})
	}
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

func reportTier(p *Pass, severity analyze.Severity, sure analyze.Confidence, v graph.Node, t analyze.Tier, lack string, at graph.Origin, alike analyze.Alike) {
	s := p.Graph.Service(v)
	who := fmt.Sprintf("%s (tier %d)", s.ID, t.Value)
	if t.From != v {
		who = fmt.Sprintf("%s, on which %s (tier %d) depends,", s.ID, p.Graph.ID(t.From), t.Value)
	}
	f := analyze.Finding{
		Confidence: sure,
		Subject:    s.ID,
		Message:    who + " " + lack,
		Hint:       redundancyHint(s),
		Values:     []analyze.KeyValue{number("tier", t.Value), replicasValue(analyze.Replicas(s))},
		Origins:    places(s, at),
		Services:   []graph.Node{v},
		Alike:      alike,
	}
	f.Fix = redundancyFix(s)
	if s.Disruption != nil && strings.Contains(lack, "drains") {
		f.Hint, f.Fix = "set maxUnavailable: 1 in the PodDisruptionBudget", evictable(s)
	}
	p.At(severity, f)
}
