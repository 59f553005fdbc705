package rules

import (
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

// capped reports whether some layer limits how much of the caller a call takes.
func capped(part *analyze.Part) bool {
	for i := range part.Layers {
		b := part.Layers[i].Set.Bulkhead
		if b == nil {
			continue
		}
		for _, s := range []policy.Setting[int]{b.MaxConcurrent, b.MaxPending, b.MaxConnections, b.PoolSize} {
			if s.Set() || s.Provenance == policy.Disabled { // somebody decided
				return true
			}
		}
	}
	return false
}
