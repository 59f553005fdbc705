package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// A diffLine is one change in words, for text and Markdown.
type diffLine struct {
	mark  string // "+", "-" or "~"; of effects worseMark or betterMark
	words string
	place graph.Origin // where the new state has it, else the old one
}

// The marks of effects.
const (
	worseMark  = "!"
	betterMark = "-"
)

// A diffSection is the changes of one kind.
type diffSection struct {
	head  string
	lines []diffLine
}

// diffSections are the parts of a diff besides its findings, those without a change left out.
func diffSections(d *analyze.Diff) []diffSection {
	var sections []diffSection
	for _, s := range []diffSection{
		{"effects", effectLines(d)}, {"services", serviceLines(d)}, {"calls", callLines(d)}, {"policies", policyLines(d)},
	} {
		if s.lines != nil {
			sections = append(sections, s)
		}
	}
	return sections
}

// markWords are the words for the marks.
var markWords = map[string]string{"+": "added", "-": "removed", "~": "changed"}

// markOf is the mark of something that a state has or not.
func markOf(was, is bool) string {
	switch {
	case !was:
		return "+"
	case !is:
		return "-"
	}
	return "~"
}

func firstPlace(origins []graph.Origin) graph.Origin {
	if len(origins) == 0 {
		return graph.Origin{}
	}
	return origins[0]
}

func serviceLines(d *analyze.Diff) []diffLine {
	var lines []diffLine
	for _, c := range d.Services {
		l := diffLine{mark: markOf(c.Old != nil, c.New != nil), words: pen.Clean(c.ID)}
		s := c.New
		if s == nil {
			s = c.Old
		}
		l.place = firstPlace(s.Origins)
		if l.mark == "~" {
			l.words += ": " + fieldWords(c.Fields)
		} else if s.Kind != graph.KindService {
			l.words += " (" + s.Kind.String() + ")"
		}
		lines = append(lines, l)
	}
	return lines
}

func fieldWords(fields []analyze.FieldChange) string {
	var words []string
	for _, f := range fields {
		words = append(words, f.Field+" "+fromTo(f.Old, f.New))
	}
	return strings.Join(words, ", ")
}

// fromTo is a value and what it was.
func fromTo(was, is string) string {
	none := func(s string) string {
		if s == "" {
			return "none"
		}
		return pen.Clean(s)
	}
	return none(is) + " (was " + none(was) + ")"
}

func callLines(d *analyze.Diff) []diffLine {
	var lines []diffLine
	for _, c := range d.Calls {
		l := diffLine{mark: markOf(c.Old != nil, c.New != nil), words: pen.Clean(c.From) + " calls " + pen.Clean(c.To)}
		call := c.New
		if call == nil {
			call = c.Old
		}
		if len(call.Evidence) > 0 {
			l.place = call.Evidence[0].Origin
		}
		if l.mark == "~" {
			l.words += ": " + fieldWords(c.Fields)
		} else if words := newCallWords(call); words != "" {
			l.words += " (" + words + ")"
		}
		lines = append(lines, l)
	}
	return lines
}

// newCallWords are what makes a call differ from a plain one that is needed.
func newCallWords(c *graph.Call) string {
	var words []string
	if !c.Class.Core() {
		words = append(words, c.Class.String())
	}
	if special := callWords(*c); special != "" {
		words = append(words, special)
	}
	if c.Strength != graph.Strong {
		words = append(words, c.Strength.String()+" evidence")
	}
	return strings.Join(words, ", ")
}

func policyLines(d *analyze.Diff) []diffLine {
	var lines []diffLine
	for _, c := range d.Policies {
		of := pen.Clean(c.From) + " calls " + pen.Clean(c.To)
		if c.Match != "" {
			of += ", " + pen.Clean(c.Match)
		}
		layer := c.Layer.String()
		if c.Product != nil {
			layer += " " + pen.Clean(c.Product.Name)
		}
		l := diffLine{mark: markOf(c.Old != nil, c.New != nil), words: fmt.Sprintf("%s: %s of %s %s", of, c.Field, layer, decisionChange(c.Old, c.New))}
		if c.New != nil {
			l.place = c.New.Origin
		} else {
			l.place = c.Old.Origin
		}
		lines = append(lines, l)
	}
	return lines
}

func decisionChange(was, is *policy.Decision) string {
	switch {
	case was == nil:
		return decisionText(is)
	case is == nil:
		return decisionText(was)
	}
	return fromTo(decisionText(was), decisionText(is))
}

func decisionText(d *policy.Decision) string {
	text := valueText(d.Value)
	switch {
	case text == "":
		return d.Provenance.String()
	case d.Provenance != policy.Explicit:
		return text + " (" + d.Provenance.String() + ")"
	}
	return text
}

// effectLines are what a change does to the estate, the worst first.
func effectLines(d *analyze.Diff) []diffLine {
	var lines []diffLine
	worse := func(format string, args ...any) {
		lines = append(lines, diffLine{mark: worseMark, words: fmt.Sprintf(format, args...)})
	}
	e := &d.Effects
	for _, c := range e.Loops {
		worse("%s wait for each other in a circle of synchronous calls", shortList(ids(d.New, c.Services)))
	}
	for _, alike := range sameRadius(e.Radii) {
		lines = append(lines, radiusLines(alike)...)
	}
	for _, b := range e.Bottlenecks {
		worse("entry points reach %s only through %s, which is not redundant", english.Count(b.Behind, "service"), pen.Clean(b.ID))
	}
	for _, a := range e.Amplified {
		worse("retries can make %s at %s (%s before)", amplified(a.New), pen.Clean(a.ID), factorText(a.Old))
	}
	for _, a := range e.Availability {
		if was, is := analyze.Percent(a.Old), analyze.Percent(a.New); was != is {
			worse("%s can be available %s at best (%s before)", pen.Clean(a.ID), is, was)
		}
	}
	return lines
}

// sameRadius puts the services together that the same others fail with, or no longer do: one
// call that is added or removed changes the radii of all that is behind it.
func sameRadius(list []analyze.RadiusChange) [][]analyze.RadiusChange {
	var groups [][]analyze.RadiusChange
	at := map[string]int{}
	for _, r := range list {
		key := fmt.Sprint(r.Added, strings.Join(r.More, "\x00"), "\x01", strings.Join(r.Fewer, "\x00"))
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// radiusLines are the words for services with the same change.
func radiusLines(alike []analyze.RadiusChange) []diffLine {
	r := &alike[0]
	name, count := pen.Clean(r.ID), fmt.Sprintf(" (%d in all, %d before)", r.Failing, r.Previous)
	if len(alike) > 1 {
		var names []string
		for i := range alike {
			names = append(names, pen.Clean(alike[i].ID))
		}
		name, count = "one of "+shortList(names), ""
	}
	if r.Added {
		name, count = name+", new here,", ""
	}
	var lines []diffLine
	if len(r.More) > 0 {
		words := fmt.Sprintf("when %s stops, %s %s too%s", name, shortList(pen.CleanAll(r.More)), failVerb(r.More), count)
		if exposed := r.Entries; len(exposed) > 0 && len(r.More) > len(exposed) {
			words += "; entry points or tier 1: " + shortList(pen.CleanAll(exposed))
		}
		lines = append(lines, diffLine{mark: worseMark, words: words})
	}
	if len(r.Fewer) > 0 {
		lines = append(lines, diffLine{mark: betterMark, words: fmt.Sprintf("when %s stops, %s no longer %s%s",
			name, shortList(pen.CleanAll(r.Fewer)), failVerb(r.Fewer), count)})
	}
	return lines
}

func failVerb(of []string) string {
	if len(of) == 1 {
		return "fails"
	}
	return "fail"
}

// diffSummary counts what changed.
func diffSummary(d *analyze.Diff) string {
	count := map[string]map[string]int{}
	for _, s := range diffSections(d) {
		count[s.head] = map[string]int{}
		for _, l := range s.lines {
			count[s.head][l.mark]++
		}
	}
	var words []string
	for _, head := range []string{"services", "calls", "policies"} {
		var parts []string
		for _, mark := range []string{"+", "-", "~"} {
			if n := count[head][mark]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, markWords[mark]))
			}
		}
		if parts != nil {
			words = append(words, head+": "+strings.Join(parts, ", "))
		}
	}
	if n, m := len(d.Found), len(d.Gone); n+m > 0 {
		words = append(words, fmt.Sprintf("findings: %d new, %d gone", n, m))
	}
	if words == nil {
		return "no difference"
	}
	return strings.Join(words, "; ")
}
