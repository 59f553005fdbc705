package analyze

import "github.com/weirgraph/weir/graph"

// What the rules about drift share: calls that were seen against those that are
// declared. Neither side knows everything. Manifests are silent about calls that
// stand in code, and traces about calls that nobody made while they were taken.

// witnessed is how many calls were seen that a service makes, and that it makes or
// answers.
func witnessed(g *graph.Graph, v graph.Node) (made, all float64) {
	lo, hi := g.Out(v)
	for e := lo; e < hi; e++ {
		if o := g.Observed(e); o != nil {
			made += o.Calls
		}
	}
	all = made
	for _, e := range g.In(v) {
		if o := g.Observed(e); o != nil && g.From(e) != v {
			all += o.Calls
		}
	}
	return made, all
}

// declares reports whether manifests know of any call that v makes.
func declares(g *graph.Graph, v graph.Node) bool {
	lo, hi := g.Out(v)
	for e := lo; e < hi; e++ {
		if c := g.Call(e); c.Declared && c.Strength > graph.Allowed {
			return true
		}
	}
	return false
}

// seenAt is where a call was seen first.
func seenAt(c graph.Call) graph.Origin {
	for i := range c.Evidence {
		if c.Evidence[i].Observed {
			return c.Evidence[i].Origin
		}
	}
	return graph.Origin{}
}
