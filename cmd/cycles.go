package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newCycles(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cycles [source...]",
		Short: "Show cycles of calls, and which calls to cut.",
		Long: `Services that call each other in a circle are one cycle. It is shown with one
shortest loop, the retry amplification around it, and the cheapest set of calls
to cut so that no loop is left. A call is cheap to cut if its evidence is weak,
if an event could replace it (the protocol of a broker, a method that only
sends, a broker that both sides use), or if it is optional; among equals, the
one that traces show least. If all calls of a cycle are synchronous, loops that
an event closes may remain.

For up to 20 services in a cycle, not counting calls whose choice is forced, the
set is optimal; for more it is the best one found. The output says which.`,
		Example: `weir cycles deploy/
weir cycles deploy/ traces.json
weir cycles deploy/ -o dot | dot -Tsvg > cycles.svg`,
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCycles(r, filter, args) }
	return cmd
}

func runCycles(r *run, filter *callFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Cycles: analyze.Loops(filter.scope(g))}, render.View{})
}
