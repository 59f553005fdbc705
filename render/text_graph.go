package render

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// A mark is a character after a name for a property of the call.
type mark struct {
	sign string
	says string
	fits func(graph.Call) bool
}

// marks are the marks of text and tree, in the order in which they are written.
var marks = []mark{
	{"~", "asynchronous", func(c graph.Call) bool { return c.Mode == graph.Async }},
	{"?", "soft: the call is optional", func(c graph.Call) bool { return c.Need == graph.Soft }},
	{"!", "weak evidence", func(c graph.Call) bool { return c.Strength == graph.Weak }},
	{"*", "allowed, not proven", func(c graph.Call) bool { return c.Strength == graph.Allowed }},
	{"=", "mirrored traffic", func(c graph.Call) bool { return c.Mirror }},
	{"|", "fallback, called only if another call fails", func(c graph.Call) bool { return c.Fallback }},
	{"#", "not a service call: route, peer, control, telemetry or health", func(c graph.Call) bool { return !c.Class.Core() }},
	{groupMark, "one of several, see the calls of the caller", func(graph.Call) bool { return false }}, // see ofGroups
}

const groupMark = "&"

// A legend records which marks are used.
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

// ofGroups returns the mark of a call that is made only as a member of groups.
func (l legend) ofGroups(g *graph.Graph, e graph.Edge) string {
	if !g.Grouped(e) {
		return ""
	}
	l[len(marks)-1] = true
	return groupMark
}

// write writes the meaning of the marks used, if any.
func (l legend) write(p *pen.Pen) {
	var used []string
	for i, m := range marks {
		if l[i] {
			used = append(used, m.sign+" "+m.says)
		}
	}
	if used != nil {
		p.Prose("", pen.FaintStyle, strings.Join(used, "; "))
	}
}

// writeGraph writes a table of services.
func writeGraph(p *pen.Pen, d *drawing) {
	g := d.Graph
	if g.Len() == 0 {
		p.Line("no services")
		writeLeft(p, d)
		return
	}
	l := newLegend()
	columns := []pen.Column{
		{Head: "SERVICE", Style: func(int) pen.Style { return pen.StrongStyle }},
		{Head: "KIND"},
		{Head: "ROLE"},
		{Head: "CALLS", Wrap: true},
		{Head: "CALLED BY", Wrap: true},
	}
	rows := make([][]string, g.Len())
	for i := range rows {
		n := graph.Node(i)
		rows[i] = []string{pen.Clean(g.ID(n)), d.kind(n), g.Service(n).Role.String(), calleeNames(p, d, n, l), callerNames(p, d, n, l)}
	}
	p.Table(columns, rows)
	writeObserved(p, d)
	p.Line("")
	p.Linef("%s, %s", english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"))
	l.write(p)
	writeLeft(p, d)
}

// kind is the kind of a service; for a group, the number of its services.
func (d *drawing) kind(n graph.Node) string {
	if k := d.Graph.Service(n).Kind; k != graph.KindUnknown {
		return k.String()
	}
	return english.Count(d.Members(n), "service")
}

func calleeNames(p *pen.Pen, d *drawing, n graph.Node, l legend) string {
	var names []string
	g := d.Graph
	name := func(e graph.Edge) string { return pen.Clean(g.ID(g.To(e))) + l.of(g.Call(e)) }
	lo, hi := g.Out(n)
	for e := lo; e < hi; e++ {
		if !g.Grouped(e) {
			names = append(names, name(e))
		}
	}
	for _, id := range g.GroupsOf(n) {
		names = append(names, groupClause(g, id, name))
	}
	return nameList(p, names)
}

func callerNames(p *pen.Pen, d *drawing, n graph.Node, l legend) string {
	var names []string
	for _, e := range d.Graph.In(n) {
		names = append(names, pen.Clean(d.Graph.ID(d.Graph.From(e)))+l.of(d.Graph.Call(e))+l.ofGroups(d.Graph, e))
	}
	return nameList(p, names)
}

func nameList(p *pen.Pen, names []string) string {
	if len(names) == 0 {
		return p.Glyph("–", "-")
	}
	return strings.Join(names, ", ")
}

// writeLeft lists what a drawing does not show.
func writeLeft(p *pen.Pen, d *drawing) {
	for _, clause := range d.NotShown {
		p.Prose("", pen.FaintStyle, "not shown: "+clause)
	}
}
