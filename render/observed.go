package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
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
		if declared && !g.Attributes(e).Declared && !g.ViaDeclaredBroker(e) {
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
	writeRankings(p, g, edges)
}

// mostRanked is how many calls a ranking has.
const mostRanked = 5

// writeRankings writes the calls that fail most and in which service the errors begin, and the
// slowest calls.
func writeRankings(p *pen.Pen, g *graph.Graph, edges []graph.Edge) {
	name := func(e graph.Edge) string { return pen.Clean(g.ID(g.From(e)) + "->" + g.ID(g.To(e))) }
	var failing, begin []string
	for _, c := range analyze.FailingCalls(g) {
		failing = append(failing, fmt.Sprintf("%s %.0f %%", name(c.Call), 100*c.Share))
		if callee := pen.Clean(g.ID(g.To(c.Begins))); !slices.Contains(begin, callee) {
			begin = append(begin, callee)
		}
	}
	if failing != nil {
		p.Line("")
		p.Prose("", pen.PlainStyle, fmt.Sprintf("fail most: %s; errors begin in %s", ranked(failing), ranked(begin)))
	}
	p99 := func(e graph.Edge) time.Duration {
		took, _ := g.Observed(e).More().Latency.Quantile(0.99)
		return took
	}
	slow := slices.DeleteFunc(slices.Clone(edges), func(e graph.Edge) bool { return p99(e) <= 0 })
	if len(slow) < 2 {
		return
	}
	slices.SortStableFunc(slow, func(a, b graph.Edge) int { return cmp.Compare(p99(b), p99(a)) })
	var slowest []string
	for _, e := range slow {
		slowest = append(slowest, name(e)+" "+quantileText(g.Observed(e), 0.99))
	}
	if failing == nil {
		p.Line("")
	}
	p.Prose("", pen.PlainStyle, "slowest by p99: "+ranked(slowest))
}

// ranked writes the first words of a ranking.
func ranked(words []string) string {
	if more := len(words) - mostRanked; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:mostRanked], ", "), more)
	}
	return strings.Join(words, ", ")
}
