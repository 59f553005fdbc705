package render

import (
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
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

// A layout is how the columns of a picture are made narrow enough.
type layout struct {
	nameWidth int                 // characters of a line of a name
	free      map[graph.Edge]bool // calls that do not order the columns: what is after the last column goes below the others
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
	switch as := p.lit.arrow[e]; {
	case as == faulty:
		words = append(words, "error")
	case as >= added:
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
