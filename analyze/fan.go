package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Metrics measures g service by service: who calls many, who is called by many, who
// is how deep.
func Metrics(g *graph.Graph) *Fan {
	sync := withoutReturns(Synchronous(g)) // the depth adds up along a way, as what Onward is for
	chains := deepen(sync, findComponents(sync), func(graph.Node) int32 { return 1 })
	gates := FindChokepoints(g)
	r := NewAnalysis(g)
	fan := &Fan{Services: fanRows(g, chains), Chokepoints: gates.greatest(r)}
	r.setAmplification(fan.Services)
	for v := range fan.Services {
		fan.Services[v].Behind = int(gates.Behind[v].N)
	}
	fan.Skipped = r.setAvailability(fan.Services)
	for _, row := range fan.Services {
		fan.Depth, fan.Layers = max(fan.Depth, row.Depth), max(fan.Layers, row.Layer+1)
	}
	if fan.Depth > 0 {
		for v := range graph.Node(g.Len()) {
			if chains.length(v)-1 == int32(fan.Depth) {
				fan.Deepest = chains.from(sync, v)
				break
			}
		}
	}
	slices.SortFunc(fan.Services, func(a, b FanRow) int {
		return cmp.Or(cmp.Compare(b.Out+b.In, a.Out+a.In), cmp.Compare(a.Node, b.Node))
	})
	return fan
}

// fanRows returns the row of every service of g, by node.
func fanRows(g *graph.Graph, chains *chains) []FanRow {
	c := findComponents(g)
	d := condense(g, c)
	reach, impact := below(d, c), above(d, c)
	layers := deepen(g, c, func(graph.Node) int32 { return 1 })
	rows := make([]FanRow, g.Len())
	for v := range graph.Node(g.Len()) {
		r := &rows[v]
		*r = FanRow{
			Node: v, Role: g.Service(v).Role,
			Out: len(g.Callees(v)), In: len(g.In(v)), Needs: len(NeedsOthers(g, v)),
			Depth: int(chains.length(v)) - 1, Layer: int(layers.length(v)) - 1,
			Reach: int(reach[v]), Impact: int(impact[v]),
		}
		if _, self := g.Edge(v, v); self {
			r.Out--
			r.In--
		}
	}
	return rows
}
