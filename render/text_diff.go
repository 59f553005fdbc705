package render

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// maxDiffLines is how many changes of one kind are listed without --verbose.
const maxDiffLines = 20

// writeDiff writes what a change does: its effects first, then what it consists of, then the
// findings that are new or gone.
func writeDiff(p *pen.Pen, d *analyze.Diff, verbose bool) {
	for _, s := range diffSections(d) {
		p.Line(p.Strong(s.head))
		for i, l := range s.lines {
			if i == maxDiffLines && !verbose {
				p.Linef("  and %d more; --verbose shows all", len(s.lines)-i)
				break
			}
			place := ""
			if l.place != (graph.Origin{}) {
				place = "  " + p.Faint(pen.Clean(l.place.String()))
			}
			p.Prose("  ", pen.PlainStyle, p.Paint(markStyle(l.mark), l.mark)+" "+l.words+place)
		}
		p.Line("")
	}
	var explained confidences
	for i := range d.Found {
		writeFinding(p, &d.Found[i], verbose, &explained)
		p.Line("")
	}
	if n := len(d.Gone); n > 0 {
		p.Line(p.Strong("no longer found"))
		for i := range d.Gone {
			if f := &d.Gone[i]; verbose || i < maxDiffLines {
				p.Prose("  ", pen.PlainStyle, p.Paint(pen.GreenStyle, "-")+fmt.Sprintf(" %s: %s  [%s]", f.Severity, pen.Clean(f.Message), f.Rule))
			}
		}
		if n > maxDiffLines && !verbose {
			p.Linef("  and %s more; --verbose shows all", english.Count(n-maxDiffLines, "finding"))
		}
		p.Line("")
	}
	p.Prose("", pen.PlainStyle, diffSummary(d))
}

func markStyle(mark string) pen.Style {
	switch mark {
	case worseMark:
		return pen.RedStyle
	case "+":
		return pen.GreenStyle
	case "-":
		return pen.MildStyle
	}
	return pen.YellowStyle
}
