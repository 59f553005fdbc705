package render

import (
	"cmp"
	"math"
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
	readableBoxes = 100
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
	layout          layout
}

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
	if p.Graph.Service(n).Kind == graph.KindUnknown {
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

// grouping returns what to group the services of g by: the first property that most of them
// have, with enough values to be worth a picture and few enough to be drawn; else the one with the
// fewest values; and how they call each other if there is none.
func grouping(g *graph.Graph) string {
	fewest, found := math.MaxInt, byCalls
	for _, by := range []string{"namespace", "system", "owner", "team"} {
		groups := map[string]bool{}
		grouped := 0
		for v := range graph.Node(g.Len()) {
			if name := analyze.Property(g, v, by); name != "" {
				groups[name] = true
				grouped++
			}
		}
		if len(groups) < 4 || grouped <= g.Len()/2 {
			continue
		}
		if len(groups) <= overviewGroups {
			return by
		}
		if len(groups) < fewest {
			fewest, found = len(groups), by
		}
	}
	return found
}

// keepBusiest keeps the highlighted boxes, those with the most calls, and those that these call
// or are called by.
func (d *drawing) keepBusiest(h *highlighting) {
	g := d.Graph
	near := make([]int, g.Len()) // arrows to boxes that are kept
	keep := make([]bool, g.Len())
	kept := 0
	better := func(a, b graph.Node) bool {
		return cmp.Or(cmp.Compare(max(h.box[a], warned), max(h.box[b], warned)), cmp.Compare(near[a], near[b]), cmp.Compare(degree(g, a), degree(g, b)), cmp.Compare(b, a)) > 0
	}
	for ; kept < readableBoxes/2; kept++ {
		best := graph.Node(-1)
		for v := range graph.Node(g.Len()) {
			if !keep[v] && (best < 0 || better(v, best)) {
				best = v
			}
		}
		keep[best] = true
		for _, v := range g.Callees(best) {
			near[v]++
		}
		for _, e := range g.In(best) {
			near[g.From(e)]++
		}
	}
	d.omit("%s with fewer calls than those drawn", english.Count(g.Len()-kept, "box"))
	d.keepOnly(func(n graph.Node) bool { return keep[n] })
}
