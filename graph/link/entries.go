package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// entryShare is the share of the requests to an entry point that must have no observed
// caller. Below it, they can be calls of incomplete traces.
const entryShare = 0.05

// withoutSpans reports whether a call is declared by a service of which no spans were read.
func withoutSpans(g *graph.Graph, observed []*graph.Observed, e graph.Edge) bool {
	c := g.Attributes(e)
	if c.Observed || c.Strength == graph.Allowed || g.Service(c.From).Served != nil {
		return false
	}
	lo, hi := g.Out(c.From)
	for f := lo; f < hi; f++ {
		if observed[f] != nil {
			return false
		}
	}
	return true
}

// findEntries finds the entry points that traces show: services that answer requests without
// an observed caller, unless a declared caller of which no spans were read can have sent
// them.
func findEntries(g *graph.Graph, observed []*graph.Observed) {
	for v := range graph.Node(g.Len()) {
		s := g.Service(v).Served
		if s != nil && s.Entries > 0 && s.Entries >= entryShare*s.Requests {
			s.Entry = !slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return g.From(e) != v && withoutSpans(g, observed, e) })
		}
	}
}
