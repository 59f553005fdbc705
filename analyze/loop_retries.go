package analyze

import (
	"math"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// roundFactor returns how many calls one error is after a round on a loop.
func (r *Analysis) roundFactor(loop []graph.Node) float64 {
	factor := 1.0
	for _, e := range r.CallsAround(loop) {
		factor *= r.Repeats(e)
	}
	return factor
}

// retriedLoop returns a shortest loop of a cycle through a call that is repeated on errors,
// from its smallest service; nil if there is no such call. The calls of the cycle are
// those of sync, whose components are within. Of a tangled one it looks at as many
// calls as it has patience for.
func (r *Analysis) retriedLoop(sync *graph.Graph, within *components, c *Cycle) []graph.Node {
	var best []graph.Node
	ways, most := newCrossing(sync, within), math.MaxInt
	for _, v := range c.Services {
		for _, w := range sync.Callees(v) {
			e, _ := r.Core.Edge(v, w)
			if within.Of[w] != within.Of[v] || r.Core.Routes(e) == nil || ways.walked > patience || r.Repeats(e) <= 1 {
				continue
			}
			if loop := ways.within(w, v, most); loop != nil {
				best, most = loop, len(loop)-1
			}
		}
	}
	if best == nil {
		return nil
	}
	first := slices.Index(best, slices.Min(best))
	return append(slices.Clone(best[first:]), best[:first]...)
}

// CallsAround returns the calls of a loop.
func (r *Analysis) CallsAround(loop []graph.Node) []graph.Edge {
	return CallsAlong(r.Core, append(slices.Clone(loop), loop[0])...)
}

// CallsAlong returns the calls from each service to the next.
func CallsAlong(g *graph.Graph, chain ...graph.Node) []graph.Edge {
	var calls []graph.Edge
	for i := 1; i < len(chain); i++ {
		if e, ok := g.Edge(chain[i-1], chain[i]); ok {
			calls = append(calls, e)
		}
	}
	return calls
}
