// Package pen writes text for people: lines, prose, tables and trees, within the width,
// the colours and the characters of a terminal. It does not know reports.
package pen

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/tree"
	"github.com/charmbracelet/x/ansi"
)

// A Style is how a piece of text looks.
type Style = lipgloss.Style

// The palette is the terminal's own sixteen colours, so that it agrees with light
// and dark backgrounds alike. Colour only emphasizes
// what a word already says.
var (
	StrongStyle = lipgloss.NewStyle().Bold(true)
	FaintStyle  = lipgloss.NewStyle().Faint(true)
	RedStyle    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	YellowStyle = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	MildStyle   = lipgloss.NewStyle().Foreground(lipgloss.Magenta) // blue is unreadable on black, cyan on white
	GreenStyle  = lipgloss.NewStyle().Foreground(lipgloss.Green)
	PlainStyle  = lipgloss.NewStyle()
)

// A Pen writes text for people: styled or not, with box characters or without.
type Pen struct {
	*bufio.Writer
	Terminal
}

// A Terminal has the capabilities of the terminal.
type Terminal struct {
	Width int  // in columns; 0 for no limit, as when piped
	Color bool // styles may be used
	ASCII bool // without box characters
}

// New returns a pen that writes to w. What is written is complete after Flush.
func New(w io.Writer, t Terminal) *Pen { return &Pen{bufio.NewWriter(w), t} }

// Line writes s as a line, without the spaces at its end.
func (p *Pen) Line(s string) {
	p.WriteString(strings.TrimRight(s, " "))
	p.WriteByte('\n')
}

// Linef writes a line as fmt.Sprintf has it.
func (p *Pen) Linef(format string, args ...any) { p.Line(fmt.Sprintf(format, args...)) }

// Paint returns s in a style, where styles may be used.
func (p *Pen) Paint(st Style, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return st.Render(s)
}

// Strong and Faint return s in the two styles that are no colours.
func (p *Pen) Strong(s string) string { return p.Paint(StrongStyle, s) }
func (p *Pen) Faint(s string) string  { return p.Paint(FaintStyle, s) }

// Glyph returns the character, or its replacement in ASCII.
func (p *Pen) Glyph(char, ascii string) string {
	if p.ASCII {
		return ascii
	}
	return char
}

// Arrow is the arrow from a caller to a callee.
func (p *Pen) Arrow() string { return p.Glyph("→", "->") }

// Room is the width of a line of prose: that of the terminal, but at most a readable
// width. 0 is no limit.
func (p *Pen) Room() int {
	const readable = 100
	if p.Width > readable {
		return readable
	}
	return p.Width
}

// Wrap breaks s at spaces into lines of at most width columns; a longer word gets
// a line of its own and is never cut. Width 0 does not break.
func Wrap(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(s) {
		n := ansi.StringWidth(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	return append(lines, line)
}

// Prose writes s wrapped, every line after the indent and painted.
func (p *Pen) Prose(indent string, st Style, s string) {
	for _, line := range Wrap(s, max(p.Room()-len(indent), min(p.Room(), 20))) {
		p.Line(indent + p.Paint(st, line))
	}
}

// Branches sets the characters and the style of the branches of a tree.
func (p *Pen) Branches(t *tree.Tree) *tree.Tree {
	mid, end, bar := "├── ", "└── ", "│   "
	if p.ASCII {
		mid, end, bar = "|-- ", "`-- ", "|   "
	}
	t.Enumerator(func(c tree.Children, i int) string {
		if i == c.Length()-1 {
			return end
		}
		return mid
	})
	t.Indenter(func(c tree.Children, i int) string {
		if i == c.Length()-1 {
			return "    "
		}
		return bar
	})
	st := PlainStyle
	if p.Color {
		st = FaintStyle
	}
	return t.EnumeratorStyle(st).IndenterStyle(st)
}

// Chain writes names with arrows between them.
func (p *Pen) Chain(names []string) string { return strings.Join(names, " "+p.Arrow()+" ") }
