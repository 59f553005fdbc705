// Package render turns a report into text: for people on a terminal, for
// Graphviz, for Markdown pages, for other programs. Renderers are pure functions
// of the report and the options; what they show was computed before.
//
// A Format is one file and one entry in Formats. For pictures, View decides what is
// drawn and lists what is not; the format writes the drawing and this list in its own
// language. Names come from the inputs and may contain anything, so each format escapes
// them for its language and never uses one as an identifier.
package render

import (
	"context"
	"io"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// A Format is one way to write a report.
type Format struct {
	Name  string // "dot"
	Doc   string // one sentence for help
	Shows Part   // the parts of a report that it supports
	Fixes bool   // it writes the fixes of findings as data

	Explores bool // it shows Report.Explored
	Draws    bool // it draws as Options.Look says

	syntax syntax

	write func(w io.Writer, r *analyze.Report, o Options) error
}

// A syntax is what a format has to take care of besides its own language.
type syntax uint8

const (
	lineSyntax    syntax = iota // names must not be commands to the system that runs the build
	jsonSyntax                  // the same, by escapes
	commandSyntax               // the lines are such commands, and names in them are escaped
	imageSyntax                 // drawn by Graphviz, has no lines
)

// Options change how a report is shown, never its content.
type Options struct {
	Context context.Context // ends programs that draw; nil if nothing does
	Width   int             // columns of the terminal; 0 for no limit, as when piped
	Color   bool            // styles may be used
	ASCII   bool            // without box characters
	Verbose bool            // with the full coverage
	Version string          // of weir, for formats that name it
	Places  Places          // of files, for formats that are read with the repository
	View    View
	Look    Look     // of pictures
	Sources []string // what was read, as the user names it
}

// A Look is how pictures show what they show.
type Look struct {
	ColorBy string // one of ColorChoices; "" is none
	Label   string // one of LabelChoices; "" is the first
	Link    string // base of links to files, see CheckLink; "" for no links
}

// terminal returns the options about the terminal.
func (o Options) terminal() pen.Terminal {
	return pen.Terminal{Width: o.Width, Color: o.Color, ASCII: o.ASCII}
}

// A Part is a set of the parts that a report can have.
type Part uint16

const (
	graphPart Part = 1 << iota
	findingsPart
	impactsPart
	rankingPart
	fatesPart
	contractsPart
	cyclesPart
	fanPart
	pathPart
	focusPart
	matrixPart
	variantsPart
	diffPart

	everything = 1<<iota - 1
	// drawable are the parts that a picture of the graph shows.
	drawable = graphPart | findingsPart | impactsPart | cyclesPart | pathPart | focusPart | diffPart
)

var partNames = []string{"the graph", "findings", "blast radii", "a ranking", "shared fates", "contracts", "cycles", "fan-out", "a path", "one service", "policies", "several variants", "a difference"}

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
		r.Fates != nil, r.Contracts != nil, r.Cycles != nil, r.Fan != nil, r.Path != nil, r.Focus != nil, r.Matrix != nil, r.Check != nil && r.Check.Variants != nil, r.Diff != nil,
	} {
		if has {
			p |= 1 << i
		}
	}
	return p
}
