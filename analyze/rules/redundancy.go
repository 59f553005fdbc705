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
		return "a PodDisruptionBudget with maxUnavailable: 1 that selects its pods"
	case analyze.Ecosystem(s) == "kubernetes" && s.Scaling != nil:
		return "minReplicas of 2 or more in its HorizontalPodAutoscaler, and a PodDisruptionBudget with maxUnavailable: 1"
	case analyze.Ecosystem(s) == "kubernetes":
		return "spec.replicas of 2 or more, and a PodDisruptionBudget with maxUnavailable: 1"
	case analyze.Ecosystem(s) == "compose":
		return "deploy.replicas of 2 or more"
	default:
		return "run two or more, and say so with replicas"
	}
}

// replicasConfidence in the number.
func replicasConfidence(c analyze.ReplicaCount) analyze.Confidence {
	if c.Provenance == policy.PlatformDefault {
		return analyze.Default
	}
	return analyze.Certain
}
