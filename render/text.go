package render

import (
	"io"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/render/pen"
)

// text is for a terminal, and for grep in a pipe.
var text = &Format{
	Name:  "text",
	Doc:   "for people: tables, trees and sentences",
	Shows: everything,
	write: writeText,
}

func writeText(w io.Writer, r *analyze.Report, o Options) error {
	p := pen.New(w, o.terminal())
	first := true
	for _, part := range []struct {
		has   bool
		write func()
	}{
		{r.Drawn, func() { writeGraph(p, o.View.Draw(r.Graph)) }},
		{r.Focus != nil, func() { writeFocus(p, r.Graph, r.Focus, o.Verbose) }},
		{r.Path != nil, func() { writePath(p, r.Graph, r.Path) }},
		{r.Impacts != nil, func() { writeIncidents(p, r.Graph, r.Impacts, o.View.Depth) }},
		{r.Ranking != nil, func() { writeRanking(p, r.Graph, r.Ranking) }},
		{r.Fates != nil, func() { writeFates(p, r.Graph, r.Fates) }},
		{r.Contracts != nil, func() { writeContracts(p, r.Graph, r.Contracts) }},
		{r.Cycles != nil, func() { writeCycles(p, r.Graph, r.Cycles) }},
		{r.Fan != nil, func() { writeFan(p, r.Graph, r.Fan) }},
		{r.Matrix != nil, func() { writeMatrix(p, r.Graph, r.Matrix, o.Verbose) }},
		{r.Diff != nil, func() { writeDiff(p, r.Diff, o.Verbose) }},
		{r.Check != nil, func() { writeCheck(p, r.Graph, r.Check, o.Verbose) }},
		{o.Verbose && r.Graph != nil, func() { writeCoverage(p, r.Graph) }},
		{o.Verbose && r.Graph == nil, func() { writeVariants(p, r.Check.Variants) }},
	} {
		if !part.has {
			continue
		}
		if !first {
			p.Line("")
		}
		first = false
		part.write()
	}
	return p.Flush()
}
