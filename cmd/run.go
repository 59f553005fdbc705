package cmd

import (
	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A run is one execution of weir: where it talks, what the flags that commands
// share say, and what happened on the way to the exit code.
type run struct {
	console

	configPath string
	namespace  string
	quiet      bool
	verbose    bool
	outputs    []string
	color      string
	evidence   evidence

	command   *cobra.Command // from prepare on, as the next two
	config    *config
	outputsTo []output
	failed    bool // some input could not be read
}

// prepare completes the flags from the environment, and checks what can be wrong
// before anything is read. Flags win over the environment, and this over the
// configuration.
func (r *run) prepare(cmd *cobra.Command) error {
	r.command = cmd
	if err := setFromEnvironment(cmd); err != nil {
		return err
	}
	var err error
	if cmd.Flags().Lookup("output") != nil {
		if r.outputsTo, err = parseOutputs(r.outputs); err != nil {
			return err
		}
	}
	r.config = &config{}
	if cmd.Flags().Lookup("config") != nil {
		r.config, err = readConfig(findConfig(r.configPath))
	}
	return err
}

// An evidence says which calls an answer is computed from.
type evidence struct {
	least string // word for a graph.Strength
	only  string // "declared", "observed", "" for both
}

// addEvidenceFlags adds the flags that choose calls by what proves them.
func (r *run) addEvidenceFlags(cmd *cobra.Command, least graph.Strength) {
	before := flagNames(cmd)
	addChoice(cmd, &r.evidence.least, "min-strength", least.String(),
		"leave calls with weaker `evidence` out: strong, weak, allowed", graph.Strengths...)
	addChoice(cmd, &r.evidence.only, "only", "", "look at `declared` calls only, or at observed ones", "declared", "observed")
	setGroup(cmd, before, groupInput)
}

// strength is the least strength that counts.
func (e evidence) strength() graph.Strength {
	for i, word := range graph.Strengths {
		if word == e.least {
			return graph.Strength(i)
		}
	}
	return graph.Weak
}

// calls is the part of g that answers are computed from.
func (e evidence) calls(g *graph.Graph) *graph.Graph {
	return analyze.Scope(e.chosen(g), e.strength())
}

// chosen is g without the calls that --only leaves out.
func (e evidence) chosen(g *graph.Graph) *graph.Graph {
	switch e.only {
	case "declared":
		return g.Where(func(c graph.Edge) bool { return g.Call(c).Declared })
	case "observed":
		return g.Where(func(c graph.Edge) bool { return g.Call(c).Observed })
	}
	return g
}
