package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

// blastOptions are the flags of blast: which services fail, and how.
type blastOptions struct {
	mode     failureMode
	fail     serviceSelector
	overload bool
	depth    int

	filter *callFilter
}

func newBlast(r *run) *cobra.Command {
	o := &blastOptions{}
	var moved []*movedFlag
	cmd := &cobra.Command{
		Use:   "blast <service>[,<service>...] [source...]",
		Short: "Show what fails when a service fails.",
		Long: `Shows each affected service with the effect: it fails, it degrades (incomplete
answers) or it is slow; and the policies that protect a service. The policies
of each call count: timeouts, retries, breakers, limits, fallbacks, caches. A
call without a declared policy is unprotected.`,
		Example: `weir blast payments deploy/
weir blast payments,orders deploy/
weir blast payments deploy/ --mode hang
weir blast payments deploy/ --mode slow=2s
weir blast payments deploy/ --mode partial=1/3
weir blast --fail namespace=shop deploy/
weir blast payments deploy/ --depth 2
weir blast payments deploy/ -o dot | dot -Tsvg > payments.svg`,
		ValidArgsFunction: r.completeServices(1),
		Args: func(cmd *cobra.Command, args []string) error {
			if m := chosenMoved(moved); o.fail != nil || m != nil && m.name != "contracts" {
				return nil
			}
			return needs("a service")(cmd, args)
		},
	}
	addCount(cmd, &o.depth, "depth", "stop after `n` calls (default: no limit)")
	o.mode.word = "stop"
	cmd.Flags().Var(&o.mode, "mode", "failure `mode`: "+strings.Join(analyze.Modes, ", "))
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(analyze.Modes, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().Var(&o.fail, "fail", "all services with `key=value` fail, instead of named ones: "+strings.Join(analyze.Selectors, ", ")+"; repeatable")
	cmd.Flags().BoolVar(&o.overload, "assume-overload", false, "also treat services overloaded by retries as slow")
	o.filter = addFilterFlags(cmd, graph.Weak)
	moved = addMovedFlags(r, cmd, o.filter)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if m := chosenMoved(moved); m != nil {
			return runMoved(r, m, cmd, args)
		}
		if o.fail != nil {
			return takesNoService("--fail", args, runBlast(r, o, args, o.fail.services))
		}
		several, err := splitNames(args[0])
		if err != nil {
			return err
		}
		return runBlast(r, o, args[1:], func(g *graph.Graph) ([]graph.Node, error) { return findAll(g, several) })
	}
	return cmd
}

// runBlast simulates a failure of the services that choose returns.
func runBlast(r *run, o *blastOptions, sources []string, choose func(*graph.Graph) ([]graph.Node, error)) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	failed, err := choose(g)
	if err != nil {
		return err
	}
	s := analyze.Scenario{Mode: o.mode.word, Inject: map[graph.Node]failure.Injection{}, Overload: o.overload}
	for _, v := range failed {
		s.Inject[v] = o.mode.inject
	}
	incident := analyze.Simulate(o.filter.scope(g), s)
	return r.write(&analyze.Report{Graph: g, Impacts: []analyze.Incident{incident}}, render.View{Depth: o.depth})
}
