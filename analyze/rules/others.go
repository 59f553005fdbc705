package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// ofOthers returns whether a finding is about other parts of the estate only: all its places are
// there, or, if it has none, all its services.
func ofOthers(g *graph.Graph) func(analyze.Finding) bool {
	c := g.Coverage()
	return func(f analyze.Finding) bool {
		if len(f.Origins) > 0 {
			return !slices.ContainsFunc(f.Origins, func(o graph.Origin) bool { return !c.InEstate(o) })
		}
		return len(f.Services) > 0 && !slices.ContainsFunc(f.Services, func(v graph.Node) bool { return !c.OfEstate(g.Service(v)) })
	}
}
