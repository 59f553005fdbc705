package pen

import (
	"bytes"
	"io"

	"github.com/weirgraph/weir/internal/sanitize"
)

// A Guard passes text on by lines in which the names of inputs give no commands to the system
// that runs the build.
type Guard struct {
	w    io.Writer
	json bool
	line []byte // not complete
}

// NewGuard returns a writer to w for text, or for JSON.
func NewGuard(w io.Writer, json bool) *Guard { return &Guard{w: w, json: json} }

// Write passes complete lines on.
func (g *Guard) Write(p []byte) (int, error) {
	end := bytes.LastIndexByte(p, '\n') + 1
	if end == 0 {
		g.line = append(g.line, p...)
		return len(p), nil
	}
	text := p[:end]
	if len(g.line) > 0 {
		g.line = append(g.line, text...)
		text = g.line
	}
	if err := g.pass(text); err != nil {
		return 0, err
	}
	g.line = append(g.line[:0], p[end:]...)
	return len(p), nil
}

// Flush passes the rest on.
func (g *Guard) Flush() error {
	text := g.line
	g.line = nil
	return g.pass(text)
}

func (g *Guard) pass(text []byte) error {
	if bytes.Contains(text, []byte("##")) || !g.json && bytes.Contains(text, []byte("::")) {
		replace := sanitize.Commands
		if g.json {
			replace = sanitize.CommandsOfJSON
		}
		var b bytes.Buffer
		for line := range bytes.Lines(text) {
			b.WriteString(replace(string(line)))
		}
		text = b.Bytes()
	}
	_, err := g.w.Write(text)
	return err
}
