package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// maxPlaces is how many places of one finding are named unless all are asked for.
const maxPlaces = 4

func severityStyle(s analyze.Severity) lipgloss.Style {
	return []lipgloss.Style{mildStyle, yellowStyle, redStyle}[s]
}

// check writes the findings and a line that sums them up.
func (p *pen) check(g *graph.Graph, c *analyze.Check, verbose bool) {
	for i := range c.Findings {
		p.finding(&c.Findings[i], verbose)
		p.line("")
	}
	p.summary(g, c)
}

// finding writes one finding: the sentence, the rule at its right, where it was
// read, and the way out.
func (p *pen) finding(f *analyze.Finding, verbose bool) {
	rule := p.ruleTag(f)
	head := f.Severity.String() + ": "
	if p.Width <= 0 {
		p.line(p.paint(severityStyle(f.Severity), head) + clean(f.Message) + "  " + p.faint(rule))
	} else {
		lines := wrap(head+clean(f.Message), p.room())
		last := len(lines) - 1
		gap := p.room() - ansi.StringWidth(lines[last]) - ansi.StringWidth(rule)
		if gap < 2 {
			lines, last = append(lines, ""), last+1
			gap = p.room() - ansi.StringWidth(rule)
		}
		lines[0] = p.paint(severityStyle(f.Severity), head) + strings.TrimPrefix(lines[0], head)
		lines[last] += strings.Repeat(" ", max(gap, 0)) + p.faint(rule)
		for _, line := range lines {
			p.line(line)
		}
	}
	p.places(f.Origins, verbose)
	if verbose {
		p.values(f.Values)
	}
	if f.Hint != "" {
		p.prose("  ", plainStyle, "hint: "+clean(f.Hint))
	}
}

func (p *pen) ruleTag(f *analyze.Finding) string {
	if f.Confidence == analyze.Certain {
		return "[" + f.Rule.ID + "]"
	}
	return "[" + f.Rule.ID + "] (" + f.Confidence.String() + ")"
}

func (p *pen) places(origins []graph.Origin, verbose bool) {
	for i, o := range origins {
		if i == maxPlaces && !verbose && len(origins) > maxPlaces+1 {
			p.line("  " + p.faint(fmt.Sprintf("and %d more places", len(origins)-i)))
			return
		}
		p.line("  " + p.faint(clean(o.String())))
	}
}

func (p *pen) values(values []analyze.KeyValue) {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = clean(v.Key) + " " + clean(v.Value)
	}
	if len(words) > 0 {
		p.prose("  ", faintStyle, strings.Join(words, ", "))
	}
}

// summary writes the last line: the number of findings by severity and the size
// of the inputs. A run without any input is not reported as clean.
func (p *pen) summary(g *graph.Graph, c *analyze.Check) {
	found := make([]int, len(analyze.Severities))
	for i := range c.Findings {
		found[c.Findings[i].Severity]++
	}
	var words []string
	for s := analyze.Error; ; s-- {
		if found[s] > 0 {
			words = append(words, p.paint(severityStyle(s), severityCount(found[s], s)))
		}
		if s == analyze.Info {
			break
		}
	}
	if words == nil {
		words = []string{p.paint(greenStyle, "nothing found")}
	}
	if c.Ignored > 0 {
		words = append(words, fmt.Sprintf("%d ignored", c.Ignored))
	}
	cover := g.Coverage()
	if cover.Documents == 0 && g.Len() == 0 {
		words = append(words[:0], p.paint(yellowStyle, "nothing was read"))
	}
	read := []string{
		english.Count(cover.Files, "file"), english.Count(cover.Documents, "document"),
		english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"),
	}
	if n := cover.Failed(); n > 0 {
		read = append(read, p.paint(redStyle, fmt.Sprintf("%d could not be read", n)))
	}
	p.prose("", plainStyle, fmt.Sprintf("%s (%s)", strings.Join(words, ", "), strings.Join(read, ", ")))
}

func severityCount(n int, s analyze.Severity) string {
	if s == analyze.Info {
		return fmt.Sprintf("%d info", n)
	}
	return english.Count(n, s.String())
}
