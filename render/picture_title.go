package render

import (
	"io"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// titleOf is what a picture shows, in one sentence.
func titleOf(r *analyze.Report, v View) string {
	g := r.Graph
	switch {
	case r.Check != nil:
		return "Findings: " + foundWords(r.Check)
	case len(r.Impacts) > 0:
		return incidentHeadline(pen.New(io.Discard, pen.Terminal{}), g, &r.Impacts[0])
	case r.Cycles != nil && len(r.Cycles.Components) == 0:
		return "No loops of calls"
	case r.Cycles != nil:
		return english.Count(len(r.Cycles.Components), "loop") + " of calls"
	case r.Path != nil:
		return "From " + pen.Clean(g.ID(r.Path.From)) + " to " + pen.Clean(g.ID(r.Path.To))
	case r.Focus != nil:
		return pen.Clean(g.ID(r.Focus.Node)) + ", its callers and its dependencies"
	case r.Diff != nil:
		return "Changes: " + diffSummary(r.Diff)
	case len(v.Focus) > 0:
		return "Services connected to " + shortList(ids(g, v.Focus))
	}
	return "Services and their calls"
}

// foundWords is "1 error, 2 warnings, 3 info", or "none".
func foundWords(c *analyze.Check) string {
	var words []string
	for _, s := range []analyze.Severity{analyze.Error, analyze.Warning, analyze.Info} {
		if n := c.Found[s]; n > 0 {
			words = append(words, severityCount(n, s))
		}
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, ", ")
}

// subtitleOf says what was read, and how much of it is drawn.
func (p *picture) subtitleOf(whole *graph.Graph, sources []string) string {
	var words []string
	if len(sources) > 0 {
		names := pen.CleanAll(sources)
		slices.Sort(names)
		words = append(words, pen.Short(shortList(slices.Compact(names))))
	}
	words = append(words, english.Count(whole.Len(), "service")+", "+english.Count(whole.Calls(), "call"))
	services, calls := 0, 0
	for v := range graph.Node(whole.Len()) {
		if _, ok := p.Box(v); ok {
			services++
		}
	}
	for e := range graph.Edge(whole.Calls()) {
		if _, ok := p.Arrow(whole.From(e), whole.To(e)); ok {
			calls++
		}
	}
	var not []string
	if n := whole.Len() - services; n > 0 {
		not = append(not, english.Count(n, "service"))
	}
	if n := whole.Calls() - calls; n > 0 {
		not = append(not, english.Count(n, "call"))
	}
	if not != nil {
		words = append(words, "not shown: "+english.List(not))
	}
	return strings.Join(words, "; ")
}
