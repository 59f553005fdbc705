package cmd

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A callFilter selects the calls that an answer is computed from, by their evidence.
type callFilter struct {
	minStrength string // word for a graph.Strength
	only        string // "declared", "observed", "both" at once, "code", "" for all
}

// addFilterFlags adds the flags that select calls by their evidence. The default
// strength is the command's choice: a picture may show calls that are only allowed, an
// analysis must not depend on them.
func addFilterFlags(cmd *cobra.Command, least graph.Strength) *callFilter {
	f := &callFilter{}
	before := flagNames(cmd)
	addChoice(cmd, &f.minStrength, "min-strength", least.String(),
		"ignore calls with weaker `evidence`: strong, weak, allowed", graph.Strengths...)
	addChoice(cmd, &f.only, "only", "", "use only calls of this `kind`: declared, observed, both, code (in source code)", "declared", "observed", "both", "code")
	setGroup(cmd, before, groupInput)
	return f
}

// strength is the minimum strength of a call.
func (f *callFilter) strength() graph.Strength {
	return graph.Strength(slices.Index(graph.Strengths, f.minStrength))
}

// checkObserved returns the misuse of asking for observed calls of inputs in which nothing is
// observed.
func (r *run) checkObserved(g *graph.Graph) error {
	only := r.command.Flags().Lookup("only")
	if only == nil || only.Value.String() != "observed" && only.Value.String() != "both" || g.Coverage().Spans.Spans > 0 {
		return nil
	}
	for e := range graph.Edge(g.Calls()) {
		if g.Call(e).Observed {
			return nil
		}
	}
	return misuse("add traces or a service graph to the sources", "--only %s: no call is observed in the inputs", only.Value)
}

// apply is g with only the calls that the flags select.
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
		case f.only == "code":
			return g.Call(c).InCode
		}
		return true
	})
}

// alone is apply as a graph by itself, for reports about it and not about a part of g.
func (f *callFilter) alone(g *graph.Graph) *graph.Graph { return f.apply(g).Apart() }

// scope is the part of g that answers are computed from: of the selected calls, those
// that propagate failures.
func (f *callFilter) scope(g *graph.Graph) *graph.Graph {
	return analyze.Scope(f.apply(g), f.strength())
}
