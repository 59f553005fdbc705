package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// ownersOf returns the services that own a data store: its only caller, else those of
// its callers that share its owner, team or system.
func ownersOf(p *Pass, v graph.Node) []graph.Node {
	g := p.Core
	callers := slices.DeleteFunc(g.Callers(v), func(u graph.Node) bool { return u == v || !analyze.IsOwn(g.Service(u)) })
	if len(callers) < 2 {
		return callers
	}
	for _, of := range []func(*graph.Service) string{
		func(s *graph.Service) string { return s.Owner },
		func(s *graph.Service) string { return s.Team },
		func(s *graph.Service) string { return s.System },
	} {
		whose := of(g.Service(v))
		if whose == "" {
			continue
		}
		return slices.DeleteFunc(callers, func(u graph.Node) bool { return of(g.Service(u)) != whose })
	}
	return nil
}

// declaredTier returns the tier that v declares, and for a data store that declares
// none that of its most critical owner.
func declaredTier(p *Pass, v graph.Node) tierOf {
	g := p.Core
	s := g.Service(v)
	if s.Tier.Set() {
		return tierOf{s.Tier.Value, analyze.None}
	}
	best := tierOf{0, analyze.None}
	if !analyze.KeepsData(s) {
		return best
	}
	for _, u := range ownersOf(p, v) {
		if own := g.Service(u).Tier; own.Set() && (best.value == 0 || own.Value < best.value) {
			best = tierOf{own.Value, u}
		}
	}
	return best
}

// isTierInversion reports whether e is a required synchronous call to a service whose
// declared tier is less critical than that of the caller. A member of a group counts as
// required.
func isTierInversion(p *Pass, e graph.Edge) bool {
	g := p.Core
	if g.Service(g.From(e)).Kind == graph.KindJob || !analyze.MayBreak(g, e) || analyze.HasFallback(g, e) {
		return false
	}
	from, to := declaredTier(p, g.From(e)), declaredTier(p, g.To(e))
	return from.value > 0 && to.value > from.value && from.owner == analyze.None
}

// A tierOf is a tier that is declared for a service, or for the owner of a data store.
type tierOf struct {
	value int        // 0 if none is declared
	owner graph.Node // the owner that declares it; None: the service itself
}
