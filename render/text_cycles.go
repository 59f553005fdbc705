package render

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writeCycles writes each loop, with the places of its calls.
func writeCycles(p *pen.Pen, g *graph.Graph, c *analyze.Cycles) {
	if len(c.Components) == 0 {
		p.Linef("no loops among %s", english.Count(g.Len(), "service"))
		return
	}
	waiting := 0
	for i := range c.Components {
		writeCycle(p, g, &c.Components[i])
		p.Line("")
		if c.Components[i].Sync {
			waiting++
		}
	}
	p.Linef("%s among %s, %d of synchronous calls only", english.Count(len(c.Components), "loop"), english.Count(g.Len(), "service"), waiting)
}

func writeCycle(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) {
	kind, st := "asynchronous: ", pen.MildStyle
	if c.Sync {
		kind, st = "synchronous: ", pen.RedStyle
	}
	p.Line(p.Paint(st, kind) + loopText(p, g, c))
	if c.Calls > len(c.Loop) {
		p.Line("  " + p.Faint(fmt.Sprintf("a shortest loop; the cycle has %s and %s", english.Count(len(c.Services), "service"), english.Count(c.Calls, "call"))))
	}
	for i, n := range c.Loop {
		to := c.Loop[(i+1)%len(c.Loop)]
		e, ok := g.Edge(n, to)
		if !ok {
			continue
		}
		portion := analyze.Portion(g, e)
		if portion != "" {
			portion = " " + pen.Clean(portion)
		}
		p.Line("  " + pen.Clean(g.ID(n)) + " calls " + callee(g, n, to) + portion + callPlace(p, g.Call(e)))
	}
	writeCycleAmplification(p, g, c)
	writeCuts(p, g, c)
}

// writeCycleAmplification writes by how much retries multiply an error once around.
func writeCycleAmplification(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) {
	if c.Factor <= 1 {
		return
	}
	around := "each time around"
	if c.Storm != nil {
		around += " " + p.Chain(append(ids(g, c.Storm), pen.Clean(g.ID(c.Storm[0]))))
	}
	by := "by " + factorText(c.Factor)
	if math.IsInf(c.Factor, 1) {
		by = factorText(c.Factor)
	}
	p.Prose("  ", pen.PlainStyle, fmt.Sprintf("retries multiply requests %s %s", by, around))
}

// writeCuts lists the calls to cut, with the reasons.
func writeCuts(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) {
	if len(c.Services) < 2 {
		return
	}
	best := "no cheaper set exists"
	if !c.Exact {
		best = "heuristic, a cheaper set may exist"
	}
	left := "no loop"
	if c.Sync && asynchronousToo(g, c) {
		left = "no synchronous loop"
	}
	p.Linef("  cut %s, and %s is left (%s):", english.Count(len(c.Cuts), "call"), left, best)
	for _, cut := range c.Cuts {
		place := ""
		if e, ok := g.Edge(cut.From, cut.To); ok && len(g.Call(e).Evidence) > 0 {
			place = "  " + p.Faint(pen.Clean(g.Call(e).Evidence[0].Origin.String()))
		}
		p.Line("    " + pen.Clean(g.ID(cut.From)) + " calls " + callee(g, cut.From, cut.To) + place)
		p.Prose("      ", pen.PlainStyle, pen.Clean(cut.Why))
	}
}

// asynchronousToo reports whether some call within a cycle is asynchronous.
func asynchronousToo(g *graph.Graph, c *analyze.Cycle) bool {
	for _, v := range c.Services {
		for e, end := g.Out(v); e < end; e++ {
			if _, within := slices.BinarySearch(c.Services, g.To(e)); within && g.Mode(e) == graph.Async {
				return true
			}
		}
	}
	return false
}

// loopText is "a -> b -> a".
func loopText(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) string {
	if len(c.Loop) == 0 {
		return ""
	}
	return p.Strong(p.Chain(append(ids(g, c.Loop), pen.Clean(g.ID(c.Loop[0])))))
}
