package render

import (
	"bufio"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// markdown is for pages and for comments on pull requests.
var markdown = &Format{
	Name:  "markdown",
	Doc:   "for pages and comments on pull requests: findings, a difference, the matrix of policies",
	Shows: lists | matrixPart | diffPart,
	write: writeMarkdown,
}

func writeMarkdown(w io.Writer, r *analyze.Report, o Options) error {
	switch {
	case r.Diff != nil:
		return writeMarkdownDiff(w, r, o)
	case r.Check != nil:
		return writeMarkdownCheck(w, r, o)
	}
	return writeMarkdownMatrix(w, r, o)
}

func writeMarkdownMatrix(w io.Writer, r *analyze.Report, _ Options) error {
	heads, rows := matrixTable(r.Graph, r.Matrix, func(c cell) string { return c.marked() })
	out := bufio.NewWriter(w)
	row := func(cells []string) {
		for _, c := range cells {
			out.WriteString("| " + markdownText(c) + " ")
		}
		out.WriteString("|\n")
	}
	for i := range heads {
		heads[i] = strings.ToLower(heads[i])
	}
	row(heads)
	out.WriteString(strings.Repeat("|---", len(heads)) + "|\n")
	for _, cells := range rows {
		row(cells)
	}
	if len(rows) > 0 {
		out.WriteString("\n\\* default of the product; + declared for the whole mesh; – none; ? not declared\n")
	}
	return out.Flush()
}

// markdownText escapes the syntax of Markdown and HTML.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range pen.CleanOr(s) {
		switch r {
		case '\\', '`', '*', '_', '|', '[', ']', '#', '~':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '@': // a comment splits what would notify a person
			b.WriteString("@<!-- -->")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
