package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A highlight is why a picture shows a box or an arrow in color, worst last.
type highlight uint8

const (
	noHighlight highlight = iota
	warned
	faulty
	looped
	onPath
	protected
	slowed
	degraded
	failed
	down
	added
	altered
	removed
)

// A look is how a highlight is drawn, and its words.
type look struct {
	fill   string // of boxes
	stroke string // of arrows and borders
	says   string // in the legend
	word   string // on a box, so that it is distinct without colors
	some   string // on a box of several services, with how many
}

// looks are those of the highlights. They are distinct to people who see red and green, or blue
// and yellow, alike; a test holds that. Text on fill is black, but white on that of down.
var looks = [...]look{
	onPath:    {"#d6e9f8", "#0072b2", "selected", "", "%d selected"},
	warned:    {"#fdedc8", "#e08e00", "has a finding (warning)", "", ""},
	faulty:    {"#f8d3d0", "#b2182b", "has a finding (error)", "", ""},
	looped:    {"#f1d9ee", "#c0589f", "is on a loop", "loop", "%d on loops"},
	protected: {"#d2efe5", "#009e73", "is protected", "protected", "%d protected"},
	slowed:    {"#dcf0fc", "#56b4e9", "is slow", "slow", "%d slow"},
	degraded:  {"#fdedc8", "#e08e00", "degrades", "degrades", "%d degrade"},
	failed:    {"#f8d3d0", "#b2182b", "fails too", "fails", "%d fail"},
	down:      {"#67000d", "#67000d", "fails first", "fails first", "%d fail first"},
	added:     {"#d2efe5", "#009e73", "is added", "added", "%d added"},
	altered:   {"#fdedc8", "#e08e00", "is changed", "changed", "%d changed"},
	removed:   {"#f8d3d0", "#b2182b", "is removed", "removed", "%d removed"},
}

// The label of arrows that are best cut, and its entry in the legend.
const (
	cutWord   = "cut"
	cutLegend = "cut: the cheapest calls to remove so that no loop is left"
)

// A highlighting has the highlights of one drawing.
type highlighting struct {
	g       *graph.Graph // the whole graph
	drawing *drawing
	box     map[graph.Node]highlight
	arrow   map[graph.Edge]highlight
	cut     map[graph.Edge]bool // the cheapest calls to end loops

	of       map[graph.Node]highlight         // by service of the whole graph
	members  map[graph.Node]*[removed + 1]int // by box: its services by their highlights
	findings map[graph.Node]*findingCount     // by box
	infos    int                              // findings that are not worth a color
	outside  int                              // errors and warnings about nothing that is drawn
}

// A findingCount is how many findings are about a box or its calls.
type findingCount struct{ errors, warnings int }

// highlight is that of the worst finding.
func (n *findingCount) highlight() highlight {
	switch {
	case n.errors > 0:
		return faulty
	case n.warnings > 0:
		return warned
	}
	return noHighlight
}

func (n *findingCount) words() string {
	var words []string
	if n.errors > 0 {
		words = append(words, english.Count(n.errors, "error"))
	}
	if n.warnings > 0 {
		words = append(words, english.Count(n.warnings, "warning"))
	}
	return strings.Join(words, ", ")
}

func (h *highlighting) node(v graph.Node, as highlight) { h.of[v] = max(h.of[v], as) }

func (h *highlighting) call(u, v graph.Node, as highlight) (drawn bool) {
	e, ok := h.drawing.Arrow(u, v)
	if ok {
		h.arrow[e] = max(h.arrow[e], as)
	}
	return ok
}

// chain highlights services and the calls from each to the next.
func (h *highlighting) chain(nodes []graph.Node, as highlight) {
	for i, v := range nodes {
		h.node(v, as)
		if i > 0 {
			h.call(nodes[i-1], v, as)
		}
	}
}

// ring highlights the services of a loop, and its calls.
func (h *highlighting) ring(nodes []graph.Node) {
	if len(nodes) > 0 {
		h.chain(nodes, looped)
		h.call(nodes[len(nodes)-1], nodes[0], looped)
	}
}

// used returns the highlights that boxes or arrows have, worst first.
func (h *highlighting) used() []highlight {
	var has [removed + 1]bool
	for _, as := range h.box {
		has[as] = true
	}
	for _, as := range h.arrow {
		has[as] = true
	}
	var used []highlight
	for as := removed; as > noHighlight; as-- {
		if has[as] {
			used = append(used, as)
		}
	}
	return used
}

// boxWords says in words what the color of a box does, and of a box of several services how many of
// them have it; nil if nothing is special about it.
func (h *highlighting) boxWords(b graph.Node) []string {
	var words []string
	if h.drawing.Members(b) == 1 {
		if word := looks[h.box[b]].word; word != "" {
			words = append(words, word)
		}
	} else if of := h.members[b]; of != nil {
		for as := removed; as > noHighlight; as-- {
			if n := of[as]; n > 0 && looks[as].some != "" {
				words = append(words, fmt.Sprintf(looks[as].some, n))
			}
		}
	}
	if n := h.findings[b]; n != nil {
		words = append(words, n.words())
	}
	return words
}
