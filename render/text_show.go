package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// writeFocus writes one service: its properties, callees, callers and policies, its blast
// radius, and its findings.
func writeFocus(p *pen.Pen, g *graph.Graph, f *analyze.Focus, verbose bool) {
	s := g.Service(f.Node)
	p.Line(p.Strong(pen.Clean(s.ID)) + "  " + s.Kind.String() + ", " + roleWords(s.Role))
	for _, fact := range serviceFacts(p, s) {
		p.Prose("  ", pen.PlainStyle, fact)
	}
	writePlaces(p, s.Origins, verbose)

	writeEdges(p, g, f.Matrix, edgeHead("calls", len(f.Calls), "fan-out", f.Row.Out), f.Calls, g.To)
	writeEdges(p, g, f.Matrix, edgeHead("called by", len(f.Called), "fan-in", f.Row.In), f.Called, g.From)

	for i := range f.Matrix.Rows {
		if r := &f.Matrix.Rows[i]; len(r.Layers) > 0 || len(r.Hidden) > 0 || r.Why != nil {
			p.Line("")
			writeLayersOf(p, g, r)
		}
	}

	p.Line("")
	p.Prose("", pen.PlainStyle, incidentHeadline(p, g, &f.Impact))
	if len(f.Impact.Victims) > 0 {
		p.Prose("  ", pen.PlainStyle, strings.Join(victimList(p, g, &f.Impact), ", "))
	}
	switch needs := strings.Join(ids(g, f.Needs), ", "); len(f.Needs) {
	case 0:
		p.Line("requires no other service")
	case 1:
		p.Prose("", pen.PlainStyle, "fails if this service fails: "+needs)
	default:
		p.Prose("", pen.PlainStyle, fmt.Sprintf("fails if any of these %d services fails: %s", len(f.Needs), needs))
	}
	if words := availabilityWords(g, f.Row.Available); words != "" {
		p.Prose("", pen.PlainStyle, words)
	}
	if f.Cycle != nil {
		p.Line("")
		writeCycle(p, g, f.Cycle)
	}
	var explained confidences
	for i := range f.Findings {
		p.Line("")
		writeFinding(p, &f.Findings[i], verbose, &explained)
	}
}

// edgeHead has the number of calls and, if it differs because of calls to itself or of
// classes that do not count, the fan-out or fan-in.
func edgeHead(verb string, calls int, fan string, services int) string {
	if calls == services {
		return fmt.Sprintf("%s %d", verb, calls)
	}
	return fmt.Sprintf("%s %d, %s %d", verb, calls, fan, services)
}

// writeEdges writes a table of calls under a head; far is the other end of each.
func writeEdges(p *pen.Pen, g *graph.Graph, m *analyze.Matrix, head string, edges []graph.Edge, far func(graph.Edge) graph.Node) {
	p.Line("")
	p.Line(p.Strong(head))
	if len(edges) == 0 {
		return
	}
	rows := make([][]string, len(edges))
	for i, e := range edges {
		c := g.Call(e)
		place := ""
		if len(c.Evidence) > 0 {
			place = pen.Clean(c.Evidence[0].Origin.String())
		}
		rows[i] = []string{"  " + pen.Clean(g.ID(far(e))), callQualities(c), groupsOfCall(g, e), evidenceWords(c), observedWords(g.Observed(e)), protectionWords(m, g.OriginalEdge(e)), place}
	}
	columns := []pen.Column{
		{Head: "  SERVICE"}, {Head: "CALL"}, {Head: "GROUP", Wrap: true}, {Head: "EVIDENCE", Wrap: true}, {Head: "OBSERVED", Wrap: true}, {Head: "POLICY", Wrap: true},
		{Head: "PLACE", Style: func(int) pen.Style { return pen.FaintStyle }},
	}
	p.Table(pen.DropEmpty(columns, rows))
}

// victimList names the affected services, each with its verdict.
func victimList(p *pen.Pen, g *graph.Graph, in *analyze.Incident) []string {
	words := make([]string, len(in.Victims))
	for i := range in.Victims {
		v := &in.Victims[i]
		words[i] = pen.Clean(g.ID(v.Node)) + " " + p.Paint(labelStyle(v.Label), labels[v.Label].one)
	}
	return words
}
