package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writeCycles draws each loop and says where its calls are written.
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
		p.Line("  " + p.Faint(fmt.Sprintf("a shortest loop among %s with %s between them", english.Count(len(c.Services), "service"), english.Count(c.Calls, "call"))))
	}
	for i, n := range c.Loop {
		to := c.Loop[(i+1)%len(c.Loop)]
		e, ok := g.Edge(n, to)
		if !ok {
			continue
		}
		p.Line("  " + pen.Clean(g.ID(n)) + " calls " + callee(g, n, to) + callPlace(p, g.Call(e)))
	}
	writeRound(p, g, c)
	writeCuts(p, g, c)
}

// writeRound says what retries make of one error on its way around.
func writeRound(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) {
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
	p.Prose("  ", pen.PlainStyle, fmt.Sprintf("retries multiply an error %s %s", by, around))
}

// writeCuts says which calls to give up, and why these.
func writeCuts(p *pen.Pen, g *graph.Graph, c *analyze.Cycle) {
	if len(c.Services) < 2 {
		return
	}
	best := "no cheaper set exists"
	if !c.Exact {
		best = "found by rules of thumb, a cheaper set may exist"
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

// writeFan writes the shape of the graph, a service a line.
func writeFan(p *pen.Pen, g *graph.Graph, f *analyze.Fan) {
	rows := make([][]string, len(f.Services))
	for i, s := range f.Services {
		rows[i] = []string{
			pen.Clean(g.ID(s.Node)), fmt.Sprint(s.Out), fmt.Sprint(s.In),
			fmt.Sprint(s.Reach), fmt.Sprint(s.Impact), fmt.Sprint(s.Behind), fmt.Sprint(s.Depth), fmt.Sprint(s.Layer), ampCell(s.Amp), availableCell(s.Available), s.Role.String(),
		}
	}
	columns := []pen.Column{
		{Head: "SERVICE", Style: func(int) pen.Style { return pen.StrongStyle }},
		{Head: "CALLS", Right: true},
		{Head: "CALLED BY", Right: true},
		{Head: "REACHES", Right: true},
		{Head: "REACHED BY", Right: true},
		{Head: "BEHIND", Right: true},
		{Head: "DEPTH", Right: true},
		{Head: "LAYER", Right: true},
		{Head: "RETRIES", Right: true},
		{Head: "AVAILABLE"},
		{Head: "ROLE"},
	}
	hoped := slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return availableCell(s.Available) != "" })
	p.Table(pen.DropEmpty(columns, rows))
	if len(f.Deepest) > 0 {
		p.Line("")
		p.Prose("", pen.PlainStyle, fmt.Sprintf("deepest chain of synchronous calls (%s): %s", deep(f), p.Chain(ids(g, f.Deepest))))
	}
	writeGates(p, g, f.Gates)
	writeStorms(p, g, f.Services)
	p.Prose("", pen.FaintStyle, "fan-out is CALLS, fan-in is CALLED BY; reaches and reached by count services at any distance; behind counts those that entry points reach, by hard synchronous calls, only through the service")
	if slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return s.Amp > 1 }) {
		p.Prose("", pen.FaintStyle, "retries is how many requests a service can get for one to the estate, if it fails and everybody before it tries again")
	}
	if hoped {
		p.Prose("", pen.FaintStyle, "available is what a service can hope for at best, by the objectives of what it cannot do without, with its own objective where that is higher")
	}
	if f.Unasked > 0 {
		p.Prose("", pen.FaintStyle, fmt.Sprintf("not computed: how available %s can be, for there are too many", english.Count(f.Unasked, "service")))
	}
}

// writeGates says what lies behind each service that there is no way around.
func writeGates(p *pen.Pen, g *graph.Graph, gates []analyze.Gate) {
	for i, gate := range gates {
		if i == 0 {
			p.Line("")
		}
		words := pen.CleanAll(gate.Lacks)
		if n := g.Service(gate.Node).Replicas; n.Set() && n.Value != 1 {
			words = append([]string{english.Count(n.Value, "replica")}, words...)
		}
		lacks := ""
		if len(words) > 0 {
			lacks = " (" + strings.Join(words, ", ") + ")"
		}
		p.Prose("", pen.PlainStyle, fmt.Sprintf("only through %s%s: %s", pen.Clean(g.ID(gate.Node)), lacks, someNames(g, gate.Behind)))
	}
}

// ampCell is by how much retries multiply, nothing where they do not.
func ampCell(factor float64) string {
	switch {
	case factor <= 1:
		return ""
	case math.IsInf(factor, 1):
		return factorText(factor)
	}
	return "x " + factorText(factor)
}

// maxStorms is how many services are told with the path of their retries.
const maxStorms = 5

// writeStorms says on which paths retries multiply the most.
func writeStorms(p *pen.Pen, g *graph.Graph, rows []analyze.FanRow) {
	worst := slices.DeleteFunc(slices.Clone(rows), func(s analyze.FanRow) bool { return s.Amp <= 1 })
	slices.SortFunc(worst, func(a, b analyze.FanRow) int { return cmp.Or(cmp.Compare(b.Amp, a.Amp), cmp.Compare(a.Node, b.Node)) })
	for i, s := range worst[:min(len(worst), maxStorms)] {
		if i == 0 {
			p.Line("")
		}
		times := factorText(s.Amp) + " requests for one"
		if math.IsInf(s.Amp, 1) {
			times = "requests without end"
		}
		p.Prose("", pen.PlainStyle, fmt.Sprintf("with all retries %s can get %s: %s", pen.Clean(g.ID(s.Node)), times, p.Chain(ids(g, s.AmpPath))))
	}
	if more := len(worst) - maxStorms; more > 0 {
		p.Line(p.Faint(fmt.Sprintf("not shown: the paths of %d more", more)))
	}
}

// deep is the length of the deepest chain. Calls within a loop add nothing to it.
func deep(f *analyze.Fan) string {
	s := fmt.Sprint(f.Depth)
	if f.Depth < len(f.Deepest)-1 {
		s += " and those within a loop"
	}
	return s
}

// writePath says how two services are tied, in both directions.
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
		p.Linef("%s does not call %s, directly or not", a, b)
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
