package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writeMarkdownCheck writes a report for a comment: the verdict, a table of findings, and
// folded their places and fixes.
func writeMarkdownCheck(w io.Writer, r *analyze.Report, _ Options) error {
	check, plain := r.Check, pen.New(io.Discard, pen.Terminal{})
	c := &comment{}
	c.add(fmt.Sprintf("### weir: %s\n\n%s\n", strings.Join(countWords(plain, check), ", "), checkVerdict(check)))
	if n := len(check.Findings); n > 0 {
		c.add("\n" + findingsHead)
		c.each(n, func(i int) string { return markdownRow(&check.Findings[i]) }, "\n%d more\n")
		c.folded("places and fixes", func() {
			c.each(n, func(i int) string { return markdownDetails(&check.Findings[i]) }, "- %d more\n")
		})
	}
	if n := len(check.Excused); n > 0 {
		c.folded(fmt.Sprintf("%d ignored, %d known before", check.Ignored(), check.Known()), func() {
			c.each(n, func(i int) string {
				e := &check.Excused[i]
				return fmt.Sprintf("- %s: %s \\[%s\\]\n", markdownText(excuseWords(e)), markdownText(said(&e.Finding)), e.Rule)
			}, "- %d more\n")
		})
	}
	if r.Graph != nil {
		c.add(fmt.Sprintf("\n%s\n", strings.Join(readWords(plain, r.Graph), ", ")))
	}
	for _, v := range check.Variants {
		c.add(fmt.Sprintf("\n%s: %s\n", markdownText(v.Name), strings.Join(readWords(plain, v.Graph), ", ")))
	}
	_, err := io.WriteString(w, c.String())
	return err
}

// A comment is Markdown that GitHub takes: it refuses what has more than 65,536 characters. What
// is too much is counted.
type comment struct{ strings.Builder }

const (
	maxComment   = 60_000
	maxItems     = 40             // of one list: a longer one is not read
	maxListBytes = maxComment / 6 // of one list with long names: a comment has at most five, and a picture
)

func (c *comment) add(text string) { c.WriteString(text) }

// each adds the items of a list, or as many as fit, and the number of the others.
func (c *comment) each(n int, item func(i int) string, more string) {
	begin := c.Len()
	for i := range n {
		text := item(i)
		if i == maxItems || c.Len()-begin+len(text) > maxListBytes {
			fmt.Fprintf(c, more, n-i)
			return
		}
		c.add(text)
	}
}

// folded adds a part that a reader has to open.
func (c *comment) folded(title string, add func()) {
	c.add("\n<details><summary>" + title + "</summary>\n\n")
	add()
	c.add("\n</details>\n")
}

func checkVerdict(c *analyze.Check) string {
	switch n := c.Failing(); {
	case c.FailOn >= analyze.Never:
		return "**Passed**: no finding fails the run."
	case n > 0:
		return fmt.Sprintf("**Failed**: %s at or above %s.", english.Count(n, "finding"), c.FailOn)
	}
	return fmt.Sprintf("**Passed**: no finding at or above %s.", c.FailOn)
}

const findingsHead = "| severity | finding | rule | place |\n|---|---|---|---|\n"

func markdownRow(f *analyze.Finding) string {
	place := ""
	if len(f.Origins) > 0 {
		place = markdownText(f.Origins[0].String())
	}
	return fmt.Sprintf("| %s | %s | [%s](%s) | %s |\n", f.Severity, markdownText(said(f)), f.Rule, rulePage(f.Rule), place)
}

func markdownDetails(f *analyze.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- **%s** %s\n", f.Severity, markdownText(f.Message))
	for _, line := range placeLines(f.Origins, false) {
		fmt.Fprintf(&b, "  - %s\n", markdownText(line))
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "  - hint: %s\n", markdownText(f.Hint))
	}
	return b.String()
}
