package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// maxPlaces is how many places of one finding are listed without --verbose.
const maxPlaces = 4

func severityStyle(s analyze.Severity) pen.Style {
	return []pen.Style{pen.MildStyle, pen.YellowStyle, pen.RedStyle}[s]
}

// writeCheck writes the findings and a line that sums them up.
func writeCheck(p *pen.Pen, g *graph.Graph, c *analyze.Check, verbose bool) {
	for i := range c.Findings {
		writeFinding(p, &c.Findings[i], verbose)
		p.Line("")
	}
	writeSummary(p, g, c)
}

// writeFinding writes one finding: severity, message, rule, places and hint.
func writeFinding(p *pen.Pen, f *analyze.Finding, verbose bool) {
	rule := ruleTag(p, f)
	head := f.Severity.String() + ": "
	if p.Width <= 0 {
		p.Line(p.Paint(severityStyle(f.Severity), head) + pen.Clean(f.Message) + "  " + p.Faint(rule))
	} else {
		lines := pen.Wrap(head+pen.Clean(f.Message), p.Room())
		last := len(lines) - 1
		gap := p.Room() - ansi.StringWidth(lines[last]) - ansi.StringWidth(rule)
		if gap < 2 {
			lines, last = append(lines, ""), last+1
			gap = p.Room() - ansi.StringWidth(rule)
		}
		lines[0] = p.Paint(severityStyle(f.Severity), head) + strings.TrimPrefix(lines[0], head)
		lines[last] += strings.Repeat(" ", max(gap, 0)) + p.Faint(rule)
		for _, line := range lines {
			p.Line(line)
		}
	}
	writePlaces(p, f.Origins, verbose)
	if verbose {
		writeValues(p, f.Values)
	}
	if f.Hint != "" {
		p.Prose("  ", pen.PlainStyle, "hint: "+pen.Clean(f.Hint))
	}
}

func ruleTag(p *pen.Pen, f *analyze.Finding) string {
	if f.Confidence == analyze.Certain {
		return "[" + f.Rule + "]"
	}
	return "[" + f.Rule + "] (" + f.Confidence.String() + ")"
}

func writePlaces(p *pen.Pen, origins []graph.Origin, verbose bool) {
	for i, o := range origins {
		if i == maxPlaces && !verbose && len(origins) > maxPlaces+1 {
			p.Line("  " + p.Faint(fmt.Sprintf("and %d more places", len(origins)-i)))
			return
		}
		p.Line("  " + p.Faint(pen.Clean(o.String())))
	}
}

func writeValues(p *pen.Pen, values []analyze.KeyValue) {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = pen.Clean(v.Key) + " " + pen.Clean(v.Value)
	}
	if len(words) > 0 {
		p.Prose("  ", pen.FaintStyle, strings.Join(words, ", "))
	}
}

// writeSummary writes the last line: the number of findings by severity and the size
// of the inputs. A run without any input is not reported as clean.
func writeSummary(p *pen.Pen, g *graph.Graph, c *analyze.Check) {
	found := make([]int, len(analyze.Severities))
	for i := range c.Findings {
		found[c.Findings[i].Severity]++
	}
	var words []string
	for s := analyze.Error; ; s-- {
		if found[s] > 0 {
			words = append(words, p.Paint(severityStyle(s), severityCount(found[s], s)))
		}
		if s == analyze.Info {
			break
		}
	}
	if words == nil {
		words = []string{p.Paint(pen.GreenStyle, "nothing found")}
	}
	if c.Ignored > 0 {
		words = append(words, fmt.Sprintf("%d ignored", c.Ignored))
	}
	cover := g.Coverage()
	if cover.Documents == 0 && g.Len() == 0 {
		words = append(words[:0], p.Paint(pen.YellowStyle, "nothing was read"))
	}
	read := []string{
		english.Count(cover.Files, "file"), english.Count(cover.Documents, "document"),
		english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"),
	}
	if n := cover.Failed(); n > 0 {
		read = append(read, p.Paint(pen.RedStyle, fmt.Sprintf("%d could not be read", n)))
	}
	p.Prose("", pen.PlainStyle, fmt.Sprintf("%s (%s)", strings.Join(words, ", "), strings.Join(read, ", ")))
}

func severityCount(n int, s analyze.Severity) string {
	if s == analyze.Info {
		return fmt.Sprintf("%d info", n)
	}
	return english.Count(n, s.String())
}
