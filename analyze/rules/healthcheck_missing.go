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
callers; a start order of compose alone is no call. Compose sends requests to unhealthy
containers all the same. There it is reported, as info, only if another service starts after
this one ("depends_on") and cannot wait for it, by a command such as wait-for-it either. The image
may contain a HEALTHCHECK.

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
		if analyze.Ecosystem(s) == "compose" && !isAwaited(p, v) {
			continue
		}
		if callers := uncheckedBy(p, v); len(callers) > 0 {
			reportUnchecked(p, v, callers)
		}
	}
}

// isAwaited reports whether a service of compose starts after v, and has no command of its own that
// waits for it.
func isAwaited(p *Pass, v graph.Node) bool {
	return slices.ContainsFunc(p.Core.In(v), func(e graph.Edge) bool {
		waits := func(shown graph.Evidence) bool { return shown.Way == graph.StartWait }
		return slices.ContainsFunc(p.Core.Evidence(e), func(shown graph.Evidence) bool { return shown.IsStartOrder() }) &&
			!slices.ContainsFunc(p.Core.Evidence(e), waits)
	})
}

// uncheckedBy returns the synchronous callers of v that would keep calling a failing
// replica, sorted.
func uncheckedBy(p *Pass, v graph.Node) []graph.Node {
	var callers []graph.Node
	for _, e := range p.Core.In(v) {
		if from := p.Core.From(e); from != v && p.Core.Mode(e) == graph.Sync && analyze.IsAddressed(p.Core, e) && !ejectsFailing(p, e) && !analyze.Checked(p.Core, e) {
			callers = append(callers, from)
		}
	}
	return callers
}

// ejectsFailing reports whether the caller of e removes failing replicas of the callee
// itself, by active health checks or by outlier detection.
func ejectsFailing(p *Pass, e graph.Edge) bool {
	return !slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
		return !slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
			if h := l.Set.HealthCheck; h != nil && (h.Interval.Set() || h.Timeout.Set() || h.Failures.Set()) {
				return true
			}
			b := l.Set.Breaker
			if b == nil || !b.Kind.Set() || b.Kind.Value != "endpoint" {
				return false
			}
			_, cannotTrip := whyCannotTrip(&l, part.Facts.Replicas, p.Core.Service(p.Core.To(e)))
			return !cannotTrip && (b.IsWritten() || l.Ejection.Works)
		})
	})
}

func reportUnchecked(p *Pass, v graph.Node, callers []graph.Node) {
	g, s := p.Core, p.Core.Service(v)
	f := analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    s.ID,
		Message:    fmt.Sprintf("%s is called by %s and declares no health check; requests reach replicas that are not ready", s.ID, someIDs(g, callers)),
		Hint:       fmt.Sprintf(`add "healthcheck: true" to %s if it has one that is not declared`, s.ID),
		Values:     []analyze.KeyValue{number("callers", len(callers))},
		Origins:    placesOf(s, analyze.Ecosystem(s)),
		Services:   []graph.Node{v},
	}
	f.Fix = nativeFix(s, policy.Edit{Path: "healthcheck", Value: "true"})
	for _, u := range callers {
		if e, _ := g.Edge(u, v); g.Strength(e) == graph.Strong {
			f.Confidence = analyze.Certain
		}
	}
	f.Alike = analyze.Alike{
		Cause: "healthcheck", Says: "have callers and declare no health check; requests reach replicas that are not ready",
		Hint: `add "healthcheck: true" to those that have one that is not declared`,
	}
	switch analyze.Ecosystem(s) {
	case "kubernetes":
		f.Message = fmt.Sprintf("%s is called by %s and declares no readinessProbe; requests reach replicas that are not ready", s.ID, someIDs(g, callers))
		if s.Probes.Liveness {
			f.Message += ", which its livenessProbe does not prevent"
		}
		f.Hint = fmt.Sprintf("add a readinessProbe to the serving container of %s", s.ID)
		f.Fix = probeFix(s)
		f.Alike = analyze.Alike{
			Cause: "readinessProbe", Says: "have callers and declare no readinessProbe; requests reach replicas that are not ready",
			Hint: "add a readinessProbe to the serving container of each",
		}
	case "compose":
		f.Confidence = analyze.Assumed // the image may have one
		f.Fix = analyze.Fix{None: analyze.NoValue}
		f.Message = fmt.Sprintf("%s is called by %s and declares no healthcheck, so what starts after it cannot wait until it is ready", s.ID, someIDs(g, callers))
		f.Alike.Says = "have callers and declare no healthcheck, so what starts after them cannot wait until they are ready"
		f.Hint = fmt.Sprintf("add a healthcheck to %s, unless its image has a HEALTHCHECK", s.ID)
		f.Alike.Hint = "add a healthcheck to each, unless its image has a HEALTHCHECK"
		p.At(analyze.Info, f)
		return
	}
	p.Report(f)
}

// probedDependencies returns the callees of v that a health check of path depends on. In Spring
// Boot these are data stores and brokers, unless the path is that of the group
// "liveness".
func probedDependencies(p *Pass, v graph.Node, path string) []graph.Node {
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

// checkRestarts reports a livenessProbe that restarts v when a dependency fails.
func checkRestarts(p *Pass, v graph.Node) {
	s := p.Core.Service(v)
	path := s.Probes.Restarts
	if !path.Set() {
		return
	}
	if callees := probedDependencies(p, v, path.Value); len(callees) > 0 {
		p.At(analyze.Info, analyze.Finding{
			Confidence: analyze.Assumed,
			Subject:    s.ID,
			Detail:     "livenessProbe",
			Message:    fmt.Sprintf("the livenessProbe of %s requests %s, which checks dependencies: an outage of %s restarts %s", s.ID, path.Value, someIDs(p.Core, callees), s.ID),
			Hint:       fmt.Sprintf("let the livenessProbe of %s check only the process; move the check of dependencies to its readinessProbe", s.ID),
			Fix:        livenessFix(s, path),
			Values:     []analyze.KeyValue{value("livenessPath", path)},
			Origins:    places(s, path.Origin),
			Services:   []graph.Node{v},
			Alike: analyze.Alike{
				Cause: "livenessProbe", Says: "have a livenessProbe that checks dependencies: an outage of a dependency restarts them",
				Hint: "let each livenessProbe check only the process; move the check of dependencies to the readinessProbe",
			},
		})
	}
}

// livenessFix has a livenessProbe ask Spring Boot for the group that checks the process alone.
func livenessFix(s *graph.Service, path policy.Setting[string]) analyze.Fix {
	asked := strings.TrimSuffix(path.Value, "/")
	if s.Workload == nil || path.Origin.Line == 0 || !strings.HasSuffix(asked, "/actuator/health") {
		return analyze.Fix{None: analyze.NoValue}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{{
		Kind: s.Workload.Kind, Object: objectID(s.Workload.Ref), Places: []graph.Origin{path.Origin}, Base: policy.BasePlace,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Value: asked + "/liveness"}, Written: path.Origin, Was: path.Value}},
	}}}
}
