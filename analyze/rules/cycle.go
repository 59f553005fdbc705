package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// cutHint names the calls that are cheapest to cut to break the loops of a cycle.
func cutHint(g *graph.Graph, c analyze.Cycle) string {
	first := c.Cuts[0]
	if first.From == first.To {
		return fmt.Sprintf("handle the call of %s to itself within the process, or replace it by an event", g.ID(first.From))
	}
	var calls []string
	for _, cut := range c.Cuts[:min(len(c.Cuts), fewCuts)] {
		calls = append(calls, g.ID(cut.From)+" to "+g.ID(cut.To))
	}
	if len(c.Cuts) == 1 {
		return cutAdvice(first, calls[0]) + "; that breaks the cycle"
	}
	hint := fmt.Sprintf("cut %d calls to break the cycle, cheapest %s", len(c.Cuts), english.List(calls))
	if len(c.Cuts) > fewCuts {
		hint = fmt.Sprintf("cut %d calls to break the cycle, cheapest among them %s", len(c.Cuts), english.List(calls))
	}
	return hint + ": replace them by events, or pass the data in the request"
}

// portions writes which calls of a loop are made for a part of the requests only.
func portions(g *graph.Graph, loop []graph.Node) string {
	words := ""
	for _, e := range analyze.CallsAlong(g, append(slices.Clip(loop), loop[0])...) {
		if p := analyze.Portion(g, e); p != "" {
			words += fmt.Sprintf("; %s calls %s %s", g.ID(g.From(e)), g.ID(g.To(e)), p)
		}
	}
	return words
}

// fewCuts is the most calls to cut that a hint names.
const fewCuts = 3

// cutAdvice writes how to cut a call, which is named "a to b".
func cutAdvice(cut analyze.Cut, call string) string {
	switch cut.Reason {
	case analyze.CutDoubtful:
		return fmt.Sprintf("verify the call of %s, which has only weak evidence, and remove it", call)
	case analyze.CutSoft:
		return fmt.Sprintf("remove the call of %s (%s), or replace it by an event", call, cut.Why)
	case analyze.CutAsyncAble:
		return fmt.Sprintf("replace the call of %s by an event (%s)", call, cut.Why)
	}
	return fmt.Sprintf("replace the call of %s by an event, or pass the data in the request", call)
}
