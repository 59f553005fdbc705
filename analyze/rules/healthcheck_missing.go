package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var healthcheckMissing = &Rule{
	ID:       "healthcheck-missing",
	Title:    "service without readiness check",
	Doc:      healthcheckMissingDoc,
	Severity: analyze.Warning,
	Check:    checkHealthcheckMissing,
}

const healthcheckMissingDoc = `
Without a readiness check a replica gets requests as soon as its process runs: while
it starts, after it has lost its database, while it hangs. Callers see errors that
other replicas would not have returned.

Reported for a service with a synchronous caller whose workload declares no readiness
check, if nothing else removes failing replicas: outlier detection that can eject one,
or health checks by the proxies of its callers. A livenessProbe alone does not count:
it restarts the container, it does not keep requests away. A livenessProbe whose path
checks dependencies ("/actuator/health", "/health/dependencies") turns an outage of a
dependency into restarts and is info.

    kind: Deployment
    spec:
      template:
        spec:
          containers:
          - name: pricing
            image: pricing         # and no readinessProbe

Not reported: a readinessProbe or a compose healthcheck; workloads that are not in
the inputs; jobs, databases and other stock stores, telemetry, and services without
callers. In compose it is info, since an image may contain a HEALTHCHECK.

**Fix.**

- Kubernetes: add a "readinessProbe" to the serving container that checks whether this
  replica can respond, not whether its dependencies can.
- compose: add a "healthcheck", and "depends_on" with "condition: service_healthy".
- Native manifest: declare "healthcheck: true" if there is one that no input shows.
`

func checkHealthcheckMissing(p *Pass) {
	g := p.Analysis.Sync
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		if !analyze.IsOwn(s) || !s.Probes.Known {
			continue
		}
		checkRestarts(p, v)
		if s.Probes.Readiness {
			continue
		}
		if callers := uncheckedBy(p, v); len(callers) > 0 {
			reportUnchecked(p, v, callers)
		}
	}
}

// uncheckedBy returns the synchronous callers of v that would go on asking a replica
// which is sick, sorted.
func uncheckedBy(p *Pass, v graph.Node) []graph.Node {
	var callers []graph.Node
	for _, e := range p.Core.In(v) {
		if from := p.Core.From(e); from != v && p.Core.Mode(e) == graph.Sync && !takesOut(p, e) {
			callers = append(callers, from)
		}
	}
	return callers
}

// takesOut reports whether the caller of e takes sick replicas of the callee out
// itself: it asks them whether they are well, or sees by their errors that they are
// not.
func takesOut(p *Pass, e graph.Edge) bool {
	return !slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
		return !slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
			if h := l.Set.HealthCheck; h != nil && (h.Interval.Set() || h.Timeout.Set() || h.Failures.Set()) {
				return true
			}
			b := l.Set.Breaker
			if b == nil || !b.Kind.Set() || b.Kind.Value != "endpoint" {
				return false
			}
			_, stuck := whyStuck(&l, part.Facts.Replicas, p.Core.Service(p.Core.To(e)))
			return !stuck && (b.IsWritten() || l.Ejection.Works)
		})
	})
}

func reportUnchecked(p *Pass, v graph.Node, callers []graph.Node) {
	g, s := p.Core, p.Core.Service(v)
	f := analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    s.ID,
		Message:    fmt.Sprintf("%s is called by %s and declares no health check", s.ID, someIDs(g, callers)),
		Hint:       `say "healthcheck: true" if there is one that no input shows`,
		Values:     []analyze.KeyValue{number("callers", len(callers))},
		Origins:    places(s),
		Services:   []graph.Node{v},
	}
	for _, u := range callers {
		if e, _ := g.Edge(u, v); g.Strength(e) == graph.Strong {
			f.Confidence = analyze.Certain
		}
	}
	switch analyze.Ecosystem(s) {
	case "kubernetes":
		f.Message = fmt.Sprintf("%s is called by %s and declares no readinessProbe", s.ID, someIDs(g, callers))
		if s.Probes.Liveness {
			f.Message += "; its livenessProbe restarts it but keeps no request away"
		}
		f.Hint = "add a readinessProbe to the container that serves"
	case "compose":
		f.Confidence = analyze.Assumed // the image may have one
		f.Hint = `add a healthcheck, unless the image has a HEALTHCHECK of its own`
		p.At(analyze.Info, f)
		return
	}
	p.Report(f)
}

// asked returns which of the services that v calls a path looks at. Spring Boot's
// health is that of its stores and brokers too, unless the path goes on to its group
// "liveness".
func asked(p *Pass, v graph.Node, path string) []graph.Node {
	g := p.Core
	path, _, _ = strings.Cut(strings.ToLower(path), "?")
	callees := without(g.Callees(v), v)
	if strings.HasSuffix(strings.TrimSuffix(path, "/"), "/actuator/health") {
		return slices.DeleteFunc(slices.Clone(callees), func(w graph.Node) bool { return !analyze.KeepsData(g.Service(w)) })
	}
	if strings.Contains(path, "dependenc") || strings.HasSuffix(path, "/deep") {
		return callees
	}
	return nil
}

// checkRestarts looks for a livenessProbe that turns the outage of what a service
// calls into restarts of its own.
func checkRestarts(p *Pass, v graph.Node) {
	s := p.Core.Service(v)
	path := s.Probes.Restarts
	if !path.Set() {
		return
	}
	if callees := asked(p, v, path.Value); len(callees) > 0 {
		p.At(analyze.Info, analyze.Finding{
			Confidence: analyze.Assumed,
			Subject:    s.ID,
			Detail:     "livenessProbe",
			Message:    fmt.Sprintf("the livenessProbe of %s calls %s, which checks dependencies: when %s fails, it is restarted too", s.ID, path.Value, someIDs(p.Core, callees)),
			Hint:       "let the livenessProbe ask the process alone, and the readinessProbe look at what it depends on",
			Values:     []analyze.KeyValue{value("livenessPath", path)},
			Origins:    places(s, path.Origin),
			Services:   []graph.Node{v},
		})
	}
}
