package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newContracts(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contracts <service>[,<service>...] [source...]",
		Short: "List the services to test a change with.",
		Long: `The contracts of a service: its callers and what they request, its dependencies
and what it requests from them, producers and consumers of the topics it uses,
and services that share a database with it.`,
		Example: `weir contracts payments deploy/
weir contracts payments,orders deploy/
weir contracts payments deploy/ -o json`,
		Args:              needs("a service"),
		ValidArgsFunction: r.completeServices(1),
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runContracts(r, filter, args[0], args[1:]) }
	return cmd
}

func runContracts(r *run, filter *callFilter, list string, sources []string) error {
	names, err := splitNames(list)
	if err != nil {
		return err
	}
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	services, err := findAll(g, names)
	if err != nil {
		return err
	}
	contracts := []analyze.Contracts{}
	for _, v := range services {
		contracts = append(contracts, analyze.FindContracts(g, filter.scope(g), v))
	}
	return r.write(&analyze.Report{Graph: g, Contracts: contracts}, render.View{})
}
