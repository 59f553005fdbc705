package pen

import (
	"bytes"
	"io"
	"strings"

	"github.com/weirgraph/weir/internal/lazy"
)

// Systems that run builds read commands from what a program prints: "##[error]" and
// "##vso[...]" of Azure Pipelines and "##teamcity[...]" anywhere, "::error::" of GitHub at the
// beginning of a line. A name that is such a command must not give one.
var command = lazy.NewRegexp(`(?i)##(?:\[|vso\[|teamcity\[)`)

// breakCommands puts a blank into what would be a command in a line of text.
func breakCommands(line string) string {
	if strings.Contains(line, "##") {
		line = command.ReplaceAllStringFunc(line, func(s string) string { return "# " + s[1:] })
	}
	if text := strings.TrimSpace(line); strings.HasPrefix(text, "::") {
		line = strings.Replace(line, "::", ": :", 1)
	}
	return line
}

// escapeCommands does the same in a line of JSON, where no string changes by it: outside
// strings there is none.
func escapeCommands(line string) string {
	if strings.Contains(line, "##") {
		line = command.ReplaceAllStringFunc(line, func(s string) string { return `\u0023` + s[1:] })
	}
	return line
}

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
		replace := breakCommands
		if g.json {
			replace = escapeCommands
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
