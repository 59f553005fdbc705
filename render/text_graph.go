package render

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A mark is the sign behind a name that says what is special about a call.
type mark struct {
	sign string
	says string
	fits func(graph.Call) bool
}

// marks are the signs of text and tree, in the order in which they are written.
var marks = []mark{
	{"~", "asynchronous", func(c graph.Call) bool { return c.Mode == graph.Async }},
	{"?", "soft: the caller can do without", func(c graph.Call) bool { return c.Need == graph.Soft }},
	{"!", "weak evidence", func(c graph.Call) bool { return c.Strength == graph.Weak }},
	{"*", "allowed, not proven", func(c graph.Call) bool { return c.Strength == graph.Allowed }},
	{"=", "mirrored traffic", func(c graph.Call) bool { return c.Mirror }},
	{"|", "fallback, taken only instead of another", func(c graph.Call) bool { return c.Fallback }},
	{"#", "not a call of its own: route, control, telemetry or health", func(c graph.Call) bool { return !c.Class.Core() }},
}

// A legend remembers which marks were used.
type legend []bool

func newLegend() legend { return make(legend, len(marks)) }

// of returns the marks of c.
func (l legend) of(c graph.Call) string {
	s := ""
	for i, m := range marks {
		if m.fits(c) {
			s += m.sign
			l[i] = true
		}
	}
	return s
}

// write explains the marks used; nothing if there were none.
func (l legend) write(p *pen) {
	var used []string
	for i, m := range marks {
		if l[i] {
			used = append(used, m.sign+" "+m.says)
		}
	}
	if used != nil {
		p.prose("", faintStyle, strings.Join(used, "; "))
	}
}

// graph writes a table of services.
func (p *pen) graph(d *Drawing) {
	g := d.Graph
	if g.Len() == 0 {
		p.line("no services")
		p.left(d)
		return
	}
	l := newLegend()
	columns := []column{
		{head: "SERVICE", style: func(int) lipgloss.Style { return strongStyle }},
		{head: "KIND"},
		{head: "ROLE"},
		{head: "CALLS", wrap: true},
		{head: "CALLED BY", wrap: true},
	}
	rows := make([][]string, g.Len())
	for i := range rows {
		n := graph.Node(i)
		rows[i] = []string{clean(g.ID(n)), d.kind(n), g.Service(n).Role.String(), p.callees(d, n, l), p.callers(d, n, l)}
	}
	p.table(columns, rows)
	p.observed(d)
	p.line("")
	p.linef("%s, %s", english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"))
	l.write(p)
	p.left(d)
}

// kind is the word for what a box is; for a group, how many services it holds.
func (d *Drawing) kind(n graph.Node) string {
	if k := d.Graph.Service(n).Kind; k != graph.KindUnknown {
		return k.String()
	}
	return english.Count(d.Members(n), "service")
}

func (p *pen) callees(d *Drawing, n graph.Node, l legend) string {
	var names []string
	lo, hi := d.Graph.Out(n)
	for e := lo; e < hi; e++ {
		names = append(names, clean(d.Graph.ID(d.Graph.To(e)))+l.of(d.Graph.Call(e)))
	}
	return p.names(names)
}

func (p *pen) callers(d *Drawing, n graph.Node, l legend) string {
	var names []string
	for _, e := range d.Graph.In(n) {
		names = append(names, clean(d.Graph.ID(d.Graph.From(e)))+l.of(d.Graph.Call(e)))
	}
	return p.names(names)
}

func (p *pen) names(names []string) string {
	if len(names) == 0 {
		return p.glyph("–", "-")
	}
	return strings.Join(names, ", ")
}

// left says what a drawing does not show.
func (p *pen) left(d *Drawing) {
	for _, clause := range d.Left {
		p.prose("", faintStyle, "not shown: "+clause)
	}
}
