package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// cutHint names the calls that are best cut to end the loops of a cycle.
func cutHint(g *graph.Graph, c analyze.Cycle) string {
	first := c.Cuts[0]
	if first.From == first.To {
		return fmt.Sprintf("let %s do the work within one request, or hand it over by an event", g.ID(first.From))
	}
	var calls []string
	for _, cut := range c.Cuts[:min(len(c.Cuts), fewCuts)] {
		calls = append(calls, g.ID(cut.From)+" to "+g.ID(cut.To))
	}
	if len(c.Cuts) == 1 {
		return cutAdvice(first, calls[0]) + "; that breaks the cycle"
	}
	hint := fmt.Sprintf("remove %d calls to break all cycles, cheapest %s", len(c.Cuts), english.List(calls))
	if len(c.Cuts) > fewCuts {
		hint = fmt.Sprintf("remove %d calls to break all cycles, cheapest among them %s", len(c.Cuts), english.List(calls))
	}
	return hint + ": make them events, or pass the data in the request"
}

// fewCuts are told by name.
const fewCuts = 3

// cutAdvice says how to cut a call, which is told as "a to b".
func cutAdvice(cut analyze.Cut, call string) string {
	switch cut.Reason {
	case analyze.CutDoubtful:
		return fmt.Sprintf("find out whether the call of %s is made at all, for which there is only weak evidence, and end it", call)
	case analyze.CutSoft:
		return fmt.Sprintf("end the call of %s (%s), or replace it by an event", call, cut.Why)
	case analyze.CutAsyncAble:
		return fmt.Sprintf("replace the call of %s by an event (%s)", call, cut.Why)
	}
	return fmt.Sprintf("replace the call of %s by an event, or pass the data in the request", call)
}
