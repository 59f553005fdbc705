package rules

import "github.com/weirgraph/weir/analyze"

// hasFallback reports whether a part of a call has a fallback or a cache. accepted
// reports whether a reason is declared for having no fallback.
func hasFallback(part *analyze.Part) (has, accepted bool) {
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

// lacksFallback reports whether a part has neither a fallback nor a declared reason for
// having none.
func lacksFallback(part *analyze.Part) bool {
	has, accepted := hasFallback(part)
	return !has && !accepted
}
