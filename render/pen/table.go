package pen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A Column is one column of a table.
type Column struct {
	Head  string
	Right bool                // numbers
	Wrap  bool                // a list of words that may be broken over lines
	Style func(row int) Style // nil is plain
}

const (
	gutter = 2 // between columns
	// Narrowest is the minimum width of a list, however narrow the terminal is.
	Narrowest = 16
	// WidestPad limits the padding of a column if lines have no maximum width: one hub
	// with a thousand callers must not move the next column far to the right.
	WidestPad = 60
)

// Table writes rows under their heads in aligned columns, one line each. In a narrow
// terminal, the columns that may be wrapped share the width that the others leave; if that is
// not enough, each row is a paragraph.
func (p *Pen) Table(columns []Column, rows [][]string) {
	widths := p.widths(columns, rows)
	if !p.fit(columns, widths, rows) {
		p.paragraphs(columns, rows)
		return
	}
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.Head
	}
	p.row(columns, widths, heads, heading)
	for i, row := range rows {
		p.row(columns, widths, row, i)
	}
}

// BareTable writes rows in aligned columns that need no heads.
func (p *Pen) BareTable(columns []Column, rows [][]string) {
	widths := p.widths(columns, rows)
	if !p.fit(columns, widths, rows) {
		p.paragraphs(columns, rows)
		return
	}
	for i, row := range rows {
		p.row(columns, widths, row, i)
	}
}

// fit reports whether columns of these widths fit, and all words in those that are wrapped.
func (p *Pen) fit(columns []Column, widths []int, rows [][]string) bool {
	if p.Width <= 0 {
		return true
	}
	total := -gutter
	for i, c := range columns {
		total += widths[i] + gutter
		if !c.Wrap {
			continue
		}
		for _, row := range rows {
			for word := range strings.FieldsSeq(row[i]) {
				if ansi.StringWidth(word) > widths[i] {
					return false
				}
			}
		}
	}
	return total <= p.Width
}

// paragraphs writes each row as its first cell, and below it the others after their heads.
func (p *Pen) paragraphs(columns []Column, rows [][]string) {
	for number, row := range rows {
		first := true
		indent := ""
		var rest []string
		for i, c := range columns {
			cell := strings.TrimSpace(row[i])
			switch {
			case first:
				indent = row[i][:len(row[i])-len(strings.TrimLeft(row[i], " "))]
				if cell == "" && i == 0 {
					continue // an indent
				}
				if c.Style != nil {
					cell = p.Paint(c.Style(number), cell)
				}
				p.Line(indent + cell)
				first = false
			case cell != "":
				rest = append(rest, strings.TrimSpace(strings.ToLower(c.Head)+" "+cell))
			}
		}
		if rest != nil {
			p.Prose(indent+"  ", PlainStyle, strings.Join(rest, "; "))
		}
	}
}

// heading is the number of the row that holds the heads.
const heading = -1

// row writes one record.
func (p *Pen) row(columns []Column, widths []int, cells []string, number int) {
	split := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		split[i] = []string{cell}
		if columns[i].Wrap && p.Width > 0 {
			split[i] = Wrap(cell, widths[i])
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
				styled = p.Faint(text)
			case c.Style != nil:
				styled = p.Paint(c.Style(number), text)
			}
			if c.Right {
				line.WriteString(pad + styled)
			} else {
				line.WriteString(styled + pad)
			}
			line.WriteString(strings.Repeat(" ", gutter))
		}
		p.Line(line.String())
	}
}

// widths returns how wide each column is, gutter not included.
func (p *Pen) widths(columns []Column, rows [][]string) []int {
	widths := make([]int, len(columns))
	left, flexible := p.Width, 0
	for i, c := range columns {
		widths[i] = ansi.StringWidth(c.Head)
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
		if c.Wrap {
			flexible++
		} else {
			left -= widths[i] + gutter
		}
	}
	if p.Width <= 0 {
		for i := range widths {
			widths[i] = min(widths[i], WidestPad)
		}
		return widths
	}
	// Width that a narrow list does not need goes to the others.
	fits := left / max(flexible, 1)
	for i, c := range columns {
		if c.Wrap && widths[i]+gutter <= fits {
			left -= widths[i] + gutter
			flexible--
		}
	}
	for i, c := range columns {
		if c.Wrap && widths[i]+gutter > fits {
			widths[i] = max(left/flexible-gutter, Narrowest)
		}
	}
	return widths
}

// DropEmpty leaves out the columns that are empty in every row.
func DropEmpty(columns []Column, rows [][]string) ([]Column, [][]string) {
	var kept []Column
	narrow := make([][]string, len(rows))
	for i, c := range columns {
		empty := true
		for _, row := range rows {
			empty = empty && row[i] == ""
		}
		if empty {
			continue
		}
		kept = append(kept, c)
		for r, row := range rows {
			narrow[r] = append(narrow[r], row[i])
		}
	}
	return kept, narrow
}
