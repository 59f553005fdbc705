package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newShow(r *run) *cobra.Command {
	var why bool
	cmd := &cobra.Command{
		Use:   "show <service> [source...]",
		Short: "Show everything about one service.",
		Long: `Its role, its callers and callees with places, the effective policies of its
calls, its blast radius, the services it requires, and its findings. --why shows
for each bound of a call the settings of all layers and what each of them does.`,
		Example: `weir show payments deploy/
weir show shop/payments deploy/ --why
weir show shop/payments deploy/ -o json`,
		Args:              needs("a service"),
		ValidArgsFunction: r.completeServices(1),
	}
	addWhyFlag(cmd, &why)
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runShow(r, filter, why, args[0], args[1:]) }
	return cmd
}

func runShow(r *run, filter *callFilter, why bool, name string, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	service, err := find(g, name)
	if err != nil {
		return err
	}
	scope := filter.scope(g)
	check := r.checkShowing(filter.alone(g), rules.Selection{Services: []graph.Node{service}})
	focus := analyze.DescribeService(g, scope, service, check)
	if why {
		rules.Explain(g, scope, focus.Matrix)
	}
	return r.write(&analyze.Report{Graph: g, Focus: focus}, render.View{})
}
