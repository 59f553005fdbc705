package render

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// writeMatrix writes the policies of each call, a row for each part. Many parts of a call with
// the same policies are one row, if not verbose.
func writeMatrix(p *pen.Pen, g *graph.Graph, m *analyze.Matrix, verbose bool) {
	if len(m.Rows) == 0 {
		if m.Lost > 0 {
			p.Linef("no call matches (%s hidden)", english.Count(m.Lost, "route"))
		} else {
			p.Line("no calls")
		}
		return
	}
	heads, rows := matrixTable(g, m, func(c cell) string { return dash(p, c.marked()) })
	if !verbose && len(heads) > 2 && heads[2] == "ROUTE" {
		rows = foldRoutes(rows)
	}
	columns := make([]pen.Column, len(heads))
	for i, head := range heads {
		columns[i] = pen.Column{Head: head, Wrap: i >= 2}
	}
	for _, row := range rows {
		for i := range 2 {
			row[i] = pen.Clean(row[i])
		}
	}
	p.Table(columns, rows)
	p.Line("")
	writeMatrixLegend(p, m)
	for i := range m.Rows {
		if r := &m.Rows[i]; verbose || r.Why != nil {
			p.Line("")
			writeLayersOf(p, g, r)
		}
	}
}

// dash writes the dash of an absent policy in characters that are understood.
func dash(p *pen.Pen, s string) string {
	if p.ASCII && s == "–" {
		return "-"
	}
	return s
}

// writeMatrixLegend explains the marks that a matrix uses.
func writeMatrixLegend(p *pen.Pen, m *analyze.Matrix) {
	used := map[string]bool{}
	for i := range m.Rows {
		for _, column := range protections {
			c := column.cell(&m.Rows[i].Part)
			used[provenanceMarks[c.provenance]] = true
			used[c.value] = true
		}
	}
	legend := english.Count(len(m.Rows), "route")
	if m.Lost > 0 {
		legend += fmt.Sprintf(", %d hidden", m.Lost)
	}
	p.Line(legend)
	for _, mark := range []struct{ mark, means string }{
		{"*", "* default of the product"},
		{"+", "+ declared for the whole mesh"},
		{"–", dash(p, "–") + " none"},
		{"?", "? not declared"},
	} {
		if used[mark.mark] {
			p.Line(p.Faint(mark.means))
		}
	}
}

// writeLayersOf writes the policies of one part of a call, layer by layer, with every
// written setting and its place, and the policies that others hide.
func writeLayersOf(p *pen.Pen, g *graph.Graph, r *analyze.MatrixRow) {
	head := pen.Clean(g.ID(g.From(r.Edge))) + " calls " + pen.Clean(g.ID(g.To(r.Edge)))
	if part := partWords(&r.Part); part != "" {
		head += ", " + pen.Clean(part)
	}
	p.Line(p.Strong(head))
	if r.Why != nil {
		writeWhys(p, r.Why)
		return
	}
	writeLayers(p, r)
}

// writeLayers writes the layers of a part, indented.
func writeLayers(p *pen.Pen, r *analyze.MatrixRow) {
	if len(r.Layers) == 0 {
		p.Line("  no policy declared")
	}
	for i := range r.Layers {
		l := &r.Layers[i]
		p.Prose("  ", pen.PlainStyle, layerName(&l.Set)+": "+layerSummary(p, l))
		for _, s := range writtenSettings(&l.Set) {
			p.Line("    " + s.text + p.Faint("  "+pen.Clean(s.origin.String())))
		}
	}
	for _, h := range r.Hidden {
		p.Prose("  ", pen.FaintStyle, hiddenWords(h))
	}
}

// layerSummary is the longest wait in a layer and its attempts.
func layerSummary(p *pen.Pen, l *policy.Effect) string {
	words := "longest wait " + boundText(l.Held)
	if l.Attempts == policy.Unlimited && l.Set.Retry.Budget.Set() {
		words += fmt.Sprintf(", retries of %s of the calls", analyze.Percent(l.Set.Retry.Budget.Value*100))
	} else if l.Attempts == policy.Unlimited {
		words += ", unlimited attempts"
	} else if l.Attempts > 1 {
		words += fmt.Sprintf(", %d attempts of up to %s, backoff up to %s", l.Attempts, boundText(l.Try), boundText(l.Waits))
	}
	return words
}

// A writtenSetting is one field of a set as text.
type writtenSetting struct {
	text   string
	origin graph.Origin
}

// writtenSettings lists the settings of a set that the inputs declare, ordered by
// their places.
func writtenSettings(s *policy.Set) []writtenSetting {
	var list []writtenSetting
	for _, d := range s.Decisions() {
		if d.Origin == (graph.Origin{}) {
			continue
		}
		text := settingWords(d)
		if d.Provenance != policy.Explicit {
			text += " (" + d.Provenance.String() + ")"
		}
		list = append(list, writtenSetting{text, d.Origin})
	}
	slices.SortStableFunc(list, func(a, b writtenSetting) int { return a.origin.Compare(b.origin) })
	return list
}
