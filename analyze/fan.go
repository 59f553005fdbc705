package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Fan is the shape of a graph, service by service.
type Fan struct {
	Services    []FanRow     // by fan-out plus fan-in, greatest first, then by ID
	Deepest     []graph.Node // a longest chain of synchronous calls, caller first
	Depth       int          // calls on it, without those within one cycle
	Layers      int          // how many there are; 0 in an empty graph
	Chokepoints []Chokepoint // with at least two services behind them, the most first, then by ID; ten at most
	Skipped     int          // services whose availability would have taken too long to find
}

// A FanRow is one service's place in the shape. Calls to itself do not count.
type FanRow struct {
	Node   graph.Node
	Out    int        // distinct services it calls
	Needs  int        // its needs: of those services, the members of a group count as one
	In     int        // distinct services that call it
	Depth  int        // synchronous calls on the longest chain below it; services of one cycle count as one
	Layer  int        // 0 has no callees; else one above the highest layer it calls; one cycle is one layer
	Role   graph.Role // also Service.Role
	Reach  int        // other services it calls, directly or not
	Impact int        // other services that call it, directly or not
	Behind int        // services and gateways that entry points reach only through it, see Gate

	// Amp is how many requests it can get for one to the estate, by all the retries on
	// the worst path to it: 1 without any, +Inf behind a loop of retries. AmpPath is that
	// path, first call first; nil if Amp is 1.
	Amp     float64
	AmpPath []graph.Node

	Available *Availability // nil if neither it nor anything that it needs declares an objective
}

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
				fan.Deepest = chains.from(v)
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
