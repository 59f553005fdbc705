package render

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// A column is one column of a table.
type column struct {
	head  string
	right bool                         // numbers
	wrap  bool                         // a list of words that may be broken over lines
	style func(row int) lipgloss.Style // nil is plain
}

const (
	gutter = 2 // between columns
	// narrowest is what a list is given at least, however narrow the terminal is.
	narrowest = 16
	// widestPad is how far a column is padded where lines have no end: one hub
	// with a thousand callers must not move the next column out of sight.
	widestPad = 60
)

// table writes rows under their heads in aligned columns, a record a line unless
// the terminal is narrower: then the columns that may be wrapped share what the
// others leave.
func (p *pen) table(columns []column, rows [][]string) {
	widths := p.widths(columns, rows)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	p.row(columns, widths, heads, heading)
	for i, row := range rows {
		p.row(columns, widths, row, i)
	}
}

// bareTable writes rows in aligned columns that need no heads.
func (p *pen) bareTable(columns []column, rows [][]string) {
	widths := p.widths(columns, rows)
	for i, row := range rows {
		p.row(columns, widths, row, i)
	}
}

// heading is the number of the row that holds the heads.
const heading = -1

// row writes one record.
func (p *pen) row(columns []column, widths []int, cells []string, number int) {
	split := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		split[i] = []string{cell}
		if columns[i].wrap && p.Width > 0 {
			split[i] = wrap(cell, widths[i])
		}
		height = max(height, len(split[i]))
	}
	for h := range height {
		var line strings.Builder
		for i, c := range columns {
			text := ""
			if h < len(split[i]) {
				text = split[i][h]
			}
			pad := strings.Repeat(" ", max(widths[i]-ansi.StringWidth(text), 0))
			styled := text
			switch {
			case number == heading:
				styled = p.faint(text)
			case c.style != nil:
				styled = p.paint(c.style(number), text)
			}
			if c.right {
				line.WriteString(pad + styled)
			} else {
				line.WriteString(styled + pad)
			}
			line.WriteString(strings.Repeat(" ", gutter))
		}
		p.line(line.String())
	}
}

// widths returns how wide each column is, gutter not included.
func (p *pen) widths(columns []column, rows [][]string) []int {
	widths := make([]int, len(columns))
	left, flexible := p.Width, 0
	for i, c := range columns {
		widths[i] = ansi.StringWidth(c.head)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
		if c.wrap {
			flexible++
		} else {
			left -= widths[i] + gutter
		}
	}
	if p.Width <= 0 {
		for i := range widths {
			widths[i] = min(widths[i], widestPad)
		}
		return widths
	}
	// What a narrow list does not need goes to the others.
	fits := left / max(flexible, 1)
	for i, c := range columns {
		if c.wrap && widths[i]+gutter <= fits {
			left -= widths[i] + gutter
			flexible--
		}
	}
	for i, c := range columns {
		if c.wrap && widths[i]+gutter > fits {
			widths[i] = max(left/flexible-gutter, narrowest)
		}
	}
	return widths
}
