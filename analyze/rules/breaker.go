package rules

import (
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// unbroken reports whether no layer of a part has a breaker, and nobody decided
// against one.
func unbroken(part *analyze.Part) bool {
	for i := range part.Layers {
		if b := part.Layers[i].Set.Breaker; b != nil && b.Kind.Provenance == policy.Disabled {
			return false
		}
	}
	return len(broken(part)) == 0
}

// broken returns the layers of a part that have a breaker, outermost first.
func broken(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		if b := part.Layers[i].Set.Breaker; b != nil && b.Kind.Set() && b.Kind.Value != "none" {
			layers = append(layers, &part.Layers[i])
		}
	}
	return layers
}

// seesSlow reports whether a breaker opens for calls that are merely slow, by itself:
// what a product sees unasked it sees by a timeout of its own.
func seesSlow(b *policy.Breaker) bool {
	const never = 60 * time.Second // resilience4j's own, which no request takes
	if b.SlowAfter.Set() {
		return b.SlowAfter.Value < never
	}
	return b.Slow.Set() && b.Slow.Value && b.Slow.Provenance != policy.PlatformDefault
}

// breakerOrigin is where a breaker is written.
func breakerOrigin(b *policy.Breaker) graph.Origin {
	return placed(b.Kind.Origin, b.ErrorRate.Origin, b.Failures.Origin, b.Window.Origin, b.Open.Origin, b.MinCalls.Origin, b.SlowAfter.Origin, b.MaxEject.Origin)
}

// switchedOff returns the layers of a part in which somebody declares a breaker
// and switches it off, outermost first. In a native manifest that is a decision.
func switchedOff(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		l := &part.Layers[i]
		if b := l.Set.Breaker; b != nil && b.Kind.Provenance == policy.Disabled && l.Set.Product != nil {
			layers = append(layers, l)
		}
	}
	return layers
}
