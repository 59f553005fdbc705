package render

import (
	"math"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/wire"
	"github.com/weirgraph/weir/render/pen"
)

// observedWords is what was seen of a call, "120 calls, 3 failed, 4 per request, p99 80ms", or
// nothing.
func observedWords(o *graph.Observed) string {
	if o == nil {
		return ""
	}
	words := []string{amountText(o.Calls) + " calls"}
	if o.Calls == 1 {
		words[0] = "1 call"
	}
	if o.Errors > 0 {
		words = append(words, amountText(o.Errors)+" failed")
	}
	if o.Retries > 0 {
		words = append(words, amountText(o.Retries)+" retried")
	}
	if n := perRequest(o); n != "" {
		words = append(words, n+" per request")
	}
	if p99 := quantileText(o, 0.99); p99 != "" {
		words = append(words, "p99 "+p99)
	}
	return strings.Join(words, ", ")
}

// amountText is a count, which is whole, or a rate, which need not be.
func amountText(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// perRequest is how many such calls a request of the caller makes that makes any,
// where it is more than one. A few requests do not speak for calls that others counted.
func perRequest(o *graph.Observed) string {
	n := math.Round(10*o.PerRequest()) / 10
	if n <= 1 || 2*o.Within < o.Calls {
		return ""
	}
	return amountText(n)
}

// quantileText is how long the fraction q of the calls took at most, empty if nothing is
// known.
func quantileText(o *graph.Observed, q float64) string { return string(wire.Quantile(&o.Latency, q)) }

// writeObserved writes a table of the calls that were seen. Where manifests were read
// too it says which of them nobody declared.
func writeObserved(p *pen.Pen, d *Drawing) {
	g := d.Graph
	declared := false
	var edges []graph.Edge
	for e := range graph.Edge(g.Calls()) {
		c := g.Call(e)
		declared = declared || c.Declared
		if c.Observed && g.Observed(e) != nil {
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
		if declared && !g.Call(e).Declared && !g.Brokered(e) {
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
