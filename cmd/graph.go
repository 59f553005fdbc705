package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

// graphOptions are the flags of graph: which part of the graph is drawn, and how.
type graphOptions struct {
	focus    []string
	depth    int
	collapse string
	reduce   bool
	all      bool
	stamp    string
	filter   *callFilter
}

func newGraph(r *run) *cobra.Command {
	o := &graphOptions{}
	cmd := &cobra.Command{
		Use:   "graph [source...]",
		Short: "Show the graph of calls, or export it.",
		Long: `Calls with weak evidence, and calls that a policy merely allows, are marked. The
legend of a picture lists what was left out.`,
		Example: `weir graph deploy/
weir graph deploy/ -o svg=shop.svg
weir graph deploy/ --focus payments --depth 2 -o svg=payments.svg
weir graph deploy/ -o png=shop.png --color-by team --label policy
weir graph deploy/ -o text -o json=shop.json
weir graph --stamp git:HEAD -o json=shop.json`,
	}
	cmd.Flags().StringSliceVar(&o.focus, "focus", nil, "draw only services connected to `service`; repeatable")
	addCount(cmd, &o.depth, "depth", "stop `n` calls away from the focus (default: no limit)")
	addChoice(cmd, &o.collapse, "collapse", "", "draw one box for each `group`: "+strings.Join(render.CollapseChoices, ", "), render.CollapseChoices...)
	cmd.Flags().BoolVar(&o.reduce, "reduce", false, "omit calls that a longer chain implies")
	cmd.Flags().BoolVar(&o.all, "all", false, "draw telemetry, control and health calls too")
	cmd.Flags().StringVar(&o.stamp, "stamp", "", "write the age of the sources into JSON: `state` is git:HEAD or a time")
	_ = cmd.RegisterFlagCompletionFunc("focus", r.completeServices(1))
	o.filter = addFilterFlags(cmd, graph.Allowed)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runGraph(r, o, args) }
	return cmd
}

func runGraph(r *run, o *graphOptions, sources []string) error {
	if o.depth > 0 && len(o.focus) == 0 {
		return misuse("add --focus <service>", "--depth needs a service to start at")
	}
	made, err := r.stamp(o.stamp)
	if err != nil {
		return err
	}
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	focus, err := findAll(g, o.focus)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Drawn: true, Made: made}, render.View{
		Focus: focus, Depth: o.depth, Collapse: o.collapse, Reduce: o.reduce, All: o.all,
		Only: o.filter.only, MinStrength: o.filter.strength(),
	})
}
