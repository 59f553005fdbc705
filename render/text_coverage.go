package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writeCoverage writes the coverage of a run: what was read, what was skipped, and what
// could not be resolved.
func writeCoverage(p *pen.Pen, g *graph.Graph) {
	c := g.Coverage()
	p.Linef("read %s, %s: %s, %s", english.Count(c.Files, "file"), english.Count(c.Documents, "document"),
		english.Count(g.Len(), "service"), english.Count(g.Calls(), "call"))
	writeCounts(p, "documents by reader", c.Read)
	writeCounts(p, "documents without a reader", c.Skipped)
	if c.Unreadable > 0 {
		writeHeading(p, "documents that could not be read", c.Unreadable)
	}
	writeCounts(p, "passed over", c.Passed)
	writeUnread(p, c.Unread)
	writeSpans(p, &c.Spans)
	writeUnresolved(p, c.Unresolved)
	if len(c.Silent) > 0 {
		writeHeading(p, "services without outgoing calls", len(c.Silent))
		p.Prose("  ", pen.PlainStyle, strings.Join(ids(g, c.Silent), ", "))
	}
	if named := namedOnly(g); len(named) > 0 {
		writeHeading(p, "services that calls name and no input declares", len(named))
		p.Prose("  ", pen.PlainStyle, strings.Join(ids(g, named), ", "))
	}
	if len(c.Problems) > 0 {
		writeHeading(p, "problems", len(c.Problems))
		for _, problem := range c.Problems {
			p.Line("  " + pen.Clean(problem.Origin.String()) + ": " + pen.Clean(problem.Message))
			if problem.Hint != "" {
				p.Prose("    ", pen.PlainStyle, "hint: "+pen.Clean(problem.Hint))
			}
		}
	}
}

// namedOnly returns the programs and stores that no input declares although the inputs declare calls of them.
func namedOnly(g *graph.Graph) []graph.Node {
	var named []graph.Node
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		declared := func(e graph.Edge) bool { return g.Attributes(e).Declared && g.Class(e).Core() }
		if !s.Defined && s.Kind != graph.KindExternal && s.Kind != graph.KindTopic && slices.ContainsFunc(g.In(v), declared) {
			named = append(named, v)
		}
	}
	return named
}

func writeHeading(p *pen.Pen, text string, n int) {
	p.Line("")
	p.Line(p.Strong(fmt.Sprintf("%s (%d)", text, n)))
}

func writeCounts(p *pen.Pen, head string, counts []graph.Count) {
	if len(counts) == 0 {
		return
	}
	total := 0
	rows := make([][]string, len(counts))
	for i, c := range counts {
		rows[i] = []string{"  " + pen.Clean(c.Name), fmt.Sprint(c.Count), ""}
		if c.First.File() != "" {
			rows[i][2] = "first in " + pen.Clean(c.First.String())
		}
		total += c.Count
	}
	writeHeading(p, head, total)
	p.BareTable([]pen.Column{{}, {Right: true}, {Style: func(int) pen.Style { return pen.FaintStyle }}}, rows)
}

// writeUnread writes the inputs that are recognized and not read, one line a kind with the
// inputs below it.
func writeUnread(p *pen.Pen, inputs []graph.Unread) {
	if len(inputs) == 0 {
		return
	}
	writeHeading(p, "recognized and not read", len(inputs))
	for _, g := range graph.UnreadGroups(inputs) {
		p.Prose("  ", pen.PlainStyle, pen.Clean(g.Message()))
		if hint := g.Hint(); hint != "" {
			p.Prose("    ", pen.PlainStyle, "hint: "+pen.Clean(hint))
		}
		for _, u := range g.Inputs {
			line := pen.Clean(u.Origin.String())
			if len(g.Inputs) > 1 && u.Name != u.Origin.File() {
				line = pen.Clean(u.Name) + "  " + line
			}
			p.Line("    " + p.Faint(line))
		}
	}
}

// writeSpans writes how many spans were read, and how many could not be linked.
func writeSpans(p *pen.Pen, s *graph.Spans) {
	if s.Spans == 0 {
		return
	}
	writeHeading(p, "spans", s.Spans)
	p.Linef("  in %s", english.Count(s.Traces, "trace"))
	for _, line := range [...]struct {
		n    int
		what string
	}{
		{s.Duplicates, "duplicates, counted once"},
		{s.Orphans, "with a parent that is not in the inputs, not linked"},
		{s.Broken, "that are their own ancestors"},
		{s.Unresolved, "of callers without a known callee"},
		{s.Nameless, "without a service"},
	} {
		if line.n > 0 {
			p.Linef("  %d %s", line.n, line.what)
		}
	}
	if s.Spilled {
		p.Linef("  more than --max-memory, spilled to a temporary file")
	}
}

func writeUnresolved(p *pen.Pen, us []graph.Unresolved) {
	if len(us) == 0 {
		return
	}
	writeHeading(p, "unresolved addresses", len(us))
	rows := make([][]string, len(us))
	for i, u := range us {
		said := u.Key
		if u.From != "" {
			said = strings.TrimSpace(u.From + " " + u.Key)
		}
		rows[i] = []string{"  " + pen.Clean(u.Address), pen.CleanOr(said), pen.CleanOr(u.Why), pen.Clean(u.Origin.String())}
	}
	p.BareTable([]pen.Column{{}, {}, {}, {Style: func(int) pen.Style { return pen.FaintStyle }}}, rows)
}

// writeVariants writes the coverage of each variant.
func writeVariants(p *pen.Pen, variants []analyze.Variant) {
	for i, v := range variants {
		if i > 0 {
			p.Line("")
		}
		p.Line(p.Strong(pen.Clean(v.Name)))
		writeCoverage(p, v.Graph)
	}
}
