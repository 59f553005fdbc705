package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newFanout(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fanout [source...]",
		Short: "Show hubs, hot spots and the depth of call chains.",
		Long: `For every service: how many services it calls (fan-out), how many call it
(fan-in), the longest chain of calls below it, its role, and the availability
that its dependencies allow if objectives ("slo") are declared. And the services
that entry points reach only through one other service.`,
		Example: `weir fanout deploy/
weir fanout deploy/ -o json | jq '.fan.services[0]'`,
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runFanout(r, filter, args) }
	return cmd
}

func runFanout(r *run, filter *callFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Fan: analyze.Metrics(filter.scope(g))}, render.View{})
}
