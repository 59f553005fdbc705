package analyze

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
)

var healthcheckMissing = &Rule{
	ID:       "healthcheck-missing",
	Title:    "nobody asks a service whether it can answer",
	Doc:      healthcheckMissingDoc,
	Severity: Warning,
	Check:    checkHealthcheckMissing,
}

const healthcheckMissingDoc = `
Without a readiness check a replica gets requests from the moment its process
runs: while it still starts, while it has lost its database, while it hangs. The
callers see errors that other replicas would not have given them.

Fires for a service with a synchronous caller whose workload declares no readiness
check, where nothing else takes sick replicas out (outlier detection of a mesh).
A livenessProbe alone does not help: it restarts, it does not keep requests away.

    kind: Deployment
    spec:
      template:
        spec:
          containers:
          - name: pricing
            image: pricing         # and no readinessProbe

Stays silent with a readinessProbe or a compose healthcheck; when the workload is
not in the inputs; about jobs, databases and other ready-made stores, telemetry,
and what nobody calls. In compose it is info only, for an image may bring a
HEALTHCHECK that no manifest shows.

**The way out.**

- Kubernetes: a "readinessProbe" on the container that serves, which asks whether
  this replica can answer, not whether its dependencies can.
- compose: a "healthcheck", and "depends_on" with "condition: service_healthy".
- Native manifest: "healthcheck: true", when one exists that no input shows.
`

func checkHealthcheckMissing(p *Pass) {
	g := p.run.sync
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if !ours(s) || !s.Probes.Known || s.Probes.Readiness {
			continue
		}
		callers := without(g.Callers(v), v)
		if len(callers) == 0 || ejected(g, v) {
			continue
		}
		p.reportUnchecked(v, callers)
	}
}

func (p *Pass) reportUnchecked(v graph.Node, callers []graph.Node) {
	g, s := p.Core, p.Core.Service(v)
	f := Finding{
		Confidence: Assumed,
		Subject:    s.ID,
		Message:    fmt.Sprintf("%s is called by %s and declares no health check", s.ID, someIDs(g, callers)),
		Hint:       `say "healthcheck: true" if there is one that no input shows`,
		Values:     []KeyValue{number("callers", len(callers))},
		Origins:    places(s),
		Services:   []graph.Node{v},
	}
	for _, u := range callers {
		if e, _ := g.Edge(u, v); g.Strength(e) == graph.Strong {
			f.Confidence = Certain
		}
	}
	switch ecosystem(s) {
	case "kubernetes":
		f.Message = fmt.Sprintf("%s is called by %s and declares no readinessProbe", s.ID, someIDs(g, callers))
		if s.Probes.Liveness {
			f.Message += "; its livenessProbe restarts it but keeps no request away"
		}
		f.Hint = "add a readinessProbe to the container that serves"
	case "compose":
		f.Confidence = Assumed // the image may have one
		f.Hint = `add a healthcheck, unless the image has a HEALTHCHECK of its own`
		p.At(Info, f)
		return
	}
	p.Report(f)
}

// ejected reports whether every caller of v takes sick replicas of it out itself.
func ejected(g *graph.Graph, v graph.Node) bool {
	for _, e := range g.In(v) {
		if !hasBreaker(g.Call(e)) {
			return false
		}
	}
	return true
}

// hasBreaker reports whether some input declares a breaker that ejects hosts.
func hasBreaker(c graph.Call) bool {
	for i := range c.Evidence {
		if says := c.Evidence[i].Says; says != nil && says.Breaker != nil && says.Breaker.Kind.Set() && says.Breaker.Kind.Value == "endpoint" {
			return true
		}
	}
	return false
}
