package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// An evidence says which calls an answer is computed from, by what proves them.
type evidence struct {
	least string // word for a graph.Strength
	only  string // "declared", "observed", "both" at once, "" for all
}

// addEvidenceFlags adds the flags that choose calls by their evidence. A picture
// may show what is merely allowed, an answer is not to be built on it: the
// strength that is asked for unless a user says otherwise is the command's to
// choose.
func addEvidenceFlags(cmd *cobra.Command, least graph.Strength) *evidence {
	e := &evidence{}
	before := flagNames(cmd)
	addChoice(cmd, &e.least, "min-strength", least.String(),
		"leave calls with weaker `evidence` out: strong, weak, allowed", graph.Strengths...)
	addChoice(cmd, &e.only, "only", "", "look only at calls of this `kind`: declared, observed, both", "declared", "observed", "both")
	setGroup(cmd, before, groupInput)
	return e
}

// strength is the least strength that counts.
func (e *evidence) strength() graph.Strength {
	return graph.Strength(slices.Index(graph.Strengths, e.least))
}

// chosen is g with only the calls whose evidence is as asked for.
func (e *evidence) chosen(g *graph.Graph) *graph.Graph {
	least := e.strength()
	return g.Where(func(c graph.Edge) bool {
		switch {
		case g.Strength(c) < least:
			return false
		case e.only == "declared":
			return g.Call(c).Declared
		case e.only == "observed":
			return g.Call(c).Observed
		case e.only == "both":
			return g.Call(c).Declared && g.Call(c).Observed
		}
		return true
	})
}

// calls is the part of g that answers are computed from: of the calls chosen,
// those that failure travels along.
func (e *evidence) calls(g *graph.Graph) *graph.Graph {
	return analyze.Scope(e.chosen(g), e.strength())
}
