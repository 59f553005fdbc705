package analyze

import (
	"strconv"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// value writes the number with what supplied it.
func (c ReplicaCount) value() KeyValue {
	text := strconv.Itoa(c.Value)
	if c.Provenance == policy.PlatformDefault {
		text += " (default)"
	}
	return KeyValue{"replicas", text}
}

// redundancyHint says how a service gets more replicas where it is declared, or
// keeps those that it has.
func redundancyHint(s *graph.Service) string {
	switch n := Replicas(s); {
	case Ecosystem(s) == "kubernetes" && n.Value > 1:
		return "a PodDisruptionBudget with maxUnavailable: 1 that selects its pods"
	case Ecosystem(s) == "kubernetes" && s.Scaling != nil:
		return "minReplicas of 2 or more in its HorizontalPodAutoscaler, and a PodDisruptionBudget with maxUnavailable: 1"
	case Ecosystem(s) == "kubernetes":
		return "spec.replicas of 2 or more, and a PodDisruptionBudget with maxUnavailable: 1"
	case Ecosystem(s) == "compose":
		return "deploy.replicas of 2 or more"
	default:
		return "run two or more, and say so with replicas"
	}
}

// confidence in the number.
func (c ReplicaCount) confidence() Confidence {
	if c.Provenance == policy.PlatformDefault {
		return Default
	}
	return Certain
}
