package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// cycles draws each loop and says where its calls are written.
func (p *pen) cycles(g *graph.Graph, c *analyze.Cycles) {
	if len(c.Components) == 0 {
		p.linef("no loops among %s", english.Count(g.Len(), "service"))
		return
	}
	waiting := 0
	for i := range c.Components {
		p.cycle(g, &c.Components[i])
		p.line("")
		if c.Components[i].Sync {
			waiting++
		}
	}
	p.linef("%s among %s, %d of synchronous calls only", english.Count(len(c.Components), "loop"), english.Count(g.Len(), "service"), waiting)
}

func (p *pen) cycle(g *graph.Graph, c *analyze.Cycle) {
	kind, st := "asynchronous: ", mildStyle
	if c.Sync {
		kind, st = "synchronous: ", redStyle
	}
	p.line(p.paint(st, kind) + p.loop(g, c))
	if c.Calls > len(c.Loop) {
		p.line("  " + p.faint(fmt.Sprintf("a shortest loop among %s with %s between them", english.Count(len(c.Services), "service"), english.Count(c.Calls, "call"))))
	}
	for i, n := range c.Loop {
		to := c.Loop[(i+1)%len(c.Loop)]
		e, ok := g.Edge(n, to)
		if !ok {
			continue
		}
		p.line("  " + clean(g.ID(n)) + " calls " + callee(g, n, to) + p.where(g.Call(e)))
	}
	p.round(g, c)
	p.cuts(g, c)
}

// round says what retries make of one error on its way around.
func (p *pen) round(g *graph.Graph, c *analyze.Cycle) {
	if c.Factor <= 1 {
		return
	}
	around := "each time around"
	if c.Storm != nil {
		around += " " + p.chain(append(ids(g, c.Storm), clean(g.ID(c.Storm[0]))))
	}
	by := "by " + factorText(c.Factor)
	if math.IsInf(c.Factor, 1) {
		by = factorText(c.Factor)
	}
	p.prose("  ", plainStyle, fmt.Sprintf("retries multiply an error %s %s", by, around))
}

// cuts says which calls to give up, and why these.
func (p *pen) cuts(g *graph.Graph, c *analyze.Cycle) {
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
	p.linef("  cut %s, and %s is left (%s):", english.Count(len(c.Cuts), "call"), left, best)
	for _, cut := range c.Cuts {
		place := ""
		if e, ok := g.Edge(cut.From, cut.To); ok && len(g.Call(e).Evidence) > 0 {
			place = "  " + p.faint(clean(g.Call(e).Evidence[0].Origin.String()))
		}
		p.line("    " + clean(g.ID(cut.From)) + " calls " + callee(g, cut.From, cut.To) + place)
		p.prose("      ", plainStyle, clean(cut.Why))
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

// loop is "a -> b -> a".
func (p *pen) loop(g *graph.Graph, c *analyze.Cycle) string {
	if len(c.Loop) == 0 {
		return ""
	}
	return p.strong(p.chain(append(ids(g, c.Loop), clean(g.ID(c.Loop[0])))))
}

func callee(g *graph.Graph, from, to graph.Node) string {
	if from == to {
		return "itself"
	}
	return clean(g.ID(to))
}

// where is the first place that speaks of a call, and what is special about it.
func (p *pen) where(c graph.Call) string {
	s := ""
	if words := callWords(c); words != "" {
		s += " (" + words + ")"
	}
	if len(c.Evidence) > 0 {
		s += "  " + p.faint(clean(c.Evidence[0].Origin.String()))
	}
	return s
}

func ids(g *graph.Graph, nodes []graph.Node) []string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = clean(g.ID(n))
	}
	return names
}

// fan writes the shape of the graph, a service a line.
func (p *pen) fan(g *graph.Graph, f *analyze.Fan) {
	rows := make([][]string, len(f.Services))
	for i, s := range f.Services {
		rows[i] = []string{
			clean(g.ID(s.Node)), fmt.Sprint(s.Out), fmt.Sprint(s.In),
			fmt.Sprint(s.Reach), fmt.Sprint(s.Impact), fmt.Sprint(s.Behind), fmt.Sprint(s.Depth), fmt.Sprint(s.Layer), ampCell(s.Amp), availableCell(s.Available), s.Role.String(),
		}
	}
	columns := []column{
		{head: "SERVICE", style: func(int) lipgloss.Style { return strongStyle }},
		{head: "CALLS", right: true},
		{head: "CALLED BY", right: true},
		{head: "REACHES", right: true},
		{head: "REACHED BY", right: true},
		{head: "BEHIND", right: true},
		{head: "DEPTH", right: true},
		{head: "LAYER", right: true},
		{head: "RETRIES", right: true},
		{head: "AVAILABLE"},
		{head: "ROLE"},
	}
	hoped := slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return availableCell(s.Available) != "" })
	p.table(dropEmpty(columns, rows))
	if len(f.Deepest) > 0 {
		p.line("")
		p.prose("", plainStyle, fmt.Sprintf("deepest chain of synchronous calls (%s): %s", deep(f), p.chain(ids(g, f.Deepest))))
	}
	p.gates(g, f.Gates)
	p.storms(g, f.Services)
	p.prose("", faintStyle, "fan-out is CALLS, fan-in is CALLED BY; reaches and reached by count services at any distance; behind counts those that entry points reach, by hard synchronous calls, only through the service")
	if slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return s.Amp > 1 }) {
		p.prose("", faintStyle, "retries is how many requests a service can get for one to the estate, if it fails and everybody before it tries again")
	}
	if hoped {
		p.prose("", faintStyle, "available is what a service can hope for at best, by the objectives of what it cannot do without, with its own objective where that is higher")
	}
	if f.Unasked > 0 {
		p.prose("", faintStyle, fmt.Sprintf("not computed: how available %s can be, for there are too many", english.Count(f.Unasked, "service")))
	}
}

// gates says what lies behind each service that there is no way around.
func (p *pen) gates(g *graph.Graph, gates []analyze.Gate) {
	for i, gate := range gates {
		if i == 0 {
			p.line("")
		}
		words := cleanAll(gate.Lacks)
		if n := g.Service(gate.Node).Replicas; n.Set() && n.Value != 1 {
			words = append([]string{english.Count(n.Value, "replica")}, words...)
		}
		lacks := ""
		if len(words) > 0 {
			lacks = " (" + strings.Join(words, ", ") + ")"
		}
		p.prose("", plainStyle, fmt.Sprintf("only through %s%s: %s", clean(g.ID(gate.Node)), lacks, someNames(g, gate.Behind)))
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

// storms says on which paths retries multiply the most.
func (p *pen) storms(g *graph.Graph, rows []analyze.FanRow) {
	worst := slices.DeleteFunc(slices.Clone(rows), func(s analyze.FanRow) bool { return s.Amp <= 1 })
	slices.SortFunc(worst, func(a, b analyze.FanRow) int { return cmp.Or(cmp.Compare(b.Amp, a.Amp), cmp.Compare(a.Node, b.Node)) })
	for i, s := range worst[:min(len(worst), maxStorms)] {
		if i == 0 {
			p.line("")
		}
		times := factorText(s.Amp) + " requests for one"
		if math.IsInf(s.Amp, 1) {
			times = "requests without end"
		}
		p.prose("", plainStyle, fmt.Sprintf("with all retries %s can get %s: %s", clean(g.ID(s.Node)), times, p.chain(ids(g, s.AmpPath))))
	}
	if more := len(worst) - maxStorms; more > 0 {
		p.line(p.faint(fmt.Sprintf("not shown: the paths of %d more", more)))
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

// path says how two services are tied, in both directions.
func (p *pen) path(g *graph.Graph, r *analyze.Path) {
	l := newLegend()
	p.paths(g, r.From, r.To, r.Forward, l)
	p.paths(g, r.To, r.From, r.Back, l)
	if r.More {
		p.line(p.faint("not shown: further chains of the same length"))
	}
	l.write(p)
}

func (p *pen) paths(g *graph.Graph, from, to graph.Node, chains [][]graph.Node, l legend) {
	a, b := p.strong(clean(g.ID(from))), p.strong(clean(g.ID(to)))
	if len(chains) == 0 {
		p.linef("%s does not call %s, directly or not", a, b)
		return
	}
	hops := len(chains[0]) - 1
	how := "directly"
	if hops != 1 {
		how = fmt.Sprintf("over %s", english.Count(hops, "call"))
	}
	p.linef("%s calls %s %s", a, b, how)
	for _, chain := range chains {
		names := ids(g, chain)
		for i := 1; i < len(chain); i++ {
			if e, ok := g.Edge(chain[i-1], chain[i]); ok {
				names[i] += l.of(g.Call(e))
			}
		}
		p.line("  " + p.chain(names))
	}
}

// callWords says what is special about a call.
func callWords(c graph.Call) string {
	switch {
	case c.Mode == graph.Async:
		return "calls asynchronously"
	case c.Need == graph.Soft:
		return "can do without"
	}
	return ""
}
