package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/english"
)

// writeMarkdownDiff writes what a change does for a comment on a pull request: the verdict, the
// effects, a picture of what changes, the new findings, and folded what the change consists of.
func writeMarkdownDiff(w io.Writer, r *analyze.Report, o Options) error {
	d := r.Diff
	c := &comment{}
	c.add(fmt.Sprintf("### weir: %s\n\n%s\n", markdownText(diffSummary(d)), diffVerdict(d)))
	sections := diffSections(d)
	if len(sections) > 0 && sections[0].head == "effects" {
		c.add("\n")
		c.list(sections[0].lines, true)
		sections = sections[1:]
	}
	if len(sections) > 0 {
		var picture strings.Builder
		if err := writeMermaid(&picture, r, o); err != nil {
			return err
		}
		if picture.Len() < maxComment/4 {
			c.add("\n```mermaid\n" + picture.String() + "```\n")
		}
	}
	if len(d.Found) > 0 {
		c.add("\n" + findingsHead)
		c.each(len(d.Found), func(i int) string { return markdownRow(&d.Found[i]) }, "\n%d more\n")
	}
	for _, s := range sections {
		c.folded(s.head, func() { c.list(s.lines, false) })
	}
	if len(d.Found) > 0 {
		c.folded("places and fixes", func() {
			c.each(len(d.Found), func(i int) string { return markdownDetails(&d.Found[i]) }, "- %d more\n")
		})
	}
	if len(d.Gone) > 0 {
		c.folded("no longer found", func() {
			c.each(len(d.Gone), func(i int) string {
				return fmt.Sprintf("- %s: %s \\[%s\\]\n", d.Gone[i].Severity, markdownText(d.Gone[i].Message), d.Gone[i].Rule)
			}, "- %d more\n")
		})
	}
	_, err := io.WriteString(w, c.String())
	return err
}

func diffVerdict(d *analyze.Diff) string {
	switch n := d.Failing(); {
	case d.FailOn >= analyze.Never:
		return fmt.Sprintf("%s, %d gone", english.Count(len(d.Found), "new finding"), len(d.Gone))
	case n > 0:
		return fmt.Sprintf("**Failed**: %s at or above %s.", english.Count(n, "new finding"), d.FailOn)
	}
	return fmt.Sprintf("**Passed**: no new finding at or above %s.", d.FailOn)
}

// list writes changes as list items, those that are no effects with a word for their mark.
func (c *comment) list(lines []diffLine, effects bool) {
	c.each(len(lines), func(i int) string {
		l := &lines[i]
		place := ""
		if at := l.place.String(); at != "" {
			place = " (" + at + ")"
		}
		word := ""
		if !effects {
			word = markWords[l.mark] + ": "
		}
		return "- " + word + markdownText(l.words+place) + "\n"
	}, "- %d more\n")
}
