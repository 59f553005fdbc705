package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// What keeps rules about timeouts, retries and breakers from accusing the wrong
// calls, in one place.

// isStream reports whether a part is a stream for which somebody exchanged the
// timeout for one of silence.
func isStream(part *analyze.Part) bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
		t := l.Set.Timeout
		return t != nil && t.Total.Provenance == policy.Disabled && (t.Idle.IsExplicit() || t.ReadGap.IsExplicit())
	})
}

// driverManaged reports whether a driver makes the call e, whose settings stand in no
// manifest: proxies pass such calls on as bytes, and only what is declared for
// the call itself can be judged.
func driverManaged(g *graph.Graph, e graph.Edge) bool {
	return analyze.KeepsData(g.Service(g.To(e))) || !policy.HasRequests(g.Protocol(e))
}

// fromGateway reports whether a gateway makes the call e, be it a program like any other
// of which only its policies tell.
func fromGateway(p *Pass, e graph.Edge) bool {
	return p.Core.Service(p.Core.From(e)).Kind == graph.KindGateway || slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
		return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Layer == policy.Gateway })
	})
}

// policyKnown reports whether some input that can declare policies speaks of a call: one
// of its layers, or a native manifest that is more than a sketch. Of other calls
// nothing is known, which is not to say that they have nothing.
func policyKnown(p *Pass, e graph.Edge, parts []analyze.Part) bool {
	if slices.ContainsFunc(parts, func(part analyze.Part) bool { return len(part.Layers) > 0 }) {
		return true
	}
	return slices.ContainsFunc(p.Core.Call(e).Evidence, func(ev graph.Evidence) bool {
		return isNative(ev) && (ev.Protocol != "" || ev.Methods != nil || hasNativePolicies(p))
	})
}

var nativePolicies = analyze.NewMemo[analyze.Once, bool]("whether a native manifest gives a policy to any call")

// hasNativePolicies reports whether a native manifest gives a policy to any call.
func hasNativePolicies(p *Pass) bool {
	return nativePolicies.Of(p.Analysis, analyze.Once{}, func() bool {
		found := false
		for e := range graph.Edge(p.Core.Calls()) {
			found = found || slices.ContainsFunc(p.Core.Call(e).Evidence, func(ev graph.Evidence) bool { return isNative(ev) && ev.Says != nil })
		}
		return found
	})
}

// gradeByTier is the severity of a finding about e: one level up where the caller is of
// tier 1, one down where it is of tier 4.
func gradeByTier(p *Pass, e graph.Edge, s analyze.Severity) analyze.Severity {
	switch p.Tier(p.Core.From(e)).Value {
	case 1:
		s = min(s+1, analyze.Error)
	case analyze.LowestTier:
		s = max(s, 1) - 1
	}
	return capForJobs(p, e, s)
}

// capForJobs is the severity of a finding about e without regard to tiers. Jobs may
// wait long and try often.
func capForJobs(p *Pass, e graph.Edge, s analyze.Severity) analyze.Severity {
	if p.Core.Service(p.Core.From(e)).Kind == graph.KindJob {
		return min(s, analyze.Info)
	}
	return s
}
