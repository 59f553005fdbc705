package render

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// fates writes what services share, a paragraph each.
func (p *pen) fates(g *graph.Graph, f *analyze.Fates) {
	if len(f.Shared) == 0 {
		p.line("no two services share a database, cache, broker, outside host, zone or namespace")
	}
	for i := range f.Shared {
		if i > 0 {
			p.line("")
		}
		p.fate(g, &f.Shared[i])
	}
	if f.Unasked > 0 {
		p.line("")
		p.prose("", faintStyle, fmt.Sprintf("not computed: who fails behind the users of %s, for there are too many", english.Count(f.Unasked, "shared thing")))
	}
}

func (p *pen) fate(g *graph.Graph, f *analyze.Fate) {
	about := f.Kind
	if f.Node >= 0 {
		if words := runWords(g.Service(f.Node)); len(words) > 0 {
			about += ", " + words[0]
		}
	}
	head := p.strong(clean(sharedID(g, f))) + " (" + about + ")"
	p.line(head)
	for _, l := range f.Lost {
		place := ""
		if e, ok := g.Edge(l.From, l.To); ok && len(g.Call(e).Evidence) > 0 {
			place = "  " + p.faint(clean(g.Call(e).Evidence[0].Origin.String()))
		}
		head := p.paint(redStyle, "no way out: ")
		if l.Left {
			head = p.paint(yellowStyle, "no help: ")
		}
		gone := "which is gone with it"
		if len(l.Instead) > 1 {
			gone = "which are gone with it"
		}
		p.line("  " + head + fmt.Sprintf("%s calls %s and falls back on %s, %s", clean(g.ID(l.From)), clean(g.ID(l.To)), english.List(ids(g, l.Instead)), gone) + place)
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
			p.prose("  ", plainStyle, part.head+someNames(g, part.nodes))
		}
	}
}

// someNames lists the names of services; of a long list the first ones.
func someNames(g *graph.Graph, nodes []graph.Node) string {
	const shown = 12
	if len(nodes) <= shown+1 {
		return strings.Join(ids(g, nodes), ", ")
	}
	return strings.Join(ids(g, nodes[:shown]), ", ") + fmt.Sprintf(" and %d more", len(nodes)-shown)
}

// contracts writes what a change of each service has to be tested against.
func (p *pen) contracts(g *graph.Graph, all []analyze.Contracts) {
	for i := range all {
		c := &all[i]
		if i > 0 {
			p.line("")
		}
		name := clean(g.ID(c.Node))
		p.line(p.strong("a change of " + name + " has to be tested against"))
		p.pacts(g, "what those that call it ask for", c.Callers)
		p.pacts(g, "what it asks of those it calls", c.Callees)
		p.pacts(g, "what those expect that get its messages", c.Readers)
		p.pacts(g, "what those send whose messages it gets", c.Writers)
		for _, m := range c.Mates {
			p.line("")
			via := clean(g.ID(m.Via))
			if m.Database != "" {
				via += ", database " + clean(m.Database)
			}
			words := "also use " + via + ", and no input tells who sends and who receives: "
			if g.Service(m.Via).Kind == graph.KindDatabase {
				words = "also use " + via + ", and know its tables: "
			}
			p.prose("", plainStyle, words+strings.Join(ids(g, m.Services), ", "))
		}
		if len(c.Callers)+len(c.Callees) == 0 {
			p.line("nothing: it calls nobody and nobody calls it")
		}
	}
}

// pacts writes a table of contracts under a head, if there are any.
func (p *pen) pacts(g *graph.Graph, head string, list []analyze.Contract) {
	if len(list) == 0 {
		return
	}
	p.line("")
	p.line(p.strong(head))
	rows := make([][]string, len(list))
	for i, k := range list {
		c := g.Call(k.Call)
		via := ""
		if k.Bus() {
			via = clean(g.ID(k.Via))
		}
		asks := strings.Join(cleanAll(append(k.Methods[:len(k.Methods):len(k.Methods)], k.Routes...)), ", ")
		rows[i] = []string{"  " + clean(g.ID(k.Party)), via, callQualities(c), asks, evidenceWords(c), observedWords(g.Observed(k.Call)), placeWords(c)}
	}
	p.table(dropEmpty([]column{
		{head: "  SERVICE"}, {head: "THROUGH"}, {head: "CALL"}, {head: "ASKS FOR", wrap: true}, {head: "EVIDENCE", wrap: true},
		{head: "OBSERVED", wrap: true}, {head: "PLACE"},
	}, rows))
}

// placeWords is where a call is said, the first place and how many more.
func placeWords(c graph.Call) string {
	var places []string
	for _, e := range c.Evidence {
		if at := e.Origin.String(); len(places) == 0 || places[len(places)-1] != at {
			places = append(places, at)
		}
	}
	switch len(places) {
	case 0:
		return ""
	case 1:
		return clean(places[0])
	}
	return clean(places[0]) + fmt.Sprintf(" and %d more", len(places)-1)
}
