package render

import (
	"io"

	"github.com/weirgraph/weir/analyze"
)

// text is for a person at a terminal, and for grep behind a pipe.
var text = &Format{
	Name:  "text",
	Doc:   "for people: tables, trees and sentences",
	Shows: everything,
	write: writeText,
}

func writeText(w io.Writer, r *analyze.Report, o Options) error {
	p := newPen(w, o.terminal())
	first := true
	for _, part := range []struct {
		has   bool
		write func()
	}{
		{r.Drawn, func() { p.graph(o.View.Draw(r.Graph)) }},
		{r.Focus != nil, func() { p.focus(r.Graph, r.Focus, o.Verbose) }},
		{r.Path != nil, func() { p.path(r.Graph, r.Path) }},
		{r.Impacts != nil, func() { p.incidents(r.Graph, r.Impacts, o.View.Depth) }},
		{r.Ranking != nil, func() { p.ranking(r.Graph, r.Ranking) }},
		{r.Fates != nil, func() { p.fates(r.Graph, r.Fates) }},
		{r.Contracts != nil, func() { p.contracts(r.Graph, r.Contracts) }},
		{r.Cycles != nil, func() { p.cycles(r.Graph, r.Cycles) }},
		{r.Fan != nil, func() { p.fan(r.Graph, r.Fan) }},
		{r.Matrix != nil, func() { p.matrix(r.Graph, r.Matrix, o.Verbose) }},
		{r.Check != nil, func() { p.check(r.Graph, r.Check, o.Verbose) }},
		{o.Verbose, func() { p.coverage(r.Graph) }},
	} {
		if !part.has {
			continue
		}
		if !first {
			p.line("")
		}
		first = false
		part.write()
	}
	return p.Flush()
}
