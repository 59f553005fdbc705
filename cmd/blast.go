package cmd

import (
	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

// blastOptions say what fails, and how.
type blastOptions struct {
	all   bool
	mode  string
	depth int

	evidence *evidence
}

func newBlast(r *run) *cobra.Command {
	o := &blastOptions{}
	cmd := &cobra.Command{
		Use:   "blast <service>[,<service>...] [source...]",
		Short: "Show what fails when a service fails.",
		Long: `Every service that suffers is shown with how: it fails, it answers with less
(degraded), or its work waits (delayed). --all ranks every service by the size
of its blast radius.`,
		Example: `weir blast payments deploy/
weir blast payments,orders deploy/
weir blast payments deploy/ --depth 2
weir blast payments deploy/ -o dot | dot -Tsvg > payments.svg
weir blast --all deploy/`,
		ValidArgsFunction: r.completeServices(1),
		Args: func(cmd *cobra.Command, args []string) error {
			if o.all {
				return nil
			}
			return needs("a service")(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "rank every service by its blast radius")
	addCount(cmd, &o.depth, "depth", "stop after `n` hops (default: no end)")
	addChoice(cmd, &o.mode, "mode", "stop", "`way` to fail: stop", "stop")
	o.evidence = addEvidenceFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if o.all {
			return runBlastAll(r, o, args)
		}
		return runBlast(r, o, args[0], args[1:])
	}
	return cmd
}

func runBlast(r *run, o *blastOptions, names string, sources []string) error {
	several, err := split(names)
	if err != nil {
		return err
	}
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	failed, err := findAll(g, several)
	if err != nil {
		return err
	}
	impact := analyze.Blast(o.evidence.calls(g), failed)
	return r.write(&analyze.Report{Graph: g, Impacts: []analyze.Impact{impact}}, render.View{Depth: o.depth})
}

func runBlastAll(r *run, o *blastOptions, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Ranking: analyze.BlastAll(o.evidence.calls(g))}, render.View{})
}
