package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// IsRedundant reports whether something is infrastructure that is declared to
// survive the loss of one copy.
func IsRedundant(s *graph.Service) bool {
	n := Replicas(s)
	return KeepsData(s) && n.Set() && n.Value > 1
}

// RedundancyGaps lists what several replicas of v lack to replace each other.
func (r *Analysis) RedundancyGaps(v graph.Node) []string {
	g := r.Core
	s := g.Service(v)
	var lacks []string
	if Ecosystem(s) == "kubernetes" && s.Disruption == nil {
		lacks = append(lacks, "no PodDisruptionBudget in the inputs")
	}
	if s.Probes.Known && !s.Probes.Readiness {
		lacks = append(lacks, "no check that they are ready")
	}
	for _, e := range g.In(v) {
		if r.picksOneReplica(e) {
			lacks = append(lacks, "all requests of "+g.ID(g.From(e))+" to one of them")
		}
	}
	return lacks
}

// picksOneReplica reports whether the caller of e keeps to one replica.
func (r *Analysis) picksOneReplica(e graph.Edge) bool {
	return slices.ContainsFunc(r.Effective(e), func(part Part) bool {
		for i := range part.Layers {
			if b := part.Layers[i].Set.Balance; b != nil && b.Strategy.Set() && b.Strategy.Value == "pick-first" {
				return true
			}
		}
		return false
	})
}

// ReplicaCount is how many replicas of a service run at least.
type ReplicaCount struct {
	policy.Setting[int]
	Scaled bool // a scaler decides
}

// Replicas returns what is known of how many copies of s run, by its scaler or
// else by its own declaration.
func Replicas(s *graph.Service) ReplicaCount {
	if s.Scaling != nil {
		return ReplicaCount{policy.Declare(s.Scaling.Min, s.Scaling.Origin), true}
	}
	return ReplicaCount{s.Replicas, false}
}

// mostReplicas is how many copies of s may run, if that is known.
func mostReplicas(s *graph.Service) policy.Setting[int] {
	if s.Scaling != nil {
		return policy.Declare(max(s.Scaling.Min, s.Scaling.Max), s.Scaling.Origin)
	}
	return s.Replicas
}
