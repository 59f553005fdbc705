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
	Doc:    "a page for a browser: graph, policies, findings, changes, and what fails with any service",
	Shows:  graphPart | findingsPart | impactsPart | cyclesPart | matrixPart | diffPart,
	syntax: jsonSyntax, // what the page has of the inputs is JSON
	write:  writeHTML,
}

// writeHTML writes one file that needs nothing else.
func writeHTML(w io.Writer, r *analyze.Report, o Options) error {
	b := newPage(r, o)
	if r.Explored != nil && !r.Explored.TooLarge() && (r.Before == nil || !r.Before.TooLarge()) {
		b.data.Incidents = b.incidents(r.Explored, b.now)
		if r.Before != nil {
			b.data.Before = b.incidents(r.Before, b.before)
		}
	}
	return page.Write(w, &b.data)
}

// LivePage is the page of a report without answers: whoever serves it gives them with PageAnswer.
func LivePage(r *analyze.Report, o Options) *page.Data { return &newPage(r, o).data }

// PageAnswer is what a page of the graph shown says of an incident in g, which may be the state
// before a change. Services that the page does not have are left out.
func PageAnswer(shown, g *graph.Graph, in *analyze.Incident) *page.Answer {
	b := newPageBuilder(shown)
	w := b.incident(stateOf(shown, g), in)
	w.Victims = slices.DeleteFunc(w.Victims, func(v []int) bool { return v[0] < 0 })
	w.Starved = slices.DeleteFunc(w.Starved, func(v int) bool { return v < 0 })
	return &page.Answer{Incident: w, Texts: b.data.Texts}
}

// PageDiff completes what a page assumes with what that does.
func PageDiff(d *analyze.Diff, t *page.Tried) {
	for _, s := range diffSections(d) {
		for _, l := range s.lines {
			if l.place.File() != t.File || s.head != "policies" { // else they are the assumptions themselves
				t.Effects = append(t.Effects, page.Effect{Mark: l.mark, Words: l.words})
			}
		}
	}
	words := func(f analyze.Finding) string { return f.Severity.String() + ": " + said(&f) + " [" + f.Rule + "]" }
	t.Found, t.Gone = convert(d.Found, words), convert(d.Gone, words)
}

// newPage has all of a page but its incidents.
func newPage(r *analyze.Report, o Options) *pageBuilder {
	b := newPageBuilder(drawnGraph(r))
	b.now = stateOf(b.g, r.Graph)
	d := &b.data
	d.Version = o.Version
	d.Services, d.Calls = make([]page.Service, 0, b.g.Len()), make([]page.Call, 0, b.g.Calls())
	d.Title = english.Count(b.g.Len(), "service") + ", " + english.Count(b.g.Calls(), "call")
	if r.Diff != nil {
		b.before = stateOf(b.g, r.Diff.Old)
		d.Title = titleOf(r, View{})
	}
	b.services()
	b.calls()
	if r.Explored != nil {
		b.explored(r.Explored)
	}
	if r.Before != nil {
		b.exploredBefore(r.Before)
	}
	if r.Check != nil {
		d.Checked = true
		b.findings(b.now, r.Check.Findings)
		for i := range r.Check.Excused {
			e := &r.Check.Excused[i]
			d.Excused = append(d.Excused, excuseWords(e)+": "+e.Severity.String()+": "+pen.Clean(said(&e.Finding))+" ["+e.Rule+"]")
		}
	}
	if r.Diff != nil {
		d.Checked = true
		b.change(r.Diff, o.Sources)
	}
	if len(r.Impacts) > 0 {
		in := &r.Impacts[0]
		d.Failed, d.Mode, d.Asked = b.now.numbers(in.Failed), in.Mode, PageAnswer(r.Graph, r.Graph, in)
	}
	if r.Cycles != nil {
		for i := range r.Cycles.Components {
			d.Cycles = append(d.Cycles, b.now.numbers(r.Cycles.Components[i].Loop))
		}
	}
	return b
}

// A pageBuilder turns a report into the data of a page. Words are the same as those of the
// other formats for people.
type pageBuilder struct {
	g           *graph.Graph // of the page
	now, before *pageState   // where its services and calls are from; before only of a change
	pen         *pen.Pen     // for words; nothing is written with it
	data        page.Data

	texts map[string]int // by text: its number in data.Texts
}

func newPageBuilder(g *graph.Graph) *pageBuilder {
	return &pageBuilder{g: g, pen: pen.New(io.Discard, pen.Terminal{}), texts: map[string]int{}}
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
	groups := map[*pageState]int{b.now: 0} // how many groups of other states are before those of a state
	b.groups(b.now)
	if b.before != nil {
		groups[b.before] = len(b.data.Groups)
		b.groups(b.before)
	}
	for _, source := range b.sources() {
		st, at := source.state, source.edge
		c := st.g.Call(at)
		w := page.Call{
			From: st.node[c.From], To: st.node[c.To], Class: c.Class.String(), Strength: c.Strength.String(), Mode: c.Mode.String(), Need: c.Need.String(),
			Protocol: c.Protocol, Declared: c.Declared, Observed: c.Observed, Fallback: c.Fallback, Mirror: c.Mirror,
		}
		if c.Observed {
			w.Seen = observedWords(st.g.Observed(at))
		}
		for i := range c.Evidence {
			w.Evidence = append(w.Evidence, page.Evidence{Way: c.Evidence[i].Way, Strength: c.Evidence[i].Strength.String(), Place: c.Evidence[i].Origin.String()})
		}
		for _, id := range st.g.GroupsWith(at) {
			w.Groups = append(w.Groups, groups[st]+int(id))
		}
		b.data.Calls = append(b.data.Calls, w)
	}
}

func (b *pageBuilder) groups(st *pageState) {
	for i := range st.g.Groups() {
		group := &st.g.Groups()[i]
		b.data.Groups = append(b.data.Groups, page.Group{Caller: st.node[group.Caller], Kind: group.Kind.String(), Name: group.Name})
	}
}

func (b *pageBuilder) explored(x *analyze.Exploration) {
	d := &b.data
	d.Modes, d.Clusters = x.Modes, x.Clusters
	for i := range x.Rows {
		row := &x.Rows[i]
		c := &d.Calls[b.now.edge[row.Edge]]
		c.Parts = append(c.Parts, b.part(row))
	}
	for _, s := range x.Sets {
		d.Sets = append(d.Sets, page.Set{Property: s.Property, Value: s.Value, Services: b.now.numbers(s.Services)})
	}
	for v, a := range x.Available {
		d.Services[b.now.node[v]].Available = availabilityWords(b.now.g, a)
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
func (b *pageBuilder) incident(st *pageState, in *analyze.Incident) page.Incident {
	w := page.Incident{Victims: make([][]int, len(in.Victims))}
	for i := range in.Victims {
		v := &in.Victims[i]
		// Node, labels at first, later and in all, the call, then texts, -1 and texts of what acts later.
		list := []int{st.node[v.Node], int(v.Onset.Label()), int(v.Steady.Label()), int(v.Label), st.edge[v.Hop.Call]}
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
		w.Helps = changeWords(b.pen, st.g, in.Change)
	}
	for _, s := range in.Starved {
		w.Starved = append(w.Starved, st.node[s.Node])
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

func (b *pageBuilder) findings(st *pageState, list []analyze.Finding) {
	for i := range list {
		f := &list[i]
		w := page.Finding{
			Rule: f.Rule, Severity: f.Severity.String(), Message: said(f), Hint: f.Hint, Page: rulePage(f.Rule),
			Services: st.numbers(f.Services), Gone: st == b.before, Places: placesOf(f.Origins),
		}
		for k := range f.Each {
			w.Each = append(w.Each, page.One{Message: f.Each[k].Message, Services: st.numbers(f.Each[k].Services), Places: placesOf(f.Each[k].Origins)})
		}
		b.data.Findings = append(b.data.Findings, w)
	}
}
