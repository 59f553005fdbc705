package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newRank(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rank [source...]",
		Short: "Rank services by blast radius.",
		Long: `For every service: how many services call it directly or over others, how many
of them fail with it because they need its answer, and how many call it
directly. Policies do not count here; weir blast simulates one failure with
them.`,
		Example: `weir rank deploy/
weir rank deploy/ --min-strength strong
weir rank deploy/ -o json | jq '.ranking[0]'`,
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return takesNoService(cmd.Name(), args, runRank(r, filter, args))
	}
	return cmd
}

func runRank(r *run, filter *callFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Ranking: analyze.BlastAll(filter.scope(g))}, render.View{})
}
