package render

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// coverage writes the account of a run in full: what was read, what was left out,
// what could not be resolved.
func (p *pen) coverage(g *graph.Graph) {
	c := g.Coverage()
	p.linef("read %s, %s: %s, %s", english.Count(c.Files, "file"), english.Count(c.Documents, "document"),
		english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"))
	p.tally("documents by reader", c.Read)
	p.tally("documents that no reader wants", c.Skipped)
	p.spans(&c.Spans)
	p.unresolved(c.Unresolved)
	if len(c.Silent) > 0 {
		p.heading("services with no outgoing call seen", len(c.Silent))
		p.prose("  ", plainStyle, strings.Join(ids(g, c.Silent), ", "))
	}
	if len(c.Problems) > 0 {
		p.heading("problems", len(c.Problems))
		for _, problem := range c.Problems {
			p.line("  " + clean(problem.Origin.String()) + ": " + clean(problem.Message))
			if problem.Hint != "" {
				p.prose("    ", plainStyle, "hint: "+clean(problem.Hint))
			}
		}
	}
}

func (p *pen) heading(text string, n int) {
	p.line("")
	p.line(p.strong(fmt.Sprintf("%s (%d)", text, n)))
}

func (p *pen) tally(head string, counts []graph.Count) {
	if len(counts) == 0 {
		return
	}
	total := 0
	rows := make([][]string, len(counts))
	for i, c := range counts {
		rows[i] = []string{"  " + clean(c.Name), fmt.Sprint(c.Count), ""}
		if c.First.File != "" {
			rows[i][2] = "first in " + clean(c.First.String())
		}
		total += c.Count
	}
	p.heading(head, total)
	p.bareTable([]column{{}, {right: true}, {style: func(int) lipgloss.Style { return faintStyle }}}, rows)
}

// spans tells what spans were read, and what could not be linked of them.
func (p *pen) spans(s *graph.Spans) {
	if s.Spans == 0 {
		return
	}
	p.heading("spans", s.Spans)
	p.linef("  in %s", english.Count(s.Traces, "trace"))
	for _, line := range [...]struct {
		n    int
		what string
	}{
		{s.Duplicates, "met more than once, counted once"},
		{s.Orphans, "whose parent is in none of the inputs, linked to nothing"},
		{s.Broken, "that are their own ancestors"},
		{s.Unresolved, "of callers whose other side nothing names"},
		{s.Nameless, "of no service"},
	} {
		if line.n > 0 {
			p.linef("  %d %s", line.n, line.what)
		}
	}
	if s.Spilled {
		p.linef("  more than --max-memory holds, linked through a temporary file")
	}
}

func (p *pen) unresolved(us []graph.Unresolved) {
	if len(us) == 0 {
		return
	}
	p.heading("addresses that name nothing in the inputs", len(us))
	rows := make([][]string, len(us))
	for i, u := range us {
		said := u.Key
		if u.From != "" {
			said = strings.TrimSpace(u.From + " " + u.Key)
		}
		rows[i] = []string{"  " + clean(u.Address), cleanOr(said), cleanOr(u.Why), clean(u.Origin.String())}
	}
	p.bareTable([]column{{}, {}, {}, {style: func(int) lipgloss.Style { return faintStyle }}}, rows)
}
