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
		Short: "Show the loops of calls.",
		Long: `Services that call each other in a circle are one cycle, shown with one shortest
loop, what retries make of an error on its way around, and the cheapest calls
to cut so that no loop is left. A call is cheap to cut if only weak evidence
tells of it, if an event could do its work (a broker's protocol, a method that
only sends, a broker that both sides use), or if its caller can do without; of
equals, if traces show it least. Where callers wait all around, loops that an
event closes may stay.

Of up to 20 services that hang together, calls that decide themselves left out,
the set is the cheapest there is; of more it is the best that was found, and
the output says which.`,
		Example: `weir cycles deploy/
weir cycles deploy/ traces.json
weir cycles deploy/ -o dot | dot -Tsvg > cycles.svg`,
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCycles(r, filter, args) }
	return cmd
}

func runCycles(r *run, filter *callFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Cycles: analyze.Loops(filter.calls(g))}, render.View{})
}
