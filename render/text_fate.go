package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// writeFates writes a paragraph for each shared resource.
func writeFates(p *pen.Pen, g *graph.Graph, f *analyze.Fates) {
	if len(f.Shared) == 0 {
		p.Prose("", pen.PlainStyle, "no two services share a database, cache, broker, external host, zone or namespace")
	}
	for i := range f.Shared {
		if i > 0 {
			p.Line("")
		}
		writeFate(p, g, &f.Shared[i])
	}
	if f.Skipped > 0 {
		p.Line("")
		p.Prose("", pen.FaintStyle, fmt.Sprintf("not computed: indirect failures of %s (too many)", english.Count(f.Skipped, "shared resource")))
	}
}

func writeFate(p *pen.Pen, g *graph.Graph, f *analyze.Fate) {
	about := f.Kind
	if f.Node >= 0 {
		if words := runWords(g.Service(f.Node)); len(words) > 0 {
			about += ", " + words[0]
		}
	}
	head := p.Strong(pen.Clean(sharedID(g, f))) + " (" + about + ")"
	p.Line(head)
	for _, l := range f.Lost {
		place := ""
		if e, ok := g.Edge(l.From, l.To); ok && len(g.Call(e).Evidence) > 0 {
			place = "  " + p.Faint(pen.Clean(g.Call(e).Evidence[0].Origin.String()))
		}
		if l.Pool {
			writePoolLost(p, g, &l, place)
			continue
		}
		head := p.Paint(pen.RedStyle, "no fallback left: ")
		if l.Left {
			head = p.Paint(pen.YellowStyle, "fallback lost: ")
		}
		lost := "fallback %s fails"
		if len(l.Instead) > 1 {
			lost = "fallbacks %s fail"
		}
		p.Line("  " + head + fmt.Sprintf("%s's "+lost+" together with %s", pen.Clean(g.ID(l.From)), english.List(ids(g, l.Instead)), pen.Clean(g.ID(l.To))) + place)
	}
	together := "fail together: "
	if len(f.Fail) == 1 {
		together = "fails with it: "
	}
	for _, part := range []struct {
		head  string
		nodes []graph.Node
	}{
		{together, f.Fail}, {"optional or asynchronous users: ", f.Suffer}, {"fail indirectly: ", f.Also},
		{"affected entry points: ", f.Entries}, {"affected services of tier 1: ", f.Critical},
	} {
		if len(part.nodes) > 0 {
			p.Prose("  ", pen.PlainStyle, part.head+someNames(g, part.nodes))
		}
	}
}

// writePoolLost writes which members of a pool fail together.
func writePoolLost(p *pen.Pen, g *graph.Graph, l *analyze.LostFallback, place string) {
	head := p.Paint(pen.RedStyle, "too few of a pool left: ")
	if l.Left {
		head = p.Paint(pen.YellowStyle, "part of a pool lost: ")
	}
	members := english.List(ids(g, append([]graph.Node{l.To}, l.Instead...)))
	p.Line("  " + head + fmt.Sprintf("%s of %s fail together", members, pen.Clean(g.ID(l.From))) + place)
}

// writeContracts writes the contracts of each service.
func writeContracts(p *pen.Pen, g *graph.Graph, all []analyze.Contracts) {
	for i := range all {
		c := &all[i]
		if i > 0 {
			p.Line("")
		}
		name := pen.Clean(g.ID(c.Node))
		p.Line(p.Strong("contracts of " + name))
		writeContractTable(p, g, "callers, and what they request", c.Callers)
		writeContractTable(p, g, "dependencies, and what it requests", c.Callees)
		writeContractTable(p, g, "consumers of its messages", c.Readers)
		writeContractTable(p, g, "producers of the messages it receives", c.Writers)
		for _, m := range c.Mates {
			p.Line("")
			via := pen.Clean(g.ID(m.Via))
			if m.Database != "" {
				via += ", database " + pen.Clean(m.Database)
			}
			words := "also use " + via + ", not declared whether as producer or consumer: "
			if g.Service(m.Via).Kind == graph.KindDatabase {
				words = "also use " + via + " and depend on its schema: "
			}
			p.Prose("", pen.PlainStyle, words+strings.Join(ids(g, m.Services), ", "))
		}
		if len(c.Callers)+len(c.Callees) == 0 {
			p.Line("none: no calls and no callers")
		}
	}
}

// writeContractTable writes a table of contracts under a head, if there are any.
func writeContractTable(p *pen.Pen, g *graph.Graph, head string, list []analyze.Contract) {
	if len(list) == 0 {
		return
	}
	p.Line("")
	p.Line(p.Strong(head))
	rows := make([][]string, len(list))
	for i, k := range list {
		c := g.Call(k.Call)
		via := ""
		if k.Bus() {
			via = pen.Clean(g.ID(k.Via))
		}
		asks := strings.Join(pen.CleanAll(append(k.Methods[:len(k.Methods):len(k.Methods)], k.Routes...)), ", ")
		rows[i] = []string{"  " + pen.Clean(g.ID(k.Party)), via, callQualities(c), asks, evidenceWords(c), observedWords(g.Observed(k.Call)), placeWords(c)}
	}
	p.Table(pen.DropEmpty([]pen.Column{
		{Head: "  SERVICE"}, {Head: "THROUGH"}, {Head: "CALL"}, {Head: "REQUESTS", Wrap: true}, {Head: "EVIDENCE", Wrap: true},
		{Head: "OBSERVED", Wrap: true}, {Head: "PLACE"},
	}, rows))
}
