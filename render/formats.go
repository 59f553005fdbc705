package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// Formats are all formats, the default first.
var Formats = []*Format{
	text,
	treeFormat,
	dot,
	mermaid,
	svg,
	png,
	pdf,
	html,
	jsonFormat,
	csvFormat,
	markdown,
	lineFormat,
	github,
	gitlab,
	sarifFormat,
	junit,
}

// Named returns the format of this name, or nil.
func Named(name string) *Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Write writes the report to w. It returns a *CannotShow, and writes nothing, if
// the report has a part that the format does not support.
func (f *Format) Write(w io.Writer, r *analyze.Report, o Options) error {
	if lost := Parts(r) &^ f.Shows; lost != 0 {
		return &CannotShow{Format: f.Name, Part: lost}
	}
	if f.syntax == imageSyntax || f.syntax == commandSyntax {
		return f.write(w, r, o)
	}
	guard := pen.NewGuard(w, f.syntax == jsonSyntax)
	if err := f.write(guard, r, o); err != nil {
		return err
	}
	return guard.Flush()
}

// Ready returns the error of a format that cannot be written on this machine, before any
// report is there: an image where Graphviz is missing.
func (f *Format) Ready() error {
	if f.syntax == imageSyntax {
		_, err := findDot(f.Name)
		return err
	}
	return nil
}

// showing returns the names of the formats that can show all of p, the default
// first.
func showing(p Part) []string {
	var names []string
	for _, f := range Formats {
		if p&^f.Shows == 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

// CannotShow is the error of a format that does not support a part of the report.
type CannotShow struct {
	Format string
	Part   Part
}

func (e *CannotShow) Error() string { return fmt.Sprintf("format %q cannot show %s", e.Format, e.Part) }

// Hint names the formats that do.
func (e *CannotShow) Hint() string {
	return fmt.Sprintf("formats for %s: %s", e.Part, strings.Join(showing(e.Part), ", "))
}
