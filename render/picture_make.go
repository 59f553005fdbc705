package render

import (
	"cmp"

	"github.com/weirgraph/weir/analyze"
)

// newPicture returns what the formats of pictures draw of a report.
func newPicture(r *analyze.Report, o Options) *picture {
	p := &picture{title: titleOf(r, o.View), look: o.Look, places: o.Places}
	p.drawing, p.lit = drawn(r, o.View)
	p.groups = groupsInPicture(p.Graph)
	p.tint = tint(p.drawing, drawnGraph(r), o.Look.ColorBy)
	p.labels = labelsOf(r, p.drawing, cmp.Or(o.Look.Label, LabelLatency))
	p.layout = layoutOf(p)
	p.subtitle = p.subtitleOf(drawnGraph(r), o.Sources)
	return p
}

// drawn returns the drawing of a report and its highlights. Unless the view selects a
// part, a picture that is too large to read is reduced, or an overview; the drawing lists
// what is not shown.
func drawn(r *analyze.Report, v View) (*drawing, *highlighting) {
	about, g := scopeOf(r), drawnGraph(r)
	d := v.draw(g, about)
	h := highlightReport(r, d)
	if v.All || v.Focus != nil || v.Collapse != "" || v.Reduce || readable(d) {
		return d, h
	}
	reduced := v
	reduced.Reduce = true
	if small := reduced.draw(g, about); readable(small) {
		return small, highlightReport(r, small)
	}
	d.overview(h)
	h = highlightReport(r, d)
	if d.Graph.Len() > readableBoxes {
		d.keepBusiest(h)
		h = highlightReport(r, d)
	}
	if d.Graph.Calls() > 0 {
		d.keepArrows(h, min(readableCalls, 2*d.Graph.Len()))
		h = highlightReport(r, d)
	}
	return d, h
}
