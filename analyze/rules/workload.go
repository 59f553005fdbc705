package rules

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// podOf is the path to the pod in the object of a workload, which ends in a dot; false for kinds
// that have it in another place.
func podOf(kind string) (string, bool) {
	switch kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job":
		return "spec.template.", true
	case "CronJob":
		return "spec.jobTemplate.spec.template.", true
	case "Pod":
		return "", true
	}
	return "", false
}

// workloadFix edits the object of which a cluster runs the pods of a service.
func workloadFix(s *graph.Service, edits ...policy.Edit) analyze.Fix {
	if s.Workload == nil {
		return analyze.Fix{None: analyze.InPlatform}
	}
	c := analyze.ObjectEdit{Kind: s.Workload.Kind, Object: objectID(s.Workload.Ref), Places: []graph.Origin{s.Workload.Origin}}
	for _, e := range edits {
		c.Edits = append(c.Edits, analyze.FieldEdit{Edit: e})
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// objectID is the name of an object with its namespace, "shop/cart".
func objectID(r graph.Ref) string {
	if r.Namespace == "" {
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

// scalable are the kinds of workloads that have a number of replicas.
var scalable = []string{"Deployment", "StatefulSet", "ReplicaSet", "Rollout"}

// redundancyFix gives a service several replicas, and a budget that keeps some of them, as far as
// it has not.
func redundancyFix(s *graph.Service) (f analyze.Fix) {
	if n := analyze.Replicas(s); n.Value <= 1 {
		f = replicasFix(s, 2)
	} else if analyze.Ecosystem(s) != "kubernetes" {
		f = analyze.Fix{None: analyze.InPlatform}
	}
	if analyze.Ecosystem(s) != "kubernetes" || f.None != "" {
		return f
	}
	if s.Disruption == nil {
		budget := budgetFix(s)
		if !budget.Applicable() {
			return budget
		}
		f = f.And(budget)
	}
	return f
}

// replicasFix sets how many replicas of a service run, at least if a scaler decides.
func replicasFix(s *graph.Service, n int) analyze.Fix {
	count := strconv.Itoa(n)
	switch {
	case analyze.Ecosystem(s) != "kubernetes":
		if f := nativeFix(s, policy.Edit{Path: "replicas", Value: count}); f.Applicable() {
			return f
		}
	case s.Scaling != nil:
		return analyze.Fix{Changes: []analyze.ObjectEdit{{
			Kind: "HorizontalPodAutoscaler", Places: []graph.Origin{s.Scaling.Origin},
			Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: "spec.minReplicas", Value: count}}},
		}}}
	case s.Workload != nil && slices.Contains(scalable, s.Workload.Kind):
		return workloadFix(s, policy.Edit{Path: "spec.replicas", Value: count})
	}
	return analyze.Fix{None: analyze.InPlatform}
}

// budgetFix adds a PodDisruptionBudget for the pods of a service.
func budgetFix(s *graph.Service) analyze.Fix {
	if s.Workload == nil || len(s.Workload.PodLabels) == 0 {
		return analyze.Fix{None: analyze.InPlatform}
	}
	begins := []policy.Edit{
		{Path: "apiVersion", Value: "policy/v1"}, {Path: "kind", Value: "PodDisruptionBudget"}, {Path: "metadata.name", Value: s.Workload.Name},
	}
	if s.Workload.Namespace != "" {
		begins = append(begins, policy.Edit{Path: "metadata.namespace", Value: s.Workload.Namespace})
	}
	c := analyze.ObjectEdit{
		Kind: "PodDisruptionBudget", Object: objectID(s.Workload.Ref), Places: []graph.Origin{s.Workload.Origin}, New: begins,
		Edits: []analyze.FieldEdit{{Edit: policy.Edit{Path: "spec.maxUnavailable", Value: "1"}}},
	}
	for _, key := range slices.Sorted(maps.Keys(s.Workload.PodLabels)) {
		c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Path: "spec.selector.matchLabels[" + key + "]", Value: strconv.Quote(s.Workload.PodLabels[key])}})
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// evictable lets a budget that allows no eviction allow one.
func evictable(s *graph.Service) analyze.Fix {
	c := analyze.ObjectEdit{Kind: "PodDisruptionBudget", Object: objectID(s.Disruption.Ref), Places: []graph.Origin{s.Disruption.Origin}}
	if s.Disruption.MinAvailable != "" {
		c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpRemove, Path: "spec.minAvailable"}})
	}
	c.Edits = append(c.Edits, analyze.FieldEdit{Edit: policy.Edit{Path: "spec.maxUnavailable", Value: "1"}})
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// joinFix takes the pods of a service into the mesh of a product.
func joinFix(s *graph.Service, in *policy.Product) analyze.Fix {
	if s.Workload == nil || len(in.OrNative().Join) == 0 {
		return analyze.Fix{None: analyze.InPlatform}
	}
	pod, ok := podOf(s.Workload.Kind)
	if !ok {
		return analyze.Fix{None: analyze.InPlatform}
	}
	var edits []policy.Edit
	for _, e := range in.Join {
		e.Path = pod + "metadata." + e.Path
		edits = append(edits, e)
	}
	return workloadFix(s, edits...)
}

// probeFix gives the one container of a service a readiness probe: what its livenessProbe asks, or
// else whether its port is open.
func probeFix(s *graph.Service) analyze.Fix {
	if s.Workload == nil {
		return analyze.Fix{None: analyze.InPlatform}
	}
	pod, ok := podOf(s.Workload.Kind)
	path := pod + "spec.containers[].readinessProbe"
	c := analyze.ObjectEdit{Kind: s.Workload.Kind, Object: objectID(s.Workload.Ref), Places: []graph.Origin{s.Workload.Origin}}
	switch {
	case !ok:
		return analyze.Fix{None: analyze.InPlatform}
	case s.Probes.Liveness && s.Probes.Origin.Line > 0:
		c.Places = []graph.Origin{s.Probes.Origin}
		c.Edits = []analyze.FieldEdit{{
			Edit:    policy.Edit{Op: policy.OpCopy, Path: path},
			Written: s.Probes.Origin, From: pod + "spec.containers[].livenessProbe",
		}}
	case len(s.Images) == 1 && onlyPort(s) != "":
		port := onlyPort(s)
		if _, err := strconv.Atoi(port); err != nil {
			port = strconv.Quote(port)
		}
		return workloadFix(s, policy.Edit{Path: path, Value: "{tcpSocket: {port: " + port + "}}"})
	default:
		return analyze.Fix{None: analyze.NoValue}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// onlyPort is the one port of its pods that a service has, as they name or number it; "" if it has
// several, one of which may be for other things than requests.
func onlyPort(s *graph.Service) string {
	only := ""
	for _, p := range s.Ports {
		port := cmp.Or(p.Target, strconv.Itoa(p.Number))
		if only != "" && port != only && p.Name != only {
			return ""
		}
		only = cmp.Or(only, port)
	}
	return only
}
