package rules

import (
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// lacksBreaker reports whether no layer of a part has a breaker or disables it.
func lacksBreaker(part *analyze.Part) bool {
	for i := range part.Layers {
		if b := part.Layers[i].Set.Breaker; b != nil && b.Kind.Provenance == policy.Disabled {
			return false
		}
	}
	return len(breakerLayers(part)) == 0
}

// breakerLayers returns the layers of a part that have a breaker, outermost first.
func breakerLayers(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		if b := part.Layers[i].Set.Breaker; b != nil && b.Kind.Set() && b.Kind.Value != "none" {
			layers = append(layers, &part.Layers[i])
		}
	}
	return layers
}

// detectsSlow reports whether a breaker opens for slow calls without a timeout. A default
// of the product does not count, as it relies on a timeout of the product.
func detectsSlow(b *policy.Breaker) bool {
	const never = 60 * time.Second // default of resilience4j, longer than any request
	if b.SlowAfter.Set() {
		return b.SlowAfter.Value < never
	}
	return b.Slow.Set() && b.Slow.Value && b.Slow.Provenance != policy.PlatformDefault
}

// breakerOrigin is where a breaker is declared.
func breakerOrigin(b *policy.Breaker) graph.Origin {
	return placed(b.Kind.Origin, b.ErrorRate.Origin, b.Failures.Origin, b.Window.Origin, b.Open.Origin, b.MinCalls.Origin, b.SlowAfter.Origin, b.MaxEject.Origin)
}

// breaksByDefault reports whether a product has a breaker that nothing declares, so that to switch it off is the way to
// have none.
func breaksByDefault(p *policy.Product) bool {
	b := p.Defaults.Breaker
	return b != nil && b.Kind.Set()
}

// disabledBreakers returns the layers of a part that declare a breaker and disable it,
// outermost first. A native manifest that does so is a decision and does not count, nor is what a product
// would do by itself.
func disabledBreakers(part *analyze.Part) []*policy.Effect {
	var layers []*policy.Effect
	for i := range part.Layers {
		l := &part.Layers[i]
		if b := l.Set.Breaker; b != nil && b.Kind.Provenance == policy.Disabled && l.Set.Product != nil && !breaksByDefault(l.Set.Product) {
			layers = append(layers, l)
		}
	}
	return layers
}
