package render

import (
	"bufio"
	"fmt"
	"io"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// lineFormat is what compilers write, for editors and the problem matchers of build systems.
var lineFormat = &Format{
	Name:  "line",
	Doc:   "for editors and problem matchers: file:line:column: severity: message [rule]",
	Shows: lists,
	write: writeLines,
}

// writeLines writes a line for each finding: at its deciding place, a whole file at its first
// line. A finding that is in no file has "-" for it. Those that are ignored follow with Options.Verbose.
func writeLines(w io.Writer, r *analyze.Report, o Options) error {
	out := bufio.NewWriter(w)
	line := func(f *analyze.Finding, severity string) {
		s, ok := o.Places.first(f)
		if !ok {
			s.File = "-"
		}
		fmt.Fprintf(out, "%s:%d:%d: %s: %s [%s]\n", pen.Clean(s.File), max(s.Line, 1), max(s.Column, 1), severity, pen.Clean(said(f)), f.Rule)
	}
	for f := range r.Check.Singles() {
		line(f, f.Severity.String())
	}
	if o.Verbose {
		for i := range r.Check.Excused {
			line(&r.Check.Excused[i].Finding, excuseWords(&r.Check.Excused[i]))
		}
	}
	return out.Flush()
}
