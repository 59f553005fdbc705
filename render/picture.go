package render

import (
	"cmp"
	"slices"

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

// picture returns the drawing of a report and its highlights. Unless the view selects a
// part, a picture that is too large to read is reduced, collapsed or cut until it is
// readable; the drawing lists what is not shown.
func picture(r *analyze.Report, v View) (*drawing, *highlighting) {
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
