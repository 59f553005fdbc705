package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/render/pen"
)

// writeFocus writes one service in perspective: what it is, whom it calls, who calls
// it, what its failure does, and what is wrong with it.
func writeFocus(p *pen.Pen, g *graph.Graph, f *analyze.Focus, verbose bool) {
	s := g.Service(f.Node)
	p.Line(p.Strong(pen.Clean(s.ID)) + "  " + s.Kind.String() + ", " + roleWords(s.Role))
	for _, fact := range serviceFacts(p, s) {
		p.Prose("  ", pen.PlainStyle, fact)
	}
	writePlaces(p, s.Origins, verbose)

	writeEdges(p, g, f.Matrix, edgeHead("calls", len(f.Calls), "fan-out", f.Row.Out), f.Calls, g.To)
	writeEdges(p, g, f.Matrix, edgeHead("called by", len(f.Called), "fan-in", f.Row.In), f.Called, g.From)

	for i := range f.Matrix.Rows {
		if r := &f.Matrix.Rows[i]; len(r.Layers) > 0 || len(r.Hidden) > 0 {
			p.Line("")
			writeLayersOf(p, g, r)
		}
	}

	p.Line("")
	p.Prose("", pen.PlainStyle, incidentHeadline(p, g, &f.Impact))
	if len(f.Impact.Victims) > 0 {
		p.Prose("  ", pen.PlainStyle, strings.Join(victimList(p, g, &f.Impact), ", "))
	}
	switch needs := strings.Join(ids(g, f.Needs), ", "); len(f.Needs) {
	case 0:
		p.Line("needs no other service to answer")
	case 1:
		p.Prose("", pen.PlainStyle, "fails with the one service it needs: "+needs)
	default:
		p.Prose("", pen.PlainStyle, fmt.Sprintf("fails with any of %s it needs: %s", english.Count(len(f.Needs), "service"), needs))
	}
	if words := availableWords(g, f.Row.Available); words != "" {
		p.Prose("", pen.PlainStyle, words)
	}
	if f.Cycle != nil {
		p.Line("")
		writeCycle(p, g, f.Cycle)
	}
	for i := range f.Findings {
		p.Line("")
		writeFinding(p, &f.Findings[i], verbose)
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

// serviceFacts are what the inputs say of a service itself, a clause each.
func serviceFacts(p *pen.Pen, s *graph.Service) []string {
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
			about = append(about, pair[0]+" "+pen.Clean(pair[1]))
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
			facts = append(facts, names.head+strings.Join(pen.CleanAll(names.names), ", "))
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
			words = append(words, "disruption keeps "+pen.Clean(b.MinAvailable))
		case b.MaxUnavailable != "":
			words = append(words, "disruption takes at most "+pen.Clean(b.MaxUnavailable))
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

// edgeHead counts calls and, where calls to itself or of classes that do not count
// make a difference, the services that are a fan.
func edgeHead(verb string, calls int, fan string, services int) string {
	if calls == services {
		return fmt.Sprintf("%s %d", verb, calls)
	}
	return fmt.Sprintf("%s %d, %s %d", verb, calls, fan, services)
}

// writeEdges writes a table of calls under a head; far is the other end of each.
func writeEdges(p *pen.Pen, g *graph.Graph, m *analyze.Matrix, head string, edges []graph.Edge, far func(graph.Edge) graph.Node) {
	p.Line("")
	p.Line(p.Strong(head))
	if len(edges) == 0 {
		return
	}
	rows := make([][]string, len(edges))
	for i, e := range edges {
		c := g.Call(e)
		place := ""
		if len(c.Evidence) > 0 {
			place = pen.Clean(c.Evidence[0].Origin.String())
		}
		rows[i] = []string{"  " + pen.Clean(g.ID(far(e))), callQualities(c), evidenceWords(c), observedWords(g.Observed(e)), protectionWords(m, g.Whole(e)), place}
	}
	columns := []pen.Column{
		{Head: "  SERVICE"}, {Head: "CALL"}, {Head: "EVIDENCE", Wrap: true}, {Head: "OBSERVED", Wrap: true}, {Head: "POLICY", Wrap: true},
		{Head: "PLACE", Style: func(int) pen.Style { return pen.FaintStyle }},
	}
	p.Table(pen.DropEmpty(columns, rows))
}

// callQualities is "sync http, soft", with the class where it is not a plain call.
func callQualities(c graph.Call) string {
	words := []string{strings.TrimSpace(c.Mode.String() + " " + pen.CleanOr(c.Protocol))}
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
		words = append(words, pen.CleanOr(c.Evidence[0].Way))
	}
	if more := len(c.Evidence) - 1; more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// victimList names everybody whom an incident concerns, each with how.
func victimList(p *pen.Pen, g *graph.Graph, in *analyze.Incident) []string {
	words := make([]string, len(in.Victims))
	for i := range in.Victims {
		v := &in.Victims[i]
		words[i] = pen.Clean(g.ID(v.Node)) + " " + p.Paint(labelStyle(v.Label), labels[v.Label].one)
	}
	return words
}
