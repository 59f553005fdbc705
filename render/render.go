// Package render turns a report into text: for people on a terminal, for
// Graphviz, for Markdown pages, for other programs. Renderers are pure functions
// of the report and the options; what they show was computed before.
//
// A Format is one file and one word in Formats. Pictures go through View, which
// alone decides what is drawn and keeps account of what is not; the format then
// writes the Drawing and its notes in its own language. Names are whatever
// strangers wrote into their inputs, so each format escapes them for its own
// language and never uses one as an identifier.
package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
)

// A Format is one way to write a report.
type Format struct {
	Name  string // "dot"
	Doc   string // one sentence for help
	Shows Part   // the parts of a report that it has a form for

	write func(w io.Writer, r *analyze.Report, o Options) error
}

// Write writes the report to w. It returns a *CannotShow, and writes nothing, if
// the report has a part that the format has no form for.
func (f *Format) Write(w io.Writer, r *analyze.Report, o Options) error {
	if lost := Parts(r) &^ f.Shows; lost != 0 {
		return &CannotShow{Format: f.Name, Part: lost}
	}
	return f.write(w, r, o)
}

// Options change how a report is shown, never what it says.
type Options struct {
	Width   int  // columns of the terminal; 0 for no limit, as when piped
	Color   bool // styles may be used
	ASCII   bool // box characters are not understood
	Verbose bool // the coverage in full
	View    View
}

// Formats are the ways weir writes, the default first.
var Formats = []*Format{
	text,
	treeFormat,
	dot,
	mermaid,
	svg,
	png,
	pdf,
	jsonFormat,
	csvFormat,
	markdown,
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

// A Part is a set of the parts that a report can have.
type Part uint16

const (
	Graph Part = 1 << iota
	Findings
	Impacts
	Ranking
	Fates
	Contracts
	Cycles
	Fan
	Path
	Focus
	Matrix

	everything = 1<<iota - 1
	// drawable are the parts that a picture of the graph shows by its colours.
	drawable = Graph | Findings | Impacts | Cycles | Path | Focus
)

var partNames = []string{"the graph", "findings", "blast radii", "a ranking", "shared fates", "contracts", "cycles", "fan-out", "a path", "one service", "policies"}

// String names the parts, as in "findings and cycles".
func (p Part) String() string {
	var names []string
	for i, name := range partNames {
		if p>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " and ")
}

// Parts returns the parts that r has.
func Parts(r *analyze.Report) Part {
	var p Part
	for i, has := range []bool{
		r.Drawn, r.Check != nil, r.Impacts != nil, r.Ranking != nil,
		r.Fates != nil, r.Contracts != nil, r.Cycles != nil, r.Fan != nil, r.Path != nil, r.Focus != nil, r.Matrix != nil,
	} {
		if has {
			p |= 1 << i
		}
	}
	return p
}

// Showing returns the names of the formats that can show all of p, the default
// first.
func Showing(p Part) []string {
	var names []string
	for _, f := range Formats {
		if p&^f.Shows == 0 {
			names = append(names, f.Name)
		}
	}
	return names
}

// CannotShow is the error of a format that is asked for something it has no form
// for: the user chose the wrong one.
type CannotShow struct {
	Format string
	Part   Part
}

func (e *CannotShow) Error() string { return fmt.Sprintf("format %q cannot show %s", e.Format, e.Part) }

// Hint names the formats that can.
func (e *CannotShow) Hint() string {
	return fmt.Sprintf("formats for %s: %s", e.Part, strings.Join(Showing(e.Part), ", "))
}
