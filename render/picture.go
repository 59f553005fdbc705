package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A picture of more than about 150 calls is not readable, and dot needs minutes for one
// of a thousand.
const (
	readableCalls = 150
	readableBoxes = 150
)

// A picture is a drawing with its colors and words, the same for every format.
type picture struct {
	*drawing
	title, subtitle string
	lit             *highlighting
	groups          *pictureGroups
	tint            *tinting
	labels          map[graph.Edge][]string
	look            Look
	places          Places
}

// newPicture returns what the formats of pictures draw of a report.
func newPicture(r *analyze.Report, o Options) *picture {
	p := &picture{title: titleOf(r, o.View), look: o.Look, places: o.Places}
	p.drawing, p.lit = drawn(r, o.View)
	p.groups = groupsInPicture(p.Graph)
	p.tint = tint(p.drawing, drawnGraph(r), o.Look.ColorBy)
	p.labels = labelsOf(r, p.drawing, cmp.Or(o.Look.Label, LabelLatency))
	p.subtitle = p.subtitleOf(drawnGraph(r), o.Sources)
	return p
}

// paint returns the color of a box and of its border, the zero swatch for none.
func (p *picture) paint(n graph.Node) swatch {
	as := p.lit.box[n]
	s := swatch{fill: looks[as].fill, stroke: looks[as].stroke}
	if fill := p.tint.of(n); fill != "" && as != down {
		s.fill = fill
	}
	return s
}

// boxLines are the lines of a box after its name.
func (p *picture) boxLines(n graph.Node) []string {
	var lines []string
	if p.Members(n) > 1 {
		lines = append(lines, english.Count(p.Members(n), "service"))
	}
	if words := p.tint.words(n); words != "" {
		lines = append(lines, words)
	}
	return append(lines, p.lit.boxWords(n)...)
}

// arrowLines are the lines of the label of an arrow.
func (p *picture) arrowLines(e graph.Edge) []string {
	var words []string
	if p.lit.cut[e] {
		words = append(words, cutWord)
	}
	if in := p.groups.arrowWords(e); in != "" {
		words = append(words, in)
	}
	if n := p.Weight(e); n > 1 {
		words = append(words, strconv.Itoa(n))
	}
	if as := p.lit.arrow[e]; as >= added {
		words = append(words, looks[as].word)
	}
	var lines []string
	if words != nil {
		lines = append(lines, strings.Join(words, ", "))
	}
	return append(lines, p.labels[e]...)
}

// boxLink is where the service of a box is declared, and arrowLink where a call is: "" if there is no
// link to it.
func (p *picture) boxLink(n graph.Node) string {
	return p.places.link(p.look.Link, p.Graph.Service(n).Origins)
}

func (p *picture) arrowLink(e graph.Edge) string {
	if p.look.Link == "" || p.Weight(e) > 1 {
		return ""
	}
	return p.places.link(p.look.Link, convert(p.Graph.Call(e).Evidence, func(e graph.Evidence) graph.Origin { return e.Origin }))
}

// drawn returns the drawing of a report and its highlights. Unless the view selects a
// part, a picture that is too large to read is reduced, collapsed or cut until it is
// readable; the drawing lists what is not shown.
func drawn(r *analyze.Report, v View) (*drawing, *highlighting) {
	about, g := scopeOf(r), drawnGraph(r)
	d := v.draw(g, about)
	if v.All || v.Focus != nil || v.Collapse != "" || v.Reduce || readable(d) {
		return d, highlightReport(r, d)
	}
	reduced := v
	reduced.Reduce = true
	d = reduced.draw(g, about)
	if by := grouping(d.Graph); !readable(d) && by != "" {
		reduced.Collapse = by
		d = reduced.draw(g, about)
	}
	h := highlightReport(r, d)
	if !readable(d) {
		d.keepBusiest(h)
		h = highlightReport(r, d)
	}
	return d, h
}

// drawnGraph is the graph of a picture: of a difference, what either state has.
func drawnGraph(r *analyze.Report) *graph.Graph {
	if r.Diff != nil {
		return r.Diff.Union
	}
	return r.Graph
}

func readable(d *drawing) bool {
	return d.Graph.Calls() <= readableCalls && d.Graph.Len() <= readableBoxes
}

// grouping returns the property to collapse the services of g by: one that most of them
// have, with more than one value. It is "" if there is none.
func grouping(g *graph.Graph) string {
	for _, by := range []string{"namespace", "team", "system"} {
		groups := map[string]bool{}
		grouped := 0
		for i := range g.Services() {
			if name := groupOf(g.Service(graph.Node(i)), by); name != "" {
				groups[name] = true
				grouped++
			}
		}
		if len(groups) > 1 && grouped > g.Len()/2 {
			return by
		}
	}
	return ""
}

// keepBusiest keeps the highlighted boxes and those with the most calls, as many as are
// readable.
func (d *drawing) keepBusiest(h *highlighting) {
	g := d.Graph
	degree := func(n graph.Node) int { return len(g.Callees(n)) + len(g.In(n)) }
	order := make([]graph.Node, g.Len())
	for i := range order {
		order[i] = graph.Node(i)
	}
	slices.SortFunc(order, func(a, b graph.Node) int {
		return cmp.Or(-cmp.Compare(h.box[a], h.box[b]), -cmp.Compare(degree(a), degree(b)), cmp.Compare(a, b))
	})
	keep := make([]bool, g.Len())
	boxes, calls := 0, 0
	for _, n := range order {
		more := 0
		for _, m := range g.Callees(n) {
			if keep[m] || m == n {
				more++
			}
		}
		for _, e := range g.In(n) {
			if keep[g.From(e)] {
				more++
			}
		}
		if boxes == readableBoxes || calls+more > readableCalls {
			continue
		}
		keep[n] = true
		boxes++
		calls += more
	}
	d.omit("%s with fewer calls than those drawn", english.Count(g.Len()-boxes, "box"))
	d.keepOnly(func(n graph.Node) bool { return keep[n] })
}
