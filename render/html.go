package render

import (
	"io"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/page"
	"github.com/weirgraph/weir/render/pen"
)

// html is a page for a browser.
var html = &Format{
	Name: "html", Explores: true,
	Doc:    "a page for a browser: graph, policies, findings, and what fails with any service",
	Shows:  graphPart | findingsPart | impactsPart | cyclesPart | matrixPart,
	syntax: jsonSyntax, // what the page has of the inputs is JSON
	write:  writeHTML,
}

// writeHTML writes one file that needs nothing else.
func writeHTML(w io.Writer, r *analyze.Report, o Options) error {
	b := newPage(r, o)
	if r.Explored != nil && !r.Explored.TooLarge() {
		for in := range r.Explored.Incidents() {
			b.data.Incidents = append(b.data.Incidents, b.incident(&in))
		}
	}
	return page.Write(w, &b.data)
}

// LivePage is the page of a report without answers: whoever serves it gives them with PageAnswer.
func LivePage(r *analyze.Report, o Options) *page.Data { return &newPage(r, o).data }

// PageAnswer is what a page of g shows of an incident.
func PageAnswer(g *graph.Graph, in *analyze.Incident) *page.Answer {
	b := pageBuilder{g: g, pen: pen.New(io.Discard, pen.Terminal{}), texts: map[string]int{}}
	return &page.Answer{Incident: b.incident(in), Texts: b.data.Texts}
}

// PageDiff completes what a page assumes with what that does.
func PageDiff(d *analyze.Diff, t *page.Tried) {
	for _, s := range diffSections(d) {
		for _, l := range s.lines {
			if l.place.File != t.File || s.head != "policies" { // else they are the assumptions themselves
				t.Effects = append(t.Effects, page.Effect{Mark: l.mark, Words: l.words})
			}
		}
	}
	words := func(f analyze.Finding) string { return f.Severity.String() + ": " + said(&f) + " [" + f.Rule + "]" }
	t.Found, t.Gone = convert(d.Found, words), convert(d.Gone, words)
}

// newPage has all of a page but its incidents.
func newPage(r *analyze.Report, o Options) *pageBuilder {
	b := &pageBuilder{g: r.Graph, pen: pen.New(io.Discard, pen.Terminal{}), texts: map[string]int{}}
	d := &b.data
	d.Version = o.Version
	d.Services, d.Calls = make([]page.Service, 0, b.g.Len()), make([]page.Call, 0, b.g.Calls())
	d.Title = english.Count(b.g.Len(), "service") + ", " + english.Count(b.g.Calls(), "call")
	b.services()
	b.calls()
	b.groups()
	if r.Explored != nil {
		b.explored(r.Explored)
	}
	if r.Check != nil {
		d.Checked = true
		b.findings(r.Check.Findings)
	}
	if len(r.Impacts) > 0 {
		in := &r.Impacts[0]
		d.Failed, d.Mode, d.Asked = numbers(in.Failed), in.Mode, PageAnswer(r.Graph, in)
	}
	if r.Cycles != nil {
		for i := range r.Cycles.Components {
			d.Cycles = append(d.Cycles, numbers(r.Cycles.Components[i].Loop))
		}
	}
	return b
}

// A pageBuilder turns a report into the data of a page. Words are the same as those of the
// other formats for people.
type pageBuilder struct {
	g    *graph.Graph
	pen  *pen.Pen // for words; nothing is written with it
	data page.Data

	texts map[string]int // by text: its number in data.Texts
}

func numbers(nodes []graph.Node) []int {
	return convert(nodes, func(v graph.Node) int { return int(v) })
}

func (b *pageBuilder) services() {
	for i := range b.g.Services() {
		s := &b.g.Services()[i]
		w := page.Service{
			ID: s.ID, Name: s.Name, Namespace: s.Namespace, Kind: s.Kind.String(), Role: s.Role.String(),
			Defined: s.Defined, Team: s.Team, Owner: s.Owner, System: s.System, Runs: runWords(s), Zone: analyze.Property(b.g, graph.Node(i), "zone"),
			Places: placesOf(s.Origins),
		}
		if s.Tier.Set() {
			w.Tier = s.Tier.Value
		}
		w.Entry, _ = s.Entry()
		b.data.Services = append(b.data.Services, w)
	}
}

func placesOf(list []graph.Origin) []string {
	return convert(list, func(o graph.Origin) string { return o.String() })
}

func (b *pageBuilder) calls() {
	for e := range graph.Edge(b.g.Calls()) {
		c := b.g.Call(e)
		w := page.Call{
			From: int(c.From), To: int(c.To), Class: c.Class.String(), Strength: c.Strength.String(), Mode: c.Mode.String(), Need: c.Need.String(),
			Protocol: c.Protocol, Declared: c.Declared, Observed: c.Observed, Fallback: c.Fallback, Mirror: c.Mirror,
		}
		if c.Observed {
			w.Seen = observedWords(b.g.Observed(e))
		}
		for i := range c.Evidence {
			w.Evidence = append(w.Evidence, page.Evidence{Way: c.Evidence[i].Way, Strength: c.Evidence[i].Strength.String(), Place: c.Evidence[i].Origin.String()})
		}
		for _, id := range b.g.GroupsWith(e) {
			w.Groups = append(w.Groups, int(id))
		}
		b.data.Calls = append(b.data.Calls, w)
	}
}

func (b *pageBuilder) groups() {
	for i := range b.g.Groups() {
		group := &b.g.Groups()[i]
		b.data.Groups = append(b.data.Groups, page.Group{Caller: int(group.Caller), Kind: group.Kind.String(), Name: group.Name})
	}
}

func (b *pageBuilder) explored(x *analyze.Exploration) {
	d := &b.data
	d.Modes, d.Clusters = x.Modes, x.Clusters
	for i := range x.Rows {
		row := &x.Rows[i]
		c := &d.Calls[row.Edge]
		c.Parts = append(c.Parts, b.part(row))
	}
	for _, s := range x.Sets {
		d.Sets = append(d.Sets, page.Set{Property: s.Property, Value: s.Value, Services: numbers(s.Services)})
	}
	for v, a := range x.Available {
		d.Services[v].Available = availabilityWords(b.g, a)
	}
}

// part is one part of a call with its policies, layer by layer.
func (b *pageBuilder) part(row *analyze.MatrixRow) page.Part {
	p := page.Part{Match: row.Match, Summary: summaryWords(&row.Part)}
	for i := range row.Layers {
		l := &row.Layers[i]
		w := page.Layer{Name: layerName(&l.Set), Summary: layerSummary(b.pen, l)}
		for _, s := range writtenSettings(&l.Set) {
			w.Settings = append(w.Settings, page.Setting{Text: s.text, Place: s.origin.String()})
		}
		p.Layers = append(p.Layers, w)
	}
	for _, h := range row.Hidden {
		p.Hidden = append(p.Hidden, hiddenWords(h))
	}
	return p
}

// incident packs who suffers in one scenario.
func (b *pageBuilder) incident(in *analyze.Incident) page.Incident {
	w := page.Incident{Victims: make([][]int, len(in.Victims))}
	for i := range in.Victims {
		v := &in.Victims[i]
		// Node, labels at first, later and in all, the call, then texts, -1 and texts of what acts later.
		list := []int{int(v.Node), int(v.Onset.Label()), int(v.Steady.Label()), int(v.Label), int(v.Hop.Call)}
		for _, a := range v.Hop.Actions {
			list = append(list, b.text(actionWords(&a)))
		}
		if len(v.Hop.Then) > 0 {
			list = append(list, -1)
			for _, a := range v.Hop.Then {
				list = append(list, b.text(actionWords(&a)))
			}
		}
		w.Victims[i] = list
	}
	if in.Change != nil {
		w.Helps = changeWords(b.pen, b.g, in.Change)
	}
	for _, s := range in.Starved {
		w.Starved = append(w.Starved, int(s.Node))
	}
	slices.Sort(w.Starved)
	return w
}

// actionWords is "timeout 2s turned the hang into an error (deploy/a.yaml:3:5)".
func actionWords(a *failure.Action) string {
	s := a.Policy + " " + a.Does + placeOf(a, graph.Origin.String)
	if a.Part != "" {
		s = "on " + pen.Clean(a.Part) + " " + s
	}
	return s
}

// text returns the number of a text, which many incidents have.
func (b *pageBuilder) text(s string) int {
	n, ok := b.texts[s]
	if !ok {
		n = len(b.data.Texts)
		b.texts[s] = n
		b.data.Texts = append(b.data.Texts, s)
	}
	return n
}

func (b *pageBuilder) findings(list []analyze.Finding) {
	for i := range list {
		f := &list[i]
		w := page.Finding{
			Rule: f.Rule, Severity: f.Severity.String(), Message: said(f), Hint: f.Hint, Page: rulePage(f.Rule),
			Services: numbers(f.Services), Places: placesOf(f.Origins),
		}
		for k := range f.Each {
			w.Each = append(w.Each, page.One{Message: f.Each[k].Message, Services: numbers(f.Each[k].Services), Places: placesOf(f.Each[k].Origins)})
		}
		b.data.Findings = append(b.data.Findings, w)
	}
}
