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

// writeFan writes the metrics of the graph, one service a line.
func writeFan(p *pen.Pen, g *graph.Graph, f *analyze.Fan) {
	anyGroups := slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return s.Needs != s.Out })
	rows := make([][]string, len(f.Services))
	for i, s := range f.Services {
		rows[i] = []string{
			pen.Clean(g.ID(s.Node)), fmt.Sprint(s.Out), needsCell(anyGroups, s.Needs), fmt.Sprint(s.In),
			fmt.Sprint(s.Reach), fmt.Sprint(s.Impact), fmt.Sprint(s.Behind), fmt.Sprint(s.Depth), fmt.Sprint(s.Layer), amplificationCell(s.Amp), availabilityCell(s.Available), s.Role.String(),
		}
	}
	columns := []pen.Column{
		{Head: "SERVICE", Style: func(int) pen.Style { return pen.StrongStyle }},
		{Head: "CALLS", Right: true},
		{Head: "NEEDS", Right: true},
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
	anyAvailable := slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return availabilityCell(s.Available) != "" })
	p.Table(pen.DropEmpty(columns, rows))
	if len(f.Deepest) > 0 {
		p.Line("")
		p.Prose("", pen.PlainStyle, fmt.Sprintf("longest chain of synchronous calls (%s): %s", depthText(f), p.Chain(ids(g, f.Deepest))))
	}
	writeChokepoints(p, g, f.Chokepoints)
	writeAmplification(p, g, f.Services)
	p.Prose("", pen.FaintStyle, "fan-out is CALLS, fan-in is CALLED BY; reaches and reached by count services at any distance; behind counts services that entry points reach by required synchronous calls only through this one")
	if anyGroups {
		p.Prose("", pen.FaintStyle, "needs are calls, of which those to the members of a split, pool or failover count as one")
	}
	if slices.ContainsFunc(f.Services, func(s analyze.FanRow) bool { return s.Amp > 1 }) {
		p.Prose("", pen.FaintStyle, "retries is the amplification: requests that a service can receive for one request at an entry point, if it fails and all callers retry")
	}
	if anyAvailable {
		p.Prose("", pen.FaintStyle, "available is the highest availability that the objectives of its required dependencies allow, \"of\" its own objective where that is higher")
	}
	if f.Skipped > 0 {
		p.Prose("", pen.FaintStyle, fmt.Sprintf("not computed: the availability of %s (too many)", english.Count(f.Skipped, "service")))
	}
}

// needsCell is empty where no service of the graph has groups.
func needsCell(anyGroups bool, needs int) string {
	if !anyGroups {
		return ""
	}
	return fmt.Sprint(needs)
}

// writeChokepoints lists the services that are reachable only through a chokepoint.
func writeChokepoints(p *pen.Pen, g *graph.Graph, gates []analyze.Chokepoint) {
	for i, gate := range gates {
		if i == 0 {
			p.Line("")
		}
		words := pen.CleanAll(gate.Lacks)
		if n := g.Service(gate.Node).Replicas; n.Set() && n.Value != 1 && len(gate.Or) == 0 {
			words = append([]string{english.Count(n.Value, "replica")}, words...)
		}
		lacks := ""
		if len(words) > 0 {
			lacks = " (" + strings.Join(words, ", ") + ")"
		}
		through := pen.Clean(g.ID(gate.Node))
		if len(gate.Or) > 0 {
			through = "one of " + english.List(ids(g, append([]graph.Node{gate.Node}, gate.Or...)))
		}
		p.Prose("", pen.PlainStyle, fmt.Sprintf("reachable only through %s%s: %s", through, lacks, someNames(g, gate.Behind)))
	}
}

// amplificationCell is by how much retries multiply requests, empty if they do not.
func amplificationCell(factor float64) string {
	switch {
	case factor <= 1:
		return ""
	case math.IsInf(factor, 1):
		return factorText(factor)
	}
	return "x " + factorText(factor)
}

// maxAmplified is how many services are listed with the path of their retries.
const maxAmplified = 5

// writeAmplification lists the paths on which retries multiply the most.
func writeAmplification(p *pen.Pen, g *graph.Graph, rows []analyze.FanRow) {
	worst := slices.DeleteFunc(slices.Clone(rows), func(s analyze.FanRow) bool { return s.Amp <= 1 })
	slices.SortFunc(worst, func(a, b analyze.FanRow) int { return cmp.Or(cmp.Compare(b.Amp, a.Amp), cmp.Compare(a.Node, b.Node)) })
	for i, s := range worst[:min(len(worst), maxAmplified)] {
		if i == 0 {
			p.Line("")
		}
		p.Prose("", pen.PlainStyle, fmt.Sprintf("with all retries, %s can receive %s: %s", pen.Clean(g.ID(s.Node)), amplified(s.Amp), p.Chain(ids(g, s.AmpPath))))
	}
	if more := len(worst) - maxAmplified; more > 0 {
		p.Line(p.Faint(fmt.Sprintf("not shown: the paths of %d more", more)))
	}
}

// depthText is the length of the deepest chain. Calls within a loop do not count.
func depthText(f *analyze.Fan) string {
	s := fmt.Sprint(f.Depth)
	if f.Depth < len(f.Deepest)-1 {
		s += " and those within a loop"
	}
	return s
}
