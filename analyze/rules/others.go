package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// ofOthers returns whether a finding is about other parts of the estate only: all its places are
// there, or, if it has none, all its services.
func ofOthers(g *graph.Graph) func(*analyze.Finding) bool {
	c := g.Coverage()
	return func(f *analyze.Finding) bool {
		if len(f.Origins) > 0 {
			return !slices.ContainsFunc(f.Origins, func(o graph.Origin) bool { return !c.InEstate(o) })
		}
		return len(f.Services) > 0 && !slices.ContainsFunc(f.Services, func(v graph.Node) bool { return !c.OfEstate(g.Service(v)) })
	}
}

// ofOthers reports whether only other parts of the estate show a call. Where a rule reports many
// calls at once, such a call is none of the inputs.
func (p *Pass) ofOthers(e graph.Edge) bool {
	c := p.Graph.Coverage()
	return len(c.Estate) > 0 && !slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool { return !c.InEstate(ev.Origin) })
}
