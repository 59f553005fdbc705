package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// GitHub refuses comments of more than 65,536 characters, and a long table is not read.
const (
	maxComment     = 60_000
	maxCommentRows = 40
)

// writeMarkdownCheck writes a report for a comment: the verdict, a table of findings, and
// folded their places and fixes. What is too much for a comment is counted.
func writeMarkdownCheck(w io.Writer, r *analyze.Report, o Options) error {
	c := r.Check
	var b strings.Builder
	plain := pen.New(io.Discard, pen.Terminal{})
	fmt.Fprintf(&b, "### weir: %s\n\n%s\n", strings.Join(countWords(plain, c), ", "), markdownVerdict(c))
	rows := 0
	if len(c.Findings) > 0 {
		b.WriteString("\n| severity | finding | rule | place |\n|---|---|---|---|\n")
		for ; rows < min(len(c.Findings), maxCommentRows); rows++ {
			row := markdownRow(&c.Findings[rows])
			if b.Len()+len(row) > maxComment/2 {
				break
			}
			b.WriteString(row)
		}
		if n := len(c.Findings) - rows; n > 0 {
			fmt.Fprintf(&b, "\n%s more\n", english.Count(n, "finding"))
		}
		const head, end = "\n<details><summary>Places and fixes</summary>\n\n", "\n</details>\n"
		b.WriteString(head)
		for i := range rows {
			details := markdownDetails(&c.Findings[i])
			if b.Len()+len(details)+len(end) > maxComment {
				fmt.Fprintf(&b, "- %s more\n", english.Count(rows-i, "finding"))
				break
			}
			b.WriteString(details)
		}
		b.WriteString(end)
	}
	if r.Graph != nil {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(readWords(plain, r.Graph), ", "))
	}
	for _, v := range c.Variants {
		fmt.Fprintf(&b, "\n%s: %s\n", markdownText(v.Name), strings.Join(readWords(plain, v.Graph), ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownVerdict(c *analyze.Check) string {
	switch n := c.Failing(); {
	case c.FailOn >= analyze.Never:
		return "**Passed**: no finding fails the run."
	case n > 0:
		return fmt.Sprintf("**Failed**: %s at or above %s.", english.Count(n, "finding"), c.FailOn)
	}
	return fmt.Sprintf("**Passed**: no finding at or above %s.", c.FailOn)
}

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
	for i, o := range f.Origins {
		if i == maxPlaces && len(f.Origins) > maxPlaces+1 {
			fmt.Fprintf(&b, "  - and %d more places\n", len(f.Origins)-i)
			break
		}
		fmt.Fprintf(&b, "  - %s\n", markdownText(o.String()))
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "  - hint: %s\n", markdownText(f.Hint))
	}
	return b.String()
}
