package render

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

func writeIncidents(p *pen.Pen, g *graph.Graph, incidents []analyze.Incident, depth int) {
	for i := range incidents {
		if i > 0 {
			p.Line("")
		}
		writeIncident(p, g, &incidents[i], depth)
	}
}

// writeIncident writes the headline, below it the affected services as a tree of callers,
// each below the service whose failure reaches it, and notes.
func writeIncident(p *pen.Pen, g *graph.Graph, in *analyze.Incident, depth int) {
	p.Prose("", pen.PlainStyle, incidentHeadline(p, g, in))
	if len(in.Victims) > 0 {
		writeVictims(p, g, in, depth)
	}
	var notes []string
	for _, note := range []string{
		entryPointWords(p, g, in), trafficWords(g, in.Traffic), noEventsWords(g, in), withoutPolicyWords(in), noBreakerWords(g, in), assumedWords(in),
	} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	notes = append(notes, loadsWords(p, g, in)...)
	for _, s := range in.Shifts {
		if analyze.Overloads(s) {
			notes = append(notes, shiftWords(p, g, s))
		}
	}
	if in.Change != nil {
		notes = append(notes, changeWords(p, g, in.Change))
	}
	if len(notes) > 0 {
		p.Line("")
	}
	for _, note := range notes {
		p.Prose("", pen.PlainStyle, note)
	}
}

// entryPointWords name the affected entry points and services of tier 1.
func entryPointWords(p *pen.Pen, g *graph.Graph, in *analyze.Incident) string {
	var words []string
	if n := len(in.Entries); n > 0 {
		words = append(words, english.Count(n, "entry point")+" ("+shortList(ids(g, in.Entries))+")")
	}
	if n := len(in.Critical); n > 0 {
		words = append(words, english.Count(n, "service")+" of tier 1 ("+shortList(ids(g, in.Critical))+")")
	}
	if len(words) == 0 {
		return ""
	}
	return "affected: " + english.List(words)
}

// trafficWords are the share of the observed calls that are affected.
func trafficWords(g *graph.Graph, t *analyze.Traffic) string {
	if t == nil {
		return ""
	}
	s := fmt.Sprintf("observed: %s of calls (%s of %s) go to a service that fails or is affected", shareText(t.Hit, t.Calls), amountText(t.Hit), amountText(t.Calls))
	if t.Entry > 0 {
		s += fmt.Sprintf(", and %s of the calls of entry points (%s)", shareText(t.EntryHit, t.Entry), shortList(ids(g, t.Entries)))
	}
	return s
}

// noEventsWords name the services that get no new events.
func noEventsWords(g *graph.Graph, in *analyze.Incident) string {
	if len(in.Starved) == 0 {
		return ""
	}
	words := make([]string, len(in.Starved))
	for i, s := range in.Starved {
		words[i] = pen.Clean(g.ID(s.Node)) + " (from " + pen.Clean(g.ID(s.Of))
		if s.Via != s.Of {
			words[i] += " through " + pen.Clean(g.ID(s.Via))
		}
		words[i] += ")"
	}
	return "unaffected, but without new events: " + shortList(words)
}

// withoutPolicyWords compare with the same failure without any policy.
func withoutPolicyWords(in *analyze.Incident) string {
	if in.Mode != "stop" && in.Mode != "hang" || in.Naive == 0 {
		return ""
	}
	worst := failure.State{Answers: failure.Failed}
	would := "fail"
	if in.Mode == "hang" {
		worst.Pace, would = failure.Hung, "hang"
	}
	as := 0
	for i := range in.Victims {
		if in.Victims[i].Steady == worst {
			as++
		}
	}
	if as == in.Naive {
		if !in.Bound {
			return "" // there is nothing to compare with
		}
		return "no policy protects a service"
	}
	return fmt.Sprintf("without any policy, %d would %s", in.Naive, would)
}

// noBreakerWords are for callers of services that hang, if nothing but their recovery ends that.
func noBreakerWords(g *graph.Graph, in *analyze.Incident) string {
	if !in.Stays || in.Mode != "hang" {
		return ""
	}
	until := "the failed services recover"
	if len(in.Failed) == 1 {
		until = pen.Clean(g.ID(in.Failed[0])) + " recovers"
	}
	opens := "opens"
	if slices.ContainsFunc(in.Victims, func(v failure.Victim) bool {
		return slices.ContainsFunc(v.Hop.Actions, func(d failure.Action) bool { return d.Unsure })
	}) {
		opens = "is sure to open"
	}
	return "no breaker " + opens + ": callers wait until " + until
}

func assumedWords(in *analyze.Incident) string {
	n := 0
	for i := range in.Victims {
		if in.Victims[i].Assumed {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("assumed for %s: no policy where the inputs declare none", english.Count(n, "service"))
}

// manyLoads is how many services are listed with the load of retries.
const manyLoads = 3

// loadsWords are the additional load by retries, the greatest first; or that there is
// none, if the policies of the calls are known.
func loadsWords(p *pen.Pen, g *graph.Graph, in *analyze.Incident) []string {
	var words []string
	for i := range in.Loads[:min(len(in.Loads), manyLoads)] {
		words = append(words, loadWords(p, g, &in.Loads[i]))
	}
	if more := len(in.Loads) - manyLoads; more > 0 {
		words = append(words, fmt.Sprintf("load: retries also multiply requests to %s", english.Count(more, "other failed service")))
	}
	if len(in.Loads) == 0 && in.Bound && in.Mode != "degraded" && in.Suffering() > 0 {
		none := "load: no retries, so no amplification"
		if in.Retried {
			none = "load: with all retries, no failed service can receive more than one request for one"
		}
		words = append(words, none)
	}
	return words
}

// shiftWords are for members of a pool that get the requests of the lost ones.
func shiftWords(p *pen.Pen, g *graph.Graph, s failure.Shift) string {
	carry := " carry "
	if len(s.Services) == 1 {
		carry = " carries "
	}
	return "load: " + shortList(ids(g, s.Services)) + carry + english.Number(math.Round(s.Factor*10)/10) + "x the load from " +
		pen.Clean(g.ID(s.Caller)) + ": " + p.Paint(pen.YellowStyle, "overload is likely")
}

func loadWords(p *pen.Pen, g *graph.Graph, l *analyze.Load) string {
	s := fmt.Sprintf("load: with all retries, %s can receive %s", pen.Clean(g.ID(l.Node)), amplified(l.Factor))
	if len(l.Path) > 0 {
		s += ", over " + p.Chain(ids(g, l.Path))
	}
	if n := len(l.Also); n > 0 {
		s += fmt.Sprintf("; the same holds for %s behind it", english.Count(n, "service"))
	}
	if l.Overload {
		s += ": " + p.Paint(pen.YellowStyle, "overload is likely")
	}
	return s
}

func changeWords(p *pen.Pen, g *graph.Graph, c *analyze.Change) string {
	from, to := pen.Clean(g.ID(g.From(c.Call))), []graph.Node{g.To(c.Call)}
	for _, e := range c.Also {
		to = append(to, g.To(e))
	}
	words := make([]string, len(c.Remedies))
	for i, r := range c.Remedies {
		words[i] = []string{
			failure.AddTimeout: "a timeout", failure.AddFallback: "a fallback",
			failure.MakeOptional: "an optional call", failure.AddTimeoutAndFallback: "a timeout and a fallback",
		}[r]
	}
	var at graph.Origin
	if len(c.Also) > 0 {
		at = g.Groups()[g.GroupsWith(c.Call)[0]].Origin
	} else if evidence := g.Call(c.Call).Evidence; len(evidence) > 0 {
		at = evidence[0].Origin
	}
	place := ""
	if at.File() != "" {
		place = p.Faint(" (" + fileLine(at) + ")")
	}
	return fmt.Sprintf("most effective on %s %s %s%s: %s; then %s", from, p.Arrow(), shortList(ids(g, to)), place, strings.Join(words, ", or "), remainingWords(c))
}

// remainingWords are the services that are still affected after a change.
func remainingWords(c *analyze.Change) string {
	switch {
	case c.Failed == 0 && c.Degraded == 0:
		return "none fails or degrades"
	case c.Failed == 0:
		return "none fails and " + labelled(failure.Degrades, c.Degraded)
	case c.Degraded == 0:
		return labelled(failure.Fails, c.Failed)
	}
	return labelled(failure.Fails, c.Failed) + " and " + labelled(failure.Degrades, c.Degraded)
}
