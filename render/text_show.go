package render

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// focus writes one service in perspective: what it is, whom it calls, who calls
// it, what its failure does, and what is wrong with it.
func (p *pen) focus(g *graph.Graph, f *analyze.Focus, verbose bool) {
	s := g.Service(f.Node)
	p.line(p.strong(clean(s.ID)) + "  " + s.Kind.String() + ", " + roleWords(s.Role))
	for _, fact := range p.facts(s) {
		p.prose("  ", plainStyle, fact)
	}
	p.places(s.Origins, verbose)

	p.edges(g, f.Matrix, edgeHead("calls", len(f.Calls), "fan-out", f.Row.Out), f.Calls, g.To)
	p.edges(g, f.Matrix, edgeHead("called by", len(f.Called), "fan-in", f.Row.In), f.Called, g.From)

	for i := range f.Matrix.Rows {
		if r := &f.Matrix.Rows[i]; len(r.Layers) > 0 || len(r.Hidden) > 0 {
			p.line("")
			p.chainOf(g, r)
		}
	}

	p.line("")
	p.prose("", plainStyle, p.incidentHeadline(g, &f.Impact))
	if len(f.Impact.Victims) > 0 {
		p.prose("  ", plainStyle, strings.Join(p.victimList(g, &f.Impact), ", "))
	}
	switch needs := strings.Join(ids(g, f.Needs), ", "); len(f.Needs) {
	case 0:
		p.line("needs no other service to answer")
	case 1:
		p.prose("", plainStyle, "fails with the one service it needs: "+needs)
	default:
		p.prose("", plainStyle, fmt.Sprintf("fails with any of %s it needs: %s", english.Count(len(f.Needs), "service"), needs))
	}
	if words := availableWords(g, f.Row.Available); words != "" {
		p.prose("", plainStyle, words)
	}
	if f.Cycle != nil {
		p.line("")
		p.cycle(g, f.Cycle)
	}
	for i := range f.Findings {
		p.line("")
		p.finding(&f.Findings[i], verbose)
	}
}

// roleWords says a role with its verbs, as the bare words are used both ways.
func roleWords(r graph.Role) string {
	return []string{
		graph.Isolated:   "isolated: calls nobody, called by nobody",
		graph.Upstream:   "upstream: called by others, calls nobody",
		graph.Downstream: "downstream: calls others, called by nobody",
		graph.Both:       "both upstream and downstream: calls others and is called by others",
	}[r]
}

// facts are what the inputs say of a service itself, a clause each.
func (p *pen) facts(s *graph.Service) []string {
	var facts, about []string
	if !s.Defined {
		facts = append(facts, "only addressed, no input declares it")
	}
	if s.Tier.Set() {
		about = append(about, "tier "+strconv.Itoa(s.Tier.Value))
	}
	for _, pair := range [][2]string{
		{"team", s.Team}, {"owner", s.Owner}, {"system", s.System}, {"lifecycle", s.Lifecycle}, {"namespace", s.Namespace},
	} {
		if pair[1] != "" {
			about = append(about, pair[0]+" "+clean(pair[1]))
		}
	}
	if s.SLO.Set() {
		about = append(about, "objective "+strconv.FormatFloat(s.SLO.Value, 'g', -1, 64)+" %")
	}
	switch entry, seen := s.Entry(); {
	case seen:
		about = append(about, fmt.Sprintf("entry point, as traces show (%s of %s begin here)", amountText(s.Served.Entries), english.Count(int(s.Served.Requests), "request")))
	case entry:
		about = append(about, "entry point")
	}
	facts = appendClause(facts, about)
	facts = appendClause(facts, runWords(s))
	for _, names := range []struct {
		head  string
		names []string
	}{{"versions ", s.Versions}, {"also known as ", s.Aliases}} {
		if len(names.names) > 0 {
			facts = append(facts, names.head+strings.Join(cleanAll(names.names), ", "))
		}
	}
	return facts
}

// runWords says how a service is run: replicas, scaling, disruption, probes.
func runWords(s *graph.Service) []string {
	var words []string
	if s.Replicas.Set() {
		w := english.Count(s.Replicas.Value, "replica")
		if s.Replicas.Provenance != policy.Explicit {
			w += " (" + s.Replicas.Provenance.String() + ")"
		}
		words = append(words, w)
	}
	if s.Scaling != nil {
		words = append(words, fmt.Sprintf("scaled between %d and %d", s.Scaling.Min, s.Scaling.Max))
	}
	if b := s.Disruption; b != nil {
		switch {
		case b.MinAvailable != "":
			words = append(words, "disruption keeps "+clean(b.MinAvailable))
		case b.MaxUnavailable != "":
			words = append(words, "disruption takes at most "+clean(b.MaxUnavailable))
		}
	}
	if s.Probes.Known {
		var probes []string
		for _, probe := range []struct {
			has  bool
			name string
		}{{s.Probes.Readiness, "readiness"}, {s.Probes.Liveness, "liveness"}, {s.Probes.Startup, "startup"}} {
			if probe.has {
				probes = append(probes, probe.name)
			}
		}
		if probes == nil {
			words = append(words, "no health check declared")
		} else {
			words = append(words, "checked for "+english.List(probes))
		}
	}
	return words
}

func appendClause(facts, words []string) []string {
	if words == nil {
		return facts
	}
	return append(facts, strings.Join(words, ", "))
}

func cleanAll(names []string) []string {
	cleaned := make([]string, len(names))
	for i, name := range names {
		cleaned[i] = clean(name)
	}
	return cleaned
}

// edgeHead counts calls and, where calls to itself or of classes that do not count
// make a difference, the services that are a fan.
func edgeHead(verb string, calls int, fan string, services int) string {
	if calls == services {
		return fmt.Sprintf("%s %d", verb, calls)
	}
	return fmt.Sprintf("%s %d, %s %d", verb, calls, fan, services)
}

// edges writes a table of calls under a head; far is the other end of each.
func (p *pen) edges(g *graph.Graph, m *analyze.Matrix, head string, edges []graph.Edge, far func(graph.Edge) graph.Node) {
	p.line("")
	p.line(p.strong(head))
	if len(edges) == 0 {
		return
	}
	rows := make([][]string, len(edges))
	for i, e := range edges {
		c := g.Call(e)
		place := ""
		if len(c.Evidence) > 0 {
			place = clean(c.Evidence[0].Origin.String())
		}
		rows[i] = []string{"  " + clean(g.ID(far(e))), callQualities(c), evidenceWords(c), observedWords(g.Observed(e)), protectionWords(m, g.Whole(e)), place}
	}
	columns := []column{
		{head: "  SERVICE"}, {head: "CALL"}, {head: "EVIDENCE", wrap: true}, {head: "OBSERVED", wrap: true}, {head: "POLICY", wrap: true},
		{head: "PLACE", style: func(int) lipgloss.Style { return faintStyle }},
	}
	p.table(dropEmpty(columns, rows))
}

// dropEmpty leaves out the columns in which no row has anything to say.
func dropEmpty(columns []column, rows [][]string) ([]column, [][]string) {
	var kept []column
	narrow := make([][]string, len(rows))
	for i, c := range columns {
		empty := true
		for _, row := range rows {
			empty = empty && row[i] == ""
		}
		if empty {
			continue
		}
		kept = append(kept, c)
		for r, row := range rows {
			narrow[r] = append(narrow[r], row[i])
		}
	}
	return kept, narrow
}

// callQualities is "sync http, soft", with the class where it is not a plain call.
func callQualities(c graph.Call) string {
	words := []string{strings.TrimSpace(c.Mode.String() + " " + cleanOr(c.Protocol))}
	if c.Need == graph.Soft {
		words = append(words, "soft")
	}
	if c.Class != graph.ClassCall {
		words = append(words, c.Class.String())
	}
	if c.Fallback {
		words = append(words, "fallback")
	}
	if c.Mirror {
		words = append(words, "mirror")
	}
	return strings.Join(words, ", ")
}

// evidenceWords is how a call showed itself, and how much that proves where it is
// not the most.
func evidenceWords(c graph.Call) string {
	var words []string
	if c.Strength != graph.Strong {
		words = append(words, c.Strength.String())
	}
	if c.Observed {
		words = append(words, "observed")
	}
	if len(c.Evidence) > 0 {
		words = append(words, cleanOr(c.Evidence[0].Way))
	}
	if more := len(c.Evidence) - 1; more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// victimList names everybody whom an incident concerns, each with how.
func (p *pen) victimList(g *graph.Graph, in *analyze.Incident) []string {
	words := make([]string, len(in.Victims))
	for i := range in.Victims {
		v := &in.Victims[i]
		words[i] = clean(g.ID(v.Node)) + " " + p.paint(labelStyle(v.Label), labels[v.Label].one)
	}
	return words
}
