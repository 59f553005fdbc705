package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var fanInHotSpot = &Rule{
	ID:       "fan-in-hot-spot",
	Title:    "service with many callers and no redundancy",
	Doc:      fanInHotSpotDoc,
	Severity: analyze.Warning,
	Check:    checkFanInHotSpot,
}

const fanInHotSpotDoc = `
A small fault in a service that many others wait for affects all of them. A single
replica is down at every restart, deployment and node drain, and a service that does
not scale is slow for all its callers at once.

Reported for a service with at least 5 different synchronous callers that runs a
single replica; or several without a PodDisruptionBudget or a HorizontalPodAutoscaler
in the inputs; or whose callers are pinned to one replica (PASSTHROUGH, pick-first).
The finding names each reason. A missing concurrency limit is added to the reasons
where the inputs could have declared one, but is no reason by itself.

    kind: Deployment
    metadata: {name: auth}         # eight services call http://auth
    spec:
      replicas: 1

Callers that have other members of a pool or failover for it do not count. Ingresses and
other objects of gateways are together one caller: a controller runs the proxy for all.

Not reported: several replicas with a budget or an autoscaler; an unknown number of
replicas; databases, caches and brokers, which scale by other means
("shared-database"); external services; callers that only start after it; and what two
systems in directories of their own declare under one name, without a namespace.

    spec:
      replicas: 3                  # and a PodDisruptionBudget, maxUnavailable: 1

Budgets and autoscalers exist in Kubernetes only and may be kept elsewhere, so a
missing one is always assumed.

**Fix.**

- Kubernetes: set "spec.replicas: 2" or more, add a PodDisruptionBudget with
  "maxUnavailable: 1" and a HorizontalPodAutoscaler with "minReplicas" of 2.
- compose: set "deploy.replicas: 2" or more. If there is only one machine, add an
  ignore entry.
- Native manifest: declare "replicas" if other inputs do not.

The number is the "limit" of the rule in weir.yaml. Source: about 5 % of services are
shared by more than 90 % of the others in Alibaba's traces (Luo et al., SoCC 2021).
`

func checkFanInHotSpot(p *Pass) {
	g := p.Analysis.Addressed()
	for v := range graph.Node(g.Len()) {
		if s := g.Service(v); !analyze.IsOwn(s) || isMixture(s) || len(g.In(v)) < p.Limits.FanIn {
			continue
		}
		callers := needy(g, v)
		if reasons := missingRedundancy(p, v); len(callers) >= p.Limits.FanIn && len(reasons) > 0 {
			reportHotSpot(p, v, callers, reasons)
		}
	}
}

// needy returns the callers of v that have no others for it, sorted, without v. Of gateways that
// are objects for a controller only the first counts.
func needy(g *graph.Graph, v graph.Node) []graph.Node {
	var callers []graph.Node
	entered := false
	for _, e := range g.In(v) {
		from := g.From(e)
		if from == v || analyze.Replaceable(g, e) {
			continue
		}
		if s := g.Service(from); s.Kind == graph.KindGateway && len(s.Images) == 0 {
			if entered {
				continue
			}
			entered = true
		}
		callers = append(callers, from)
	}
	return callers
}

// A reason is a kind of redundancy or protection that a service lacks.
type reason struct {
	id, words, hint string
	sure            analyze.Confidence
	at              graph.Origin
	several         string // words about several services
}

// missingRedundancy returns what v lacks, the most severe first; nil if nothing is known to
// be missing.
func missingRedundancy(p *Pass, v graph.Node) []reason {
	var list []reason
	s := p.Core.Service(v)
	n := analyze.Replicas(s)
	switch {
	case !n.Set() || n.Value == 0:
		return nil
	case n.Value == 1:
		list = append(list, reason{"single-replica", "runs a single replica", redundancyHint(s), replicasConfidence(n), n.Origin, "run a single replica"})
	case analyze.Ecosystem(s) == "kubernetes" && !n.Scaled && s.Disruption == nil:
		list = append(list, reason{"no-budget-no-autoscaler",
			fmt.Sprintf("runs %d replicas with neither a PodDisruptionBudget nor a HorizontalPodAutoscaler in the inputs", n.Value), redundancyHint(s), analyze.Assumed, n.Origin,
			"run several replicas with neither a PodDisruptionBudget nor a HorizontalPodAutoscaler in the inputs"})
	}
	if n.Value > 1 {
		list = append(list, connectionBalanced(p, v)...)
	}
	if len(list) > 0 && uncapped(p, v) {
		list = append(list, reason{"no-server-limit", "has no rate or concurrency limit of its own", "", analyze.Default, graph.Origin{}, "have no rate or concurrency limit of their own"})
	}
	return list
}

// connectionBalanced returns the reason of a service whose callers are configured to use one
// replica each.
func connectionBalanced(p *Pass, v graph.Node) []reason {
	pinned, strategy, at := 0, "", graph.Origin{}
	for _, e := range p.Core.In(v) {
		if by := connectionStrategy(p.Effective(e)); by.Value != "" {
			pinned, strategy, at = pinned+1, by.Value, by.Origin
		}
	}
	if pinned < p.Limits.FanIn {
		return nil
	}
	return []reason{{"balanced-by-connection", fmt.Sprintf("is load-balanced per connection (%s)", strategy),
		fmt.Sprintf("set the load balancing of calls to %s to round robin or least requests", p.Core.ID(v)), analyze.Certain, at, "are load-balanced per connection"}}
}

// balanceFix has the calls to v balanced by request where a policy balances them by connection.
func balanceFix(p *Pass, v graph.Node) (f analyze.Fix) {
	for _, e := range p.Core.In(v) {
		for _, part := range p.Effective(e) {
			for i := range part.Layers {
				if l := &part.Layers[i]; l.Set.Balance != nil && l.Set.Balance.Strategy.IsExplicit() && slices.Contains(connectionStrategies, l.Set.Balance.Strategy.Value) {
					f = f.And(remedyFor(p, e, &l.Set, policy.LoadBalancing).fix(p))
				}
			}
		}
	}
	return f
}

// connectionStrategy returns the explicit load balancing strategy of a call that works per
// connection, the zero value if there is none.
func connectionStrategy(parts []analyze.Part) policy.Setting[string] {
	for _, part := range parts {
		for i := range part.Layers {
			if b := part.Layers[i].Set.Balance; b != nil && b.Strategy.IsExplicit() && slices.Contains(connectionStrategies, b.Strategy.Value) {
				return b.Strategy
			}
		}
	}
	return policy.Setting[string]{}
}

// uncapped reports whether policies of calls to v are known and none limits the
// requests at v. It is no reason by itself: few services have such a limit.
func uncapped(p *Pass, v graph.Node) bool {
	known := false
	for _, e := range p.Core.In(v) {
		parts := p.Effective(e)
		known = known || policyKnown(p, e, parts)
		for _, part := range parts {
			for i := range part.Layers {
				if s := &part.Layers[i].Set; s.RateLimit != nil && s.RateLimit.Requests.Set() || s.Layer == policy.ServerProxy && capped(&part) {
					return false
				}
			}
		}
	}
	return known
}

func reportHotSpot(p *Pass, v graph.Node, callers []graph.Node, reasons []reason) {
	g, s := p.Core, p.Core.Service(v)
	fix := redundancyFix(s)
	if reasons[0].id == "balanced-by-connection" {
		fix = balanceFix(p, v)
	}
	strong := 0
	for _, u := range callers {
		if e, _ := g.Edge(u, v); g.Strength(e) == graph.Strong {
			strong++
		}
	}
	n := analyze.Replicas(s)
	f := analyze.Finding{
		Confidence: reasons[0].sure,
		Subject:    s.ID,
		Hint:       reasons[0].hint,
		Fix:        fix,
		Values:     []analyze.KeyValue{number("callers", len(callers)), number("limit", p.Limits.FanIn), replicasValue(n)},
		Services:   []graph.Node{v},
	}
	if strong < p.Limits.FanIn {
		f.Confidence = analyze.Assumed
	}
	words := []string{fmt.Sprintf("has %s (%s)", english.Count(len(callers), "caller"), someIDs(g, callers))}
	var ids []string
	var deciding []graph.Origin
	for _, r := range reasons {
		words, ids, deciding = append(words, r.words), append(ids, r.id), append(deciding, r.at)
	}
	f.Message = fmt.Sprintf("%s %s; its outage affects all of them", s.ID, english.List(words))
	f.Values = append(f.Values, keyValue("reasons", strings.Join(ids, ", ")))
	f.Alike = alikeHotSpots(p, s, reasons)
	f.Origins = places(s, append(deciding, n.Origin)...)
	p.Report(f)
}

// alikeHotSpots is what services with these reasons have in common.
func alikeHotSpots(p *Pass, s *graph.Service, reasons []reason) analyze.Alike {
	var ids, words []string
	for _, r := range reasons {
		ids, words = append(ids, r.id), append(words, r.several)
	}
	return analyze.Alike{
		Cause: strings.Join(ids, ","),
		Says:  fmt.Sprintf("have %d callers or more and %s; the outage of one affects all of its callers", p.Limits.FanIn, english.List(words)),
		Hint:  redundancyHints(s),
	}
}
