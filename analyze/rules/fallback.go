package rules

import "github.com/weirgraph/weir/analyze"

// fallsBack reports whether the caller has another answer for a part of a call:
// a fallback, or what a cache kept. accepted reports whether somebody says why
// there is deliberately none.
func fallsBack(part *analyze.Part) (has, accepted bool) {
	for i := range part.Layers {
		s := &part.Layers[i].Set
		if s.Cache != nil && s.Cache.TTL.Set() {
			has = true
		}
		if s.Fallback == nil {
			continue
		}
		for _, step := range s.Fallback.Steps {
			switch {
			case step.Kind.Set() && step.Kind.Value != "none":
				has = true
			case step.Reason != "":
				accepted = true
			}
		}
	}
	return has, accepted
}

// helpless reports whether a part has neither another answer nor a reason to have
// none.
func helpless(part *analyze.Part) bool {
	has, accepted := fallsBack(part)
	return !has && !accepted
}
