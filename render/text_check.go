package render

import (
	"fmt"
	"strconv"
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
	var explained confidences
	for i := range c.Findings {
		writeFinding(p, &c.Findings[i], verbose, &explained)
		p.Line("")
	}
	if verbose {
		writeExcused(p, c.Excused)
	}
	writeByRule(p, c)
	writeSummary(p, g, c)
	writeUnjudged(p, c.Unjudged, verbose)
}

// writeExcused lists the findings that are not reported, and why.
func writeExcused(p *pen.Pen, list []analyze.Excused) {
	for i := range list {
		e := &list[i]
		p.Prose("", pen.FaintStyle, fmt.Sprintf("%s: %s: %s  [%s]", excuseWords(e), e.Severity, pen.Clean(said(&e.Finding)), e.Rule))
	}
	if len(list) > 0 {
		p.Line("")
	}
}

// excuseWords is why a finding is not reported.
func excuseWords(e *analyze.Excused) string {
	if e.By.Known() {
		return "known in " + pen.Clean(e.Reason)
	}
	words := "ignored"
	switch e.By {
	case analyze.ByConfiguration:
		words += " by the entry"
	case analyze.ByAnnotation:
		words += " by an annotation"
	case analyze.ByComment:
		words += " by the comment"
	}
	if at := e.Origin.String(); at != "" {
		words += " at " + pen.Clean(at)
	}
	if e.Reason != "" {
		words += " (" + pen.Clean(e.Reason) + ")"
	}
	return words
}

// confidences are those that a report has explained.
type confidences [analyze.Certain + 1]bool

// confidenceWords explain a confidence.
var confidenceWords = [analyze.Certain]string{
	analyze.Assumed: "(assumed): the inputs do not declare all that this finding rests on",
	analyze.Default: "(default): this finding rests on a value that no input sets, the default of a product",
}

// explain writes what the confidence of f means, where it is the first one of a report.
func (c *confidences) explain(p *pen.Pen, f *analyze.Finding) {
	if f.Confidence < analyze.Certain && !c[f.Confidence] {
		c[f.Confidence] = true
		p.Prose("  ", pen.FaintStyle, confidenceWords[f.Confidence])
	}
}

// writeFinding writes one finding: severity, message, rule, places and hint.
func writeFinding(p *pen.Pen, f *analyze.Finding, verbose bool, explained *confidences) {
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
	if verbose && f.Each != nil {
		writeEach(p, f)
	} else {
		writePlaces(p, f.Origins, verbose)
	}
	if verbose {
		writeValues(p, f.Values)
	}
	if f.Hint != "" {
		p.Prose("  ", pen.PlainStyle, "hint: "+pen.Clean(f.Hint))
	}
	explained.explain(p, f)
}

// writeEach writes the subjects of a finding about several, each with its place.
func writeEach(p *pen.Pen, f *analyze.Finding) {
	for i := range f.Each {
		line := pen.Clean(f.Each[i].Subject)
		if o := f.Each[i].Origins; len(o) > 0 {
			line += "  " + p.Faint(pen.Clean(o[0].String()))
		}
		p.Line("  " + line)
	}
}

func ruleTag(p *pen.Pen, f *analyze.Finding) string {
	tag := "[" + f.Rule + "]"
	if f.Confidence < analyze.Certain {
		tag += " (" + f.Confidence.String() + ")"
	}
	if f.Variants != nil {
		tag += " in " + pen.Clean(english.List(f.Variants))
	}
	return tag
}

func writePlaces(p *pen.Pen, origins []graph.Origin, verbose bool) {
	for _, line := range placeLines(origins, verbose) {
		p.Line("  " + p.Faint(pen.Clean(line)))
	}
}

// placeLines lists the places of a finding, the first ones and the number of the others if there
// are many and all is false.
func placeLines(origins []graph.Origin, all bool) []string {
	var lines []string
	for i, o := range origins {
		if i == maxPlaces && !all && len(origins) > maxPlaces+1 {
			return append(lines, fmt.Sprintf("and %d more places", len(origins)-i))
		}
		lines = append(lines, o.String())
	}
	return lines
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

// manyFindings is how many findings a report has before it ends with their number by rule.
const manyFindings = 6

// writeByRule writes how much each rule has found, if that is much.
func writeByRule(p *pen.Pen, c *analyze.Check) {
	total := 0
	for _, n := range c.Found {
		total += n
	}
	if total < manyFindings || len(c.ByRule) < 2 {
		return
	}
	rows := make([][]string, len(c.ByRule))
	for i, sum := range c.ByRule {
		rows[i] = []string{sum.Rule}
		all := 0
		for s := analyze.Error; ; s-- {
			count := ""
			if n := sum.Findings[s]; n > 0 {
				count = strconv.Itoa(n)
				all += n
			}
			rows[i] = append(rows[i], count)
			if s == analyze.Info {
				break
			}
		}
		about := ""
		if sum.Subjects > all {
			about = strconv.Itoa(sum.Subjects)
		}
		rows[i] = append(rows[i], about)
	}
	columns := []pen.Column{
		{Head: "RULE"}, {Head: "ERRORS", Right: true}, {Head: "WARNINGS", Right: true}, {Head: "INFO", Right: true}, {Head: "SUBJECTS", Right: true},
	}
	p.Table(pen.DropEmpty(columns, rows))
	p.Line("")
}

// writeSummary writes the last line: the number of findings by severity and the size
// of the inputs. A run without any input is not reported as clean.
func writeSummary(p *pen.Pen, g *graph.Graph, c *analyze.Check) {
	words := countWords(p, c)
	if c.NotShown > 0 {
		words = append(words, fmt.Sprintf("%d of these not shown", c.NotShown))
	}
	if n := c.Ignored(); n > 0 && c.Variants == nil {
		words = append(words, fmt.Sprintf("%d ignored", n))
	}
	if n := c.Known(); n > 0 {
		words = append(words, fmt.Sprintf("%d known before", n))
	}
	if c.Variants != nil {
		p.Prose("", pen.PlainStyle, strings.Join(words, ", "))
		for _, v := range c.Variants {
			read := readWords(p, v.Graph)
			if v.Ignored > 0 {
				read = append(read, fmt.Sprintf("%d ignored", v.Ignored))
			}
			p.Prose("", pen.PlainStyle, pen.Clean(v.Name)+": "+strings.Join(read, ", "))
		}
		return
	}
	cover := g.Coverage()
	if cover.Documents == 0 && g.Len() == 0 {
		words = append(words[:0], p.Paint(pen.YellowStyle, "nothing was read"))
	}
	p.Prose("", pen.PlainStyle, fmt.Sprintf("%s (%s)", strings.Join(words, ", "), strings.Join(readWords(p, g), ", ")))
	if n := len(cover.Silent); n > fewSilent && g.Calls() == 0 {
		p.Prose("", pen.YellowStyle, fmt.Sprintf("no input shows a call of the %d services; their calls may be in code: add traces, or declare them in weir.yaml", n))
	}
}

// writeUnjudged writes what rules could not judge, one line each.
func writeUnjudged(p *pen.Pen, list []analyze.Finding, verbose bool) {
	for i := range list {
		f := &list[i]
		text := "not judged: " + pen.Clean(f.Message) + "  [" + f.Rule + "]"
		if len(f.Variants) > 0 {
			text += " in " + pen.Clean(english.List(f.Variants))
		}
		p.Prose("", pen.FaintStyle, text)
		if verbose {
			writePlaces(p, f.Origins, verbose)
			p.Prose("  ", pen.PlainStyle, "hint: "+pen.Clean(f.Hint))
		}
	}
}

// countWords are the numbers of findings by severity.
func countWords(p *pen.Pen, c *analyze.Check) []string {
	var words []string
	for s := analyze.Error; ; s-- {
		if n := c.Found[s]; n > 0 {
			words = append(words, p.Paint(severityStyle(s), severityCount(n, s)))
		}
		if s == analyze.Info {
			break
		}
	}
	if words == nil {
		words = []string{p.Paint(pen.GreenStyle, "nothing found")}
	}
	return words
}

// readWords are the numbers of what was read.
func readWords(p *pen.Pen, g *graph.Graph) []string {
	cover := g.Coverage()
	read := []string{
		english.Count(cover.Files, "file"), english.Count(cover.Documents, "document"),
		english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"),
	}
	if n := len(cover.Estate); n > 0 {
		others := 0
		for v := range graph.Node(g.Len()) {
			if cover.OfEstate(g.Service(v)) {
				others++
			}
		}
		read = append(read, fmt.Sprintf("%d of the services from %s of the estate", others, english.Count(n, "part")))
	}
	if n := cover.Failed(); n > 0 {
		read = append(read, p.Paint(pen.RedStyle, fmt.Sprintf("%d could not be read", n)))
	}
	return read
}

// fewSilent is the most services of which it is no surprise that none calls another.
const fewSilent = 2

func severityCount(n int, s analyze.Severity) string {
	if s == analyze.Info {
		return fmt.Sprintf("%d info", n)
	}
	return english.Count(n, s.String())
}
