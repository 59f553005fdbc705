package render

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// matrix writes what protects each call, a row a part.
func (p *pen) matrix(g *graph.Graph, m *analyze.Matrix, verbose bool) {
	if len(m.Rows) == 0 {
		if m.Lost > 0 {
			p.linef("no call is as asked for (%s left out)", english.Count(m.Lost, "row"))
		} else {
			p.line("no calls")
		}
		return
	}
	heads, rows := matrixTable(g, m, func(c cell) string { return p.dashes(c.marked()) })
	columns := make([]column, len(heads))
	for i, head := range heads {
		columns[i] = column{head: head, wrap: i >= 2}
	}
	for _, row := range rows {
		for i := range 2 {
			row[i] = clean(row[i])
		}
	}
	p.table(columns, rows)
	p.line("")
	p.matrixLegend(m)
	if verbose {
		for i := range m.Rows {
			p.line("")
			p.chainOf(g, &m.Rows[i])
		}
	}
}

// dashes writes the dash of an absent policy in characters that are understood.
func (p *pen) dashes(s string) string {
	if p.ASCII && s == "–" {
		return "-"
	}
	return s
}

// matrixLegend explains the marks that a matrix uses.
func (p *pen) matrixLegend(m *analyze.Matrix) {
	used := map[string]bool{}
	for i := range m.Rows {
		for _, column := range protections {
			c := column.cell(&m.Rows[i].Part)
			used[provenanceMarks[c.provenance]] = true
			used[c.value] = true
		}
	}
	legend := english.Count(len(m.Rows), "part") + " of calls"
	if m.Lost > 0 {
		legend += fmt.Sprintf(", %d left out", m.Lost)
	}
	p.line(legend)
	for _, mark := range []struct{ mark, means string }{
		{"*", "* the product does so unasked"},
		{"+", "+ written for the whole mesh"},
		{"–", p.dashes("–") + " known to have none"},
		{"?", "? no input says"},
	} {
		if used[mark.mark] {
			p.line(p.faint(mark.means))
		}
	}
}

// chainOf writes what acts on one part of a call, layer by layer, with every
// setting that somebody wrote and its place, and what is hidden.
func (p *pen) chainOf(g *graph.Graph, r *analyze.MatrixRow) {
	head := clean(g.ID(g.From(r.Edge))) + " calls " + clean(g.ID(g.To(r.Edge)))
	if part := partWords(&r.Part); part != "" {
		head += ", " + clean(part)
	}
	p.line(p.strong(head))
	p.layers(r)
}

// layers writes the layers of a part, indented.
func (p *pen) layers(r *analyze.MatrixRow) {
	if len(r.Layers) == 0 {
		p.line("  no input says anything about it")
	}
	for i := range r.Layers {
		l := &r.Layers[i]
		name := l.Set.Layer.String()
		if l.Set.Product != nil {
			name += " " + clean(l.Set.Product.Name)
		}
		p.prose("  ", plainStyle, name+": "+p.holdWords(l))
		for _, s := range writtenIn(&l.Set) {
			p.line("    " + s.text + p.faint("  "+clean(s.origin.String())))
		}
	}
	for _, h := range r.Hidden {
		p.prose("  ", faintStyle, fmt.Sprintf("%s at %s does not act: %s goes before it",
			clean(h.Object.Object), clean(h.Object.Origin.String()), clean(h.By.Object)))
	}
}

// holdWords sums a layer up: how long, how often.
func (p *pen) holdWords(l *policy.Effect) string {
	words := "holds the caller up to " + boundText(l.Held)
	if l.Attempts == policy.Unlimited {
		words += ", tries without end"
	} else if l.Attempts > 1 {
		words += fmt.Sprintf(", %d tries of up to %s, waits of up to %s", l.Attempts, boundText(l.Try), boundText(l.Waits))
	}
	return words
}

// A writtenSetting is one field of a set in words.
type writtenSetting struct {
	text   string
	origin graph.Origin
}

// writtenIn lists the settings of a set that stand in some input, in the order of
// their places.
func writtenIn(s *policy.Set) []writtenSetting {
	var list []writtenSetting
	for _, d := range s.Decisions() {
		if d.Origin == (graph.Origin{}) {
			continue
		}
		text := d.Field
		if d.Value != nil {
			text += " " + valueText(d.Value)
		}
		if d.Provenance != policy.Explicit {
			text += " (" + d.Provenance.String() + ")"
		}
		list = append(list, writtenSetting{text, d.Origin})
	}
	slices.SortStableFunc(list, func(a, b writtenSetting) int { return a.origin.Compare(b.origin) })
	return list
}
