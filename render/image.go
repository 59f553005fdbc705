package render

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// Images are drawn by Graphviz, if it is installed.
var (
	svg = image("svg", "a vector image, drawn by Graphviz")
	png = image("png", "a bitmap image, drawn by Graphviz")
	pdf = image("pdf", "a PDF document, drawn by Graphviz")
)

func image(name, doc string) *Format {
	return &Format{Name: name, Doc: doc, Shows: drawable, write: func(w io.Writer, r *analyze.Report, o Options) error {
		return runDot(w, name, r, o)
	}}
}

// runDot pipes the drawing through dot. Nothing is written to w unless dot
// succeeds.
func runDot(w io.Writer, language string, r *analyze.Report, o Options) error {
	program, err := exec.LookPath("dot")
	if err != nil {
		return &NoGraphviz{Format: language}
	}
	var source, drawn, said bytes.Buffer
	if err := writeDOT(&source, r, o); err != nil {
		return err
	}
	cmd := exec.Command(program, "-T"+language)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &source, &drawn, &said
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("drawing with %q: %w: %s", "dot", err, pen.Clean(first))
	}
	_, err = w.Write(drawn.Bytes())
	return err
}

// NoGraphviz is the error of an image where dot is not installed.
type NoGraphviz struct{ Format string }

func (e *NoGraphviz) Error() string {
	return fmt.Sprintf("format %q needs the program \"dot\", which is not installed", e.Format)
}

// Hint names the alternatives.
func (e *NoGraphviz) Hint() string {
	return "install Graphviz, or write -o dot and draw it elsewhere"
}
