package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Predicates that keep rules about timeouts, retries and breakers from false
// positives.

// isStream reports whether a part is a stream: its timeout is disabled and an idle
// timeout is set explicitly.
func isStream(part *analyze.Part) bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
		t := l.Set.Timeout
		return t != nil && t.Total.Provenance == policy.Disabled && (t.Idle.IsExplicit() || t.ReadGap.IsExplicit())
	})
}

// driverManaged reports whether a driver makes the call e. The settings of drivers are
// in no manifest and proxies forward such calls as bytes, so only policies of the call
// itself are known.
func driverManaged(g *graph.Graph, e graph.Edge) bool {
	return analyze.KeepsData(g.Service(g.To(e))) || !policy.HasRequests(g.Protocol(e))
}

// fromGateway reports whether a gateway makes the call e: by the kind of the caller, or
// by a policy of the gateway layer.
func fromGateway(p *Pass, e graph.Edge) bool {
	return p.Core.Service(p.Core.From(e)).Kind == graph.KindGateway || slices.ContainsFunc(p.Effective(e), func(part analyze.Part) bool {
		return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Layer == policy.Gateway })
	})
}

// policyKnown reports whether an input that can declare policies covers a call: one of
// its layers, or a native manifest that declares more than the call. The policies of
// other calls are unknown, not absent, and so are those of a call in a file of code with a
// policy that may act on it, and of one beside templates of a chart that is not rendered.
func policyKnown(p *Pass, e graph.Edge, parts []analyze.Part) bool {
	if looseIn(p.Core, e) != nil || besideTemplates(p, e) {
		return false
	}
	if slices.ContainsFunc(parts, func(part analyze.Part) bool { return len(part.Layers) > 0 }) {
		return true
	}
	var one [1]graph.Evidence
	return slices.ContainsFunc(p.Core.EvidenceIn(e, &one), func(ev graph.Evidence) bool {
		return isNative(ev) && (ev.Protocol != "" || ev.Methods != nil || hasNativePolicies(p))
	})
}

// looseIn returns a policy in the code of which it is not known whether it acts on e, nil if there is none.
func looseIn(g *graph.Graph, e graph.Edge) *graph.Loose {
	var one [1]graph.Evidence
	for _, ev := range g.EvidenceIn(e, &one) {
		if ev.Loose != nil {
			return ev.Loose
		}
	}
	return nil
}

var unrenderedTemplates = analyze.NewMemo[analyze.Once, []string]("the directories of templates of charts that are not rendered")

// besideTemplates reports whether a call or its callee is declared in the templates of a chart that is not rendered:
// some of them can be read as they are, and the others may have its policies.
func besideTemplates(p *Pass, e graph.Edge) bool {
	dirs := unrenderedTemplates.Of(p.Analysis, analyze.Once{}, func() (dirs []string) {
		for _, u := range p.Core.Coverage().Unread {
			if u.Kind.Chart {
				dirs = append(dirs, path.Join(u.Name, "templates")+"/")
			}
		}
		return dirs
	})
	if len(dirs) == 0 {
		return false
	}
	within := func(o graph.Origin) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return o.RenderedFrom() == "" && strings.HasPrefix(o.File(), dir) })
	}
	var one [1]graph.Evidence
	return slices.ContainsFunc(p.Core.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return within(ev.Origin) }) ||
		slices.ContainsFunc(p.Core.Service(p.Core.To(e)).Origins, within)
}

var nativePolicies = analyze.NewMemo[analyze.Once, bool]("whether a native manifest gives a policy to any call")

// hasNativePolicies reports whether a native manifest gives a policy to any call.
func hasNativePolicies(p *Pass) bool {
	return nativePolicies.Of(p.Analysis, analyze.Once{}, func() bool {
		found := false
		var one [1]graph.Evidence
		for e := range graph.Edge(p.Core.Calls()) {
			found = found || slices.ContainsFunc(p.Core.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return isNative(ev) && ev.Says != nil })
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

// capForJobs is the severity of a finding about e without regard to tiers: at most info
// for jobs, which may wait long and retry often.
func capForJobs(p *Pass, e graph.Edge, s analyze.Severity) analyze.Severity {
	if p.Core.Service(p.Core.From(e)).Kind == graph.KindJob {
		return min(s, analyze.Info)
	}
	return s
}
