package analyze

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var fanInHotSpot = &Rule{
	ID:       "fan-in-hot-spot",
	Title:    "a service that many call has nothing to spare",
	Doc:      fanInHotSpotDoc,
	Severity: Warning,
	Check:    checkFanInHotSpot,
}

const fanInHotSpotDoc = `
What many services wait for is where a small fault becomes everybody's. A single
replica is gone at every restart, deployment and node drain, and a service that
does not scale is slow for all its callers at once.

Fires for a service with at least 5 different synchronous callers that runs a
single replica, or that runs several but has neither a PodDisruptionBudget nor a
HorizontalPodAutoscaler in the inputs, or whose callers are told to stay with one of
them (PASSTHROUGH, pick-first).

    kind: Deployment
    metadata: {name: auth}         # eight services call http://auth
    spec:
      replicas: 1

Stays silent when the replicas are several and a budget or an autoscaler is there;
when no input tells how many replicas there are; about databases, caches and
brokers, which scale by other means ("shared-database"), and what is outside.

    spec:
      replicas: 3                  # and a PodDisruptionBudget, maxUnavailable: 1

Budgets and autoscalers exist in Kubernetes only and may be kept elsewhere, so that
missing ones are only ever presumed.

**The way out.**

- Kubernetes: "spec.replicas: 2" or more, a PodDisruptionBudget with
  "maxUnavailable: 1", and a HorizontalPodAutoscaler with "minReplicas" of 2.
- compose: "deploy.replicas: 2" or more. Where one machine is all there is, say so
  with an exception.
- Native manifest: "replicas", to say what other inputs do not.

The number is the "limit" of the rule in weir.yaml. Source: about 5 % of services are
shared by more than 90 % of the others in Alibaba's traces (Luo et al., SoCC 2021).
`

func checkFanInHotSpot(p *Pass) {
	g := p.run.sync
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if !ours(s) || len(g.In(v)) < p.Limits.FanIn {
			continue
		}
		callers := without(g.Callers(v), v)
		lack, sure := spare(s)
		hint := redundancyHint(s)
		if lack == "" {
			lack, sure = p.lopsided(v)
			hint = "let the callers' proxies spread requests over the replicas: round robin, or least requests"
		}
		if len(callers) < p.Limits.FanIn || lack == "" {
			continue
		}
		p.reportHotSpot(v, callers, lack, hint, sure)
	}
}

// spare tells what a service lacks that many rely on, and how sure that is; ""
// if it lacks nothing or nobody knows.
func spare(s *graph.Service) (lack string, sure Confidence) {
	n := replicas(s)
	switch {
	case !n.Set() || n.Value == 0:
		return "", Assumed
	case n.Value == 1:
		return "runs a single replica", n.confidence()
	case ecosystem(s) == "kubernetes" && !n.scaled && s.Disruption == nil:
		return fmt.Sprintf("runs %d replicas with neither a PodDisruptionBudget nor a HorizontalPodAutoscaler in the inputs", n.Value), Assumed
	default:
		return "", Assumed
	}
}

// lopsided tells of a service whose callers are declared to stay with one replica
// each, so that others cannot help.
func (p *Pass) lopsided(v graph.Node) (lack string, sure Confidence) {
	if n := replicas(p.Core.Service(v)); !n.Set() || n.Value < 2 {
		return "", Assumed
	}
	stuck, strategy := 0, ""
	for _, e := range p.Core.In(v) {
		if by := toOneBy(p.Effective(e)); by != "" {
			stuck, strategy = stuck+1, by
		}
	}
	if stuck < p.Limits.FanIn {
		return "", Assumed
	}
	return fmt.Sprintf("is balanced by connections alone (%s)", strategy), Certain
}

// toOneBy is the way of balancing that somebody chose for a call and that leaves it
// with one replica, "" if there is none.
func toOneBy(parts []Part) string {
	for _, part := range parts {
		for i := range part.Layers {
			if b := part.Layers[i].Set.Balance; b != nil && wrote(b.Strategy) && slices.Contains(toOne, b.Strategy.Value) {
				return b.Strategy.Value
			}
		}
	}
	return ""
}

func (p *Pass) reportHotSpot(v graph.Node, callers []graph.Node, lack, hint string, sure Confidence) {
	g, s := p.Core, p.Core.Service(v)
	strong := 0
	for _, u := range callers {
		if e, _ := g.Edge(u, v); g.Strength(e) == graph.Strong {
			strong++
		}
	}
	if strong < p.Limits.FanIn {
		sure = Assumed
	}
	n := replicas(s)
	p.Report(Finding{
		Confidence: sure,
		Subject:    s.ID,
		Message:    fmt.Sprintf("%s is called by %s, %s, and %s", s.ID, english.Count(len(callers), "service"), someIDs(g, callers), lack),
		Hint:       hint,
		Values:     []KeyValue{number("callers", len(callers)), number("limit", p.Limits.FanIn), n.value()},
		Origins:    places(s, n.Origin),
		Services:   []graph.Node{v},
	})
}
