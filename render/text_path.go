package render

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writePath writes the shortest chains between two services, in both directions.
func writePath(p *pen.Pen, g *graph.Graph, r *analyze.Path) {
	l := newLegend()
	writePaths(p, g, r.From, r.To, r.Forward, l)
	writePaths(p, g, r.To, r.From, r.Back, l)
	if r.More {
		p.Line(p.Faint("not shown: further chains of the same length"))
	}
	l.write(p)
}

func writePaths(p *pen.Pen, g *graph.Graph, from, to graph.Node, chains [][]graph.Node, l legend) {
	a, b := p.Strong(pen.Clean(g.ID(from))), p.Strong(pen.Clean(g.ID(to)))
	if len(chains) == 0 {
		p.Linef("%s does not call %s, directly or indirectly", a, b)
		return
	}
	hops := len(chains[0]) - 1
	how := "directly"
	if hops != 1 {
		how = fmt.Sprintf("over %s", english.Count(hops, "call"))
	}
	p.Linef("%s calls %s %s", a, b, how)
	for _, chain := range chains {
		names := ids(g, chain)
		for i := 1; i < len(chain); i++ {
			if e, ok := g.Edge(chain[i-1], chain[i]); ok {
				names[i] += l.of(g.Call(e))
			}
		}
		p.Line("  " + p.Chain(names))
	}
}
