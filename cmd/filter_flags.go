package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A callFilter chooses the calls that an answer is computed from, by their evidence.
type callFilter struct {
	minStrength string // word for a graph.Strength
	only        string // "declared", "observed", "both" at once, "" for all
}

// addFilterFlags adds the flags that choose calls by their evidence. A picture
// may show what is merely allowed, an answer is not to be built on it: the
// strength that is asked for unless a user says otherwise is the command's to
// choose.
func addFilterFlags(cmd *cobra.Command, least graph.Strength) *callFilter {
	f := &callFilter{}
	before := flagNames(cmd)
	addChoice(cmd, &f.minStrength, "min-strength", least.String(),
		"ignore calls with weaker `evidence`: strong, weak, allowed", graph.Strengths...)
	addChoice(cmd, &f.only, "only", "", "use only calls of this `kind`: declared, observed, both", "declared", "observed", "both")
	setGroup(cmd, before, groupInput)
	return f
}

// strength is the least strength that counts.
func (f *callFilter) strength() graph.Strength {
	return graph.Strength(slices.Index(graph.Strengths, f.minStrength))
}

// apply is g with only the calls whose evidence is as asked for.
func (f *callFilter) apply(g *graph.Graph) *graph.Graph {
	least := f.strength()
	return g.Where(func(c graph.Edge) bool {
		switch {
		case g.Strength(c) < least:
			return false
		case f.only == "declared":
			return g.Call(c).Declared
		case f.only == "observed":
			return g.Call(c).Observed
		case f.only == "both":
			return g.Call(c).Declared && g.Call(c).Observed
		}
		return true
	})
}

// scope is the part of g that answers are computed from: of the calls chosen,
// those that failure travels along.
func (f *callFilter) scope(g *graph.Graph) *graph.Graph {
	return analyze.Scope(f.apply(g), f.strength())
}
