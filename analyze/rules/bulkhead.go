package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

// capped reports whether a layer limits the concurrency or the connections of a call.
func capped(part *analyze.Part) bool {
	for i := range part.Layers {
		b := part.Layers[i].Set.Bulkhead
		if b == nil {
			continue
		}
		for _, s := range []policy.Setting[int]{b.MaxConcurrent, b.MaxPending, b.MaxConnections, b.PoolSize} {
			if s.Set() || s.Provenance == policy.Disabled { // a decision
				return true
			}
		}
	}
	return false
}
