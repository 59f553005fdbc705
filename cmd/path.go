package cmd

import (
	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newPath(r *run) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "path <from> <to> [source...]",
		Short: "Show how two services are connected.",
		Long:  `The shortest chains of calls between two services, in both directions.`,
		Example: `weir path web payments deploy/
weir path web payments deploy/ --min-strength strong`,
		Args:              needs("a service", "a second service"),
		ValidArgsFunction: r.completeServices(2),
	}
	filter := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runPath(r, filter, args[0], args[1], args[2:]) }
	return cmd
}

func runPath(r *run, filter *callFilter, from, to string, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	ends, err := findAll(g, []string{from, to})
	if err != nil {
		return err
	}
	path := analyze.Paths(filter.scope(g), ends[0], ends[1])
	return r.write(&analyze.Report{Graph: g, Path: path}, render.View{})
}
