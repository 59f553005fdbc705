package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/tree"
	"github.com/charmbracelet/x/ansi"
)

// The palette is the terminal's own sixteen colours, so that it agrees with light
// and dark backgrounds alike. Colour repeats what a word says and never says
// anything alone.
var (
	strongStyle = lipgloss.NewStyle().Bold(true)
	faintStyle  = lipgloss.NewStyle().Faint(true)
	redStyle    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	yellowStyle = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	mildStyle   = lipgloss.NewStyle().Foreground(lipgloss.Magenta) // blue is unreadable on black, cyan on white
	greenStyle  = lipgloss.NewStyle().Foreground(lipgloss.Green)
	plainStyle  = lipgloss.NewStyle()
)

// A pen writes text for people: styled or not, with box characters or without.
type pen struct {
	*bufio.Writer
	terminal
}

// A terminal is what text is shown on.
type terminal struct {
	Width int  // in columns; 0 for no limit, as when piped
	Color bool // styles may be used
	ASCII bool // box characters are not understood
}

// newPen returns a pen that writes to w. What is written is complete after Flush.
func newPen(w io.Writer, t terminal) *pen { return &pen{bufio.NewWriter(w), t} }

func (p *pen) line(s string) {
	p.WriteString(strings.TrimRight(s, " "))
	p.WriteByte('\n')
}

func (p *pen) linef(format string, args ...any) { p.line(fmt.Sprintf(format, args...)) }

func (p *pen) paint(st lipgloss.Style, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return st.Render(s)
}

func (p *pen) strong(s string) string { return p.paint(strongStyle, s) }
func (p *pen) faint(s string) string  { return p.paint(faintStyle, s) }

// glyph returns the character, or what stands for it where it is not understood.
func (p *pen) glyph(char, ascii string) string {
	if p.ASCII {
		return ascii
	}
	return char
}

func (p *pen) arrow() string { return p.glyph("→", "->") }

// room is the width of a line of prose: the terminal's, but no more than an eye
// can follow. 0 is without end.
func (p *pen) room() int {
	const readable = 100
	if p.Width > readable {
		return readable
	}
	return p.Width
}

// wrap breaks s at spaces into lines of at most width columns; a longer word gets
// a line of its own and is never cut. Width 0 does not break.
func wrap(s string, width int) []string {
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

// prose writes s wrapped, every line after the indent and painted.
func (p *pen) prose(indent string, st lipgloss.Style, s string) {
	for _, line := range wrap(s, max(p.room()-len(indent), min(p.room(), 20))) {
		p.line(indent + p.paint(st, line))
	}
}

// branches dresses a tree in the pen's characters.
func (p *pen) branches(t *tree.Tree) *tree.Tree {
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
	st := plainStyle
	if p.Color {
		st = faintStyle
	}
	return t.EnumeratorStyle(st).IndenterStyle(st)
}

// chain writes names with arrows between them.
func (p *pen) chain(names []string) string { return strings.Join(names, " "+p.arrow()+" ") }
