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
		return fmt.Sprintf("let %s do within one request what it asks itself for, or hand it over by an event", g.ID(first.From))
	}
	var calls []string
	for _, cut := range c.Cuts[:min(len(c.Cuts), fewCuts)] {
		calls = append(calls, g.ID(cut.From)+" to "+g.ID(cut.To))
	}
	if len(c.Cuts) == 1 {
		return cutAdvice(first, calls[0]) + "; no loop is left then"
	}
	hint := fmt.Sprintf("%d calls have to go to leave no loop, cheapest %s", len(c.Cuts), english.List(calls))
	if len(c.Cuts) > fewCuts {
		hint = fmt.Sprintf("%d calls have to go to leave no loop, cheapest among them %s", len(c.Cuts), english.List(calls))
	}
	return hint + ": make them events, or send along what they ask for"
}
