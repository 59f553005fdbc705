package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// What keeps rules about timeouts, retries and breakers from accusing the wrong
// calls, in one place.

// isStream reports whether a part is a stream for which somebody exchanged the
// timeout for one of silence.
func (part *Part) isStream() bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
		t := l.Set.Timeout
		return t != nil && t.Total.Provenance == policy.Disabled && (t.Idle.IsExplicit() || t.ReadGap.IsExplicit())
	})
}

// driverManaged reports whether a driver makes the call e, whose settings stand in no
// manifest: proxies pass such calls on as bytes, and only what is declared for
// the call itself can be judged.
func driverManaged(g *graph.Graph, e graph.Edge) bool {
	return KeepsData(g.Service(g.To(e))) || !policy.HasRequests(g.Protocol(e))
}

// fromGateway reports whether a gateway makes the call e, be it a program like any other
// of which only its policies tell.
func (p *Pass) fromGateway(e graph.Edge) bool {
	return p.Core.Service(p.Core.From(e)).Kind == graph.KindGateway || slices.ContainsFunc(p.Effective(e), func(part Part) bool {
		return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Layer == policy.Gateway })
	})
}

// policyKnown reports whether some input that can declare policies speaks of a call: one
// of its layers, or a native manifest that is more than a sketch. Of other calls
// nothing is known, which is not to say that they have nothing.
func (p *Pass) policyKnown(e graph.Edge, parts []Part) bool {
	if slices.ContainsFunc(parts, func(part Part) bool { return len(part.Layers) > 0 }) {
		return true
	}
	return slices.ContainsFunc(p.Core.Call(e).Evidence, func(ev graph.Evidence) bool {
		return isNative(ev) && (ev.Protocol != "" || ev.Methods != nil || p.Analysis.hasNativePolicies())
	})
}

var nativePolicies = NewMemo[Once, bool]("whether a native manifest gives a policy to any call")

// hasNativePolicies reports whether a native manifest gives a policy to any call.
func (r *Analysis) hasNativePolicies() bool {
	return nativePolicies.Of(r, Once{}, func() bool {
		found := false
		for e := range graph.Edge(r.Core.Calls()) {
			found = found || slices.ContainsFunc(r.Core.Call(e).Evidence, func(ev graph.Evidence) bool { return isNative(ev) && ev.Says != nil })
		}
		return found
	})
}

// gradeByTier is the severity of a finding about e: one level up where the caller is of
// tier 1, one down where it is of tier 4.
func (p *Pass) gradeByTier(e graph.Edge, s Severity) Severity {
	switch p.Analysis.Tiers()[p.Core.From(e)].Value {
	case 1:
		s = min(s+1, Error)
	case LowestTier:
		s = max(s, 1) - 1
	}
	return p.capForJobs(e, s)
}

// capForJobs is the severity of a finding about e without regard to tiers. Jobs may
// wait long and try often.
func (p *Pass) capForJobs(e graph.Edge, s Severity) Severity {
	if p.Core.Service(p.Core.From(e)).Kind == graph.KindJob {
		return min(s, Info)
	}
	return s
}
