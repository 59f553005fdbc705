package render

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

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
	return &Format{Name: name, Doc: doc, Shows: drawable, Draws: true, syntax: imageSyntax, write: func(w io.Writer, r *analyze.Report, o Options) error {
		return runDot(w, name, r, o)
	}}
}

// runDot pipes the drawing through dot. Nothing is written to w unless dot
// succeeds.
func runDot(w io.Writer, language string, r *analyze.Report, o Options) error {
	program, err := findDot(language)
	if err != nil {
		return err
	}
	var source, drawn, said bytes.Buffer
	if err := writeDOT(&source, r, o); err != nil {
		return err
	}
	ctx := o.Context
	if ctx == nil {
		ctx = context.Background()
	}
	limited, cancel := context.WithTimeout(ctx, drawingTime)
	defer cancel()
	cmd := exec.CommandContext(limited, program, "-T"+language)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &source, &drawn, &said
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return &slowGraphviz{drawingTime}
	case err != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("drawing with %q: %w: %s", "dot", err, pen.Clean(first))
	}
	_, err = w.Write(drawn.Bytes())
	return err
}

// findDot returns the path of dot, or a *noGraphviz.
func findDot(language string) (string, error) {
	program, err := exec.LookPath("dot")
	if err != nil {
		return "", &noGraphviz{Format: language}
	}
	return program, nil
}

// drawingTime is how long dot may take. A picture that takes longer is too large to be read.
var drawingTime = time.Minute

// slowGraphviz is the error of an image that takes dot too long.
type slowGraphviz struct{ Limit time.Duration }

func (e *slowGraphviz) Error() string {
	return fmt.Sprintf("the program \"dot\" did not draw the picture within %s", e.Limit)
}

// Hint names what is smaller.
func (e *slowGraphviz) Hint() string {
	return "draw a part, as with weir graph --focus, or write -o dot and draw it elsewhere"
}

// noGraphviz is the error of an image where dot is not installed.
type noGraphviz struct{ Format string }

func (e *noGraphviz) Error() string {
	return fmt.Sprintf("format %q needs the program \"dot\", which is not installed", e.Format)
}

// Hint names the alternatives.
func (e *noGraphviz) Hint() string {
	return "install Graphviz, or write -o dot and draw it elsewhere"
}
