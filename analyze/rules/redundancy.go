package rules

import (
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// replicasValue writes the number with what supplied it.
func replicasValue(c analyze.ReplicaCount) analyze.KeyValue {
	text := strconv.Itoa(c.Value)
	if c.Provenance == policy.PlatformDefault {
		text += " (default)"
	}
	return keyValue("replicas", text)
}

// redundancyHint says how a service gets more replicas where it is declared, or
// keeps those that it has.
func redundancyHint(s *graph.Service) string {
	switch n := analyze.Replicas(s); {
	case analyze.Ecosystem(s) == "kubernetes" && n.Value > 1:
		return "add a PodDisruptionBudget with maxUnavailable: 1 that selects its pods"
	case analyze.Ecosystem(s) == "kubernetes" && s.Scaling != nil:
		return "set minReplicas of its HorizontalPodAutoscaler to 2 or more, and add a PodDisruptionBudget with maxUnavailable: 1"
	case analyze.Ecosystem(s) == "kubernetes":
		return "set spec.replicas to 2 or more, and add a PodDisruptionBudget with maxUnavailable: 1"
	case analyze.Ecosystem(s) == "compose":
		return "set deploy.replicas to 2 or more, which container_name and a fixed port of the machine prevent"
	default:
		return "run two or more, and declare replicas"
	}
}

// redundancyHints is redundancyHint about several services of which s is one.
func redundancyHints(s *graph.Service) string {
	switch n := analyze.Replicas(s); {
	case analyze.Ecosystem(s) == "kubernetes" && n.Value > 1:
		return "add a PodDisruptionBudget with maxUnavailable: 1 for each"
	case analyze.Ecosystem(s) == "kubernetes":
		return "set the replicas of each to 2 or more, and add a PodDisruptionBudget with maxUnavailable: 1 for each"
	case analyze.Ecosystem(s) == "compose":
		return "set deploy.replicas of each to 2 or more, which container_name and a fixed port of the machine prevent"
	default:
		return "run two or more of each, and declare replicas"
	}
}

// replicasConfidence in the number.
func replicasConfidence(c analyze.ReplicaCount) analyze.Confidence {
	if c.Provenance == policy.PlatformDefault {
		return analyze.Default
	}
	return analyze.Certain
}
