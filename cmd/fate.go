package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newFate(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fate [source...]",
		Short: "List services that share fate.",
		Long: `Services share fate when they depend on the same database, cache, broker, topic
or external host, or run on the same node, in the same zone or namespace: they
fail together when it is down. Fallbacks that fail together with the call they
replace come first.`,
		Example: `weir fate deploy/
weir fate deploy/ -o json | jq '.sharedFates[0]'`,
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return takesNoService(cmd.Name(), args, runFate(r, filter, args))
	}
	return cmd
}

func runFate(r *run, filter *callFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Fates: analyze.SharedFates(filter.scope(g))}, render.View{})
}
