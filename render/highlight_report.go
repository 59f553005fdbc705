package render

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// highlightReport returns the highlights of a report for a drawing.
func highlightReport(r *analyze.Report, d *drawing) *highlighting {
	h := &highlighting{
		g: drawnGraph(r), drawing: d, box: map[graph.Node]highlight{}, arrow: map[graph.Edge]highlight{}, cut: map[graph.Edge]bool{},
		of: map[graph.Node]highlight{}, members: map[graph.Node]*[removed + 1]int{}, findings: map[graph.Node]*findingCount{},
	}
	if r.Check != nil {
		h.allFindings(r.Check.Findings)
	}
	for i := range r.Impacts {
		h.incident(&r.Impacts[i])
	}
	if r.Cycles != nil {
		for i := range r.Cycles.Components {
			h.loop(&r.Cycles.Components[i])
		}
	}
	if p := r.Path; p != nil {
		h.node(p.From, onPath)
		h.node(p.To, onPath)
		for _, chains := range [][][]graph.Node{p.Forward, p.Back} {
			for _, chain := range chains {
				h.chain(chain, onPath)
			}
		}
	}
	if r.Diff != nil {
		h.changes(r.Diff)
	}
	if f := r.Focus; f != nil {
		h.node(f.Node, onPath)
		if f.Cycle != nil {
			h.loop(f.Cycle)
		}
		h.allFindings(f.Findings)
	}
	for v, as := range h.of {
		b, ok := d.Box(v)
		if !ok {
			continue
		}
		if h.members[b] == nil {
			h.members[b] = &[removed + 1]int{}
		}
		h.members[b][as]++
		if d.Members(b) == 1 || as != looped { // some services of most groups are on a loop
			h.box[b] = max(h.box[b], as)
		}
	}
	for b, n := range h.findings {
		if d.Members(b) == 1 {
			h.box[b] = max(h.box[b], n.highlight())
		}
	}
	return h
}

func (h *highlighting) loop(c *analyze.Cycle) {
	h.ring(c.Loop)
	for _, cut := range c.Cuts {
		if e, ok := h.drawing.Arrow(cut.From, cut.To); ok && len(c.Services) > 1 {
			h.cut[e] = true
		}
	}
}

func (h *highlighting) changes(d *analyze.Diff) {
	as := func(was, is bool) highlight {
		switch {
		case !was:
			return added
		case !is:
			return removed
		}
		return altered
	}
	g := d.Union
	for _, c := range d.Services {
		if v, ok := g.Node(c.ID); ok {
			h.node(v, as(c.Old != nil, c.New != nil))
		}
	}
	call := func(from, to string, as highlight) {
		u, ok := g.Node(from)
		v, ok2 := g.Node(to)
		if ok && ok2 {
			h.call(u, v, as)
		}
	}
	for _, c := range d.Policies {
		call(c.From, c.To, altered)
	}
	for _, c := range d.Calls {
		call(c.From, c.To, as(c.Old != nil, c.New != nil))
	}
}

func (h *highlighting) incident(in *analyze.Incident) {
	for _, v := range in.Failed {
		h.node(v, down)
	}
	for i := range in.Victims {
		v := &in.Victims[i]
		as := []highlight{failure.Protected: protected, failure.SlowOnly: slowed, failure.Degrades: degraded, failure.Fails: failed}[v.Label]
		h.node(v.Node, as)
		if !h.call(v.Node, v.Via, as) { // v waits for events of Via
			h.call(v.Via, v.Node, as)
			if path := v.Path(); len(path) > 2 {
				h.node(v.Via, protected)
				h.call(path[2], v.Via, as)
			}
		}
	}
}

// scopeOf returns the services that the report is about, if not all.
func scopeOf(r *analyze.Report) reportScope {
	t := reportScope{has: make([]bool, drawnGraph(r).Len())}
	add := func(nodes []graph.Node) {
		for _, v := range nodes {
			t.has[v] = true
		}
	}
	switch {
	case r.Drawn || r.Check != nil:
		return reportScope{}
	case r.Impacts != nil:
		t.others = "that are not affected"
		for _, m := range r.Impacts {
			add(m.Failed)
			for i := range m.Victims {
				t.has[m.Victims[i].Node], t.has[m.Victims[i].Via] = true, true // also a broker that is unaffected
			}
		}
	case r.Diff != nil:
		t.others = "that do not change"
		addChanges(r.Diff, t.has)
	case r.Cycles != nil:
		t.others = "on no loop"
		for _, c := range r.Cycles.Components {
			add(c.Services)
		}
	case r.Path != nil:
		t.others = "on none of the chains"
		add([]graph.Node{r.Path.From, r.Path.To})
		for _, chain := range slices.Concat(r.Path.Forward, r.Path.Back) {
			add(chain)
		}
	case r.Focus != nil:
		t.others = "that neither call nor are called by " + pen.Clean(r.Graph.ID(r.Focus.Node))
		add([]graph.Node{r.Focus.Node})
		add(r.Graph.Callees(r.Focus.Node))
		add(r.Graph.Callers(r.Focus.Node))
	}
	return t
}

// addChanges marks the services that a change is about: those that differ, and both ends of
// calls that do.
func addChanges(d *analyze.Diff, has []bool) {
	add := func(ids ...string) {
		for _, id := range ids {
			if v, ok := d.Union.Node(id); ok {
				has[v] = true
			}
		}
	}
	for _, c := range d.Services {
		add(c.ID)
	}
	for _, c := range d.Calls {
		add(c.From, c.To)
	}
	for _, c := range d.Policies {
		add(c.From, c.To)
	}
}
