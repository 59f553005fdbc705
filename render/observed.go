package render

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// writeObserved writes a table of the observed calls. If manifests were read too, it
// marks those that are not declared.
func writeObserved(p *pen.Pen, d *drawing) {
	g := d.Graph
	declared := false
	var edges []graph.Edge
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		declared = declared || c.Declared
		if o := g.Observed(e); c.Observed && o != nil && o.Calls > 0 {
			edges = append(edges, e)
		}
	}
	if edges == nil {
		return
	}
	rows := make([][]string, len(edges))
	for i, e := range edges {
		o := g.Observed(e)
		failed, drift := "", ""
		if o.Errors > 0 {
			failed = amountText(o.Errors)
		}
		if declared && !g.Call(e).Declared && !g.ViaDeclaredBroker(e) {
			drift = "not declared"
		}
		rows[i] = []string{
			pen.Clean(g.ID(g.From(e))), pen.Clean(g.ID(g.To(e))), amountText(o.Calls), perRequest(o), failed,
			quantileText(o, 0.5), quantileText(o, 0.99), drift,
		}
	}
	columns := []pen.Column{
		{Head: "OBSERVED"}, {Head: "CALLS"}, {Head: "TIMES", Right: true}, {Head: "PER REQUEST", Right: true}, {Head: "FAILED", Right: true},
		{Head: "P50", Right: true}, {Head: "P99", Right: true}, {Head: "DRIFT"},
	}
	p.Line("")
	p.Table(pen.DropEmpty(columns, rows))
}
