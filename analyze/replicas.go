package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// redundant reports whether something is infrastructure that is declared to
// survive the loss of one copy.
func redundant(s *graph.Service) bool {
	n := replicas(s)
	return keepsData(s) && n.Set() && n.Value > 1
}

// unguarded lists what several replicas of v lack to stand in for each other.
func (r *run) unguarded(v graph.Node) []string {
	g := r.core
	s := g.Service(v)
	var lacks []string
	if ecosystem(s) == "kubernetes" && s.Disruption == nil {
		lacks = append(lacks, "no PodDisruptionBudget in the inputs")
	}
	if s.Probes.Known && !s.Probes.Readiness {
		lacks = append(lacks, "no check that they are ready")
	}
	for _, e := range g.In(v) {
		if r.picksOne(e) {
			lacks = append(lacks, "all requests of "+g.ID(g.From(e))+" to one of them")
		}
	}
	return lacks
}

// picksOne reports whether the caller of e keeps to one replica.
func (r *run) picksOne(e graph.Edge) bool {
	return slices.ContainsFunc(r.effective(e), func(part Part) bool {
		for i := range part.Layers {
			if b := part.Layers[i].Set.Balance; b != nil && b.Strategy.Set() && b.Strategy.Value == "pick-first" {
				return true
			}
		}
		return false
	})
}

// copies is how many replicas of a service run at least.
type copies struct {
	policy.Setting[int]
	scaled bool // a scaler decides
}

// replicas returns what is known of how many copies of s run, by its scaler or
// else by its own declaration.
func replicas(s *graph.Service) copies {
	if s.Scaling != nil {
		return copies{policy.Declare(s.Scaling.Min, s.Scaling.Origin), true}
	}
	return copies{s.Replicas, false}
}
