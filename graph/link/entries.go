package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// entryShare is which part of what a service answers has to begin there for users
// to come in there: a call whose trace broke off looks the same.
const entryShare = 0.05

// withoutSpans reports whether a call is declared by a service of which no spans were read.
func withoutSpans(g *graph.Graph, observed map[graph.Edge]*graph.Observed, e graph.Edge) bool {
	c := g.Call(e)
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

// findEntries finds the services at which users come in, as traces show: where
// requests begin that nobody sent, and that nobody can have sent of whom no spans
// were read.
func findEntries(g *graph.Graph, observed map[graph.Edge]*graph.Observed) {
	for v := range graph.Node(g.Len()) {
		s := g.Service(v).Served
		if s != nil && s.Entries > 0 && s.Entries >= entryShare*s.Requests {
			s.Entry = !slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return g.From(e) != v && withoutSpans(g, observed, e) })
		}
	}
}
