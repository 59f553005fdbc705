// Package render turns a report into text: for people on a terminal, for
// Graphviz, for Markdown pages, for other programs. Renderers are pure functions
// of the report and the options; what they show was computed before.
package render

import (
	"io"

	"github.com/weirgraph/weir/analyze"
)

// A Format is one way to write a report.
type Format struct {
	Name  string // "dot"
	Doc   string // one sentence for help
	Write func(w io.Writer, r *analyze.Report, o Options) error
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
var Formats = []*Format{}
