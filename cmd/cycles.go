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
loop and with the call whose removal frees the most services.`,
		Example: `weir cycles deploy/
weir cycles deploy/ -o dot | dot -Tsvg > cycles.svg`,
	}
	evidence := addEvidenceFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCycles(r, evidence, args) }
	return cmd
}

func runCycles(r *run, evidence *evidence, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Cycles: analyze.Loops(evidence.calls(g))}, render.View{})
}
