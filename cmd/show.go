package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newShow(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show <service> [source...]",
		Short: "Show everything about one service.",
		Long: `Its role, its callers and callees with places, the effective policies of its
calls, its blast radius, the services it requires, and its findings.`,
		Example: `weir show payments deploy/
weir show shop/payments deploy/ -o json`,
		Args:              needs("a service"),
		ValidArgsFunction: r.completeServices(1),
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runShow(r, filter, args[0], args[1:]) }
	return cmd
}

func runShow(r *run, filter *callFilter, name string, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	service, err := find(g, name)
	if err != nil {
		return err
	}
	scope := filter.scope(g)
	check := r.checkShowing(filter.apply(g), rules.Selection{Services: []graph.Node{service}})
	focus := analyze.DescribeService(g, scope, service, check)
	return r.write(&analyze.Report{Graph: g, Focus: focus}, render.View{})
}
