package render

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render/pen"
)

// LabelChoices are the words for what arrows of a picture are labeled with, the default first.
var LabelChoices = []string{LabelLatency, LabelPolicy, "protocol", "evidence", "none"}

const (
	LabelLatency = "latency"
	LabelPolicy  = "policy" // needs Report.Policies
)

// labelMeaning is what the legend says of the labels, if there are any.
var labelMeaning = map[string]string{
	LabelLatency: "at an arrow: calls, failures and latency in traces",
	LabelPolicy:  "at an arrow: policies that act on the call",
	"protocol":   "at an arrow: protocol",
	"evidence":   "at an arrow: what shows the call, and where",
}

const (
	labelLine  = 24 // characters of a line at an arrow
	labelLines = 5  // lines at an arrow
)

// labelsOf returns the labels of arrows, in lines. An arrow of several calls has none.
func labelsOf(r *analyze.Report, d *drawing, by string) map[graph.Edge][]string {
	labels := map[graph.Edge][]string{}
	add := func(e graph.Edge, words string) {
		if words == "" || d.Weight(e) > 1 {
			return
		}
		lines := pen.Wrap(words, labelLine)
		if len(lines) > labelLines {
			lines = append(lines[:labelLines-1:labelLines-1], "…")
		}
		labels[e] = lines
	}
	if by == LabelPolicy {
		for e, words := range policyLabels(r, d) {
			add(e, words)
		}
		return labels
	}
	for e := range graph.Edge(d.Graph.Calls()) {
		switch by {
		case LabelLatency:
			add(e, observedWords(d.Graph.Observed(e)))
		case "protocol":
			add(e, pen.CleanOr(pen.Short(d.Graph.Call(e).Protocol)))
		case "evidence":
			add(e, evidenceLabel(d.Graph.Call(e)))
		}
	}
	return labels
}

func evidenceLabel(c graph.Call) string {
	words := evidenceWords(c)
	if len(c.Evidence) > 0 {
		if at := c.Evidence[0].Origin; at.File() != "" {
			words += ", " + pen.Clean(fmt.Sprintf("%s:%d", path.Base(at.File()), at.Line))
		}
	}
	return words
}

// noPolicy is the label of a call on which no policy acts. One of which policies are not declared has
// no label.
const noPolicy = "none"

// labelMeanings are what the legend says of the labels.
func (p *picture) labelMeanings() []string {
	if len(p.labels) == 0 {
		return nil
	}
	by := cmp.Or(p.look.Label, LabelLatency)
	lines := []string{labelMeaning[by]}
	if by != LabelPolicy {
		return lines
	}
	all := ""
	for _, words := range p.labels {
		all += strings.Join(words, " ") + "\n"
	}
	for _, other := range []struct{ part, says string }{
		{noPolicy + "\n", "\"none\": no policy acts on the call"},
		{"*", "*: the default of a product"},
		{"+", "+: declared for the whole mesh"},
	} {
		if strings.Contains(all, other.part) {
			lines = append(lines, other.says)
		}
	}
	if len(p.labels) < p.Graph.Calls() {
		lines = append(lines, "no label: policies of the call are not declared")
	}
	return lines
}

// policyLabels returns by arrow the policies that act on the call.
func policyLabels(r *analyze.Report, d *drawing) map[graph.Edge]string {
	labels := map[graph.Edge]string{}
	parts := map[graph.Edge]int{}
	whole := drawnGraph(r)
	for i := range r.Policies.Rows {
		row := &r.Policies.Rows[i]
		u, ok := whole.Node(r.Graph.ID(r.Graph.From(row.Edge)))
		v, ok2 := whole.Node(r.Graph.ID(r.Graph.To(row.Edge)))
		if !ok || !ok2 {
			continue
		}
		e, drawn := d.Arrow(u, v)
		if !drawn {
			continue
		}
		if parts[e]++; parts[e] == 1 {
			labels[e] = policyLabel(&row.Part)
		}
	}
	for e, n := range parts {
		if n > 1 {
			labels[e] = cmp.Or(labels[e], "?") + fmt.Sprintf(", and %d more", n-1)
		}
	}
	return labels
}

func policyLabel(part *analyze.Part) string {
	if words := summaryWords(part); words != nil {
		return strings.Join(words, ", ")
	}
	if slices.ContainsFunc(protections, func(p protection) bool { return p.cell(part).value == none.value }) {
		return noPolicy
	}
	return ""
}
