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
		p.Line("no two services share a database, cache, broker, outside host, zone or namespace")
	}
	for i := range f.Shared {
		if i > 0 {
			p.Line("")
		}
		writeFate(p, g, &f.Shared[i])
	}
	if f.Skipped > 0 {
		p.Line("")
		p.Prose("", pen.FaintStyle, fmt.Sprintf("not computed: who fails behind the users of %s, for there are too many", english.Count(f.Skipped, "shared thing")))
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
		head := p.Paint(pen.RedStyle, "no way out: ")
		if l.Left {
			head = p.Paint(pen.YellowStyle, "no help: ")
		}
		gone := "which is gone with it"
		if len(l.Instead) > 1 {
			gone = "which are gone with it"
		}
		p.Line("  " + head + fmt.Sprintf("%s calls %s and falls back on %s, %s", pen.Clean(g.ID(l.From)), pen.Clean(g.ID(l.To)), english.List(ids(g, l.Instead)), gone) + place)
	}
	together := "fail together: "
	if len(f.Fail) == 1 {
		together = "fails with it: "
	}
	for _, part := range []struct {
		head  string
		nodes []graph.Node
	}{
		{together, f.Fail}, {"use it and can do without, or send events: ", f.Suffer}, {"fail because those do: ", f.Also},
		{"entry points among them: ", f.Entries}, {"of tier 1 among them: ", f.Critical},
	} {
		if len(part.nodes) > 0 {
			p.Prose("  ", pen.PlainStyle, part.head+someNames(g, part.nodes))
		}
	}
}

// writeContracts writes the contracts of each service.
func writeContracts(p *pen.Pen, g *graph.Graph, all []analyze.Contracts) {
	for i := range all {
		c := &all[i]
		if i > 0 {
			p.Line("")
		}
		name := pen.Clean(g.ID(c.Node))
		p.Line(p.Strong("a change of " + name + " has to be tested against"))
		writeContractTable(p, g, "what those that call it ask for", c.Callers)
		writeContractTable(p, g, "what it asks of those it calls", c.Callees)
		writeContractTable(p, g, "what those expect that get its messages", c.Readers)
		writeContractTable(p, g, "what those send whose messages it gets", c.Writers)
		for _, m := range c.Mates {
			p.Line("")
			via := pen.Clean(g.ID(m.Via))
			if m.Database != "" {
				via += ", database " + pen.Clean(m.Database)
			}
			words := "also use " + via + ", and no input tells who sends and who receives: "
			if g.Service(m.Via).Kind == graph.KindDatabase {
				words = "also use " + via + ", and know its tables: "
			}
			p.Prose("", pen.PlainStyle, words+strings.Join(ids(g, m.Services), ", "))
		}
		if len(c.Callers)+len(c.Callees) == 0 {
			p.Line("nothing: it calls nobody and nobody calls it")
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
		{Head: "  SERVICE"}, {Head: "THROUGH"}, {Head: "CALL"}, {Head: "ASKS FOR", Wrap: true}, {Head: "EVIDENCE", Wrap: true},
		{Head: "OBSERVED", Wrap: true}, {Head: "PLACE"},
	}, rows))
}
