package cmd

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze"
	model "github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/render"
)

// blastOptions say what fails, and how.
type blastOptions struct {
	all      bool
	mode     way
	fail     crowds
	overload bool
	depth    int
	fate     bool
	pacts    bool

	evidence *evidence
}

func newBlast(r *run) *cobra.Command {
	o := &blastOptions{}
	cmd := &cobra.Command{
		Use:   "blast <service>[,<service>...] [source...]",
		Short: "Show what fails when a service fails.",
		Long: `Every service that suffers is shown with how: it fails, it answers with less
(degrades), or it answers late (is slow); and who is protected, by what. The
policies of each call count: timeouts, retries, breakers, limits, fallbacks,
caches. What no input says protects nobody. --all ranks every service by the
size of its blast radius, whatever the policies.

--shared-fate lists what several services share (a database, a broker, a host
outside, a zone, a namespace), with those that fail together when it is gone;
fallbacks that are gone with what they stand in for come first. --contracts
lists whom a change of the service has to be tested with: who calls it, whom it
calls, and who is behind the topics that it uses.`,
		Example: `weir blast payments deploy/
weir blast payments,orders deploy/
weir blast payments deploy/ --mode hang
weir blast payments deploy/ --mode slow=2s
weir blast payments deploy/ --mode partial=1/3
weir blast --fail namespace=shop deploy/
weir blast payments deploy/ --depth 2
weir blast payments deploy/ -o dot | dot -Tsvg > payments.svg
weir blast --all deploy/
weir blast --shared-fate deploy/
weir blast payments deploy/ --contracts`,
		ValidArgsFunction: r.completeServices(1),
		Args: func(cmd *cobra.Command, args []string) error {
			if o.all || o.fate || o.fail != nil {
				return nil
			}
			return needs("a service")(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "rank every service by its blast radius")
	cmd.Flags().BoolVar(&o.fate, "shared-fate", false, "list who fails together because they share something")
	cmd.Flags().BoolVar(&o.pacts, "contracts", false, "list whom a change of the service has to be tested with")
	addCount(cmd, &o.depth, "depth", "stop after `n` hops (default: no end)")
	o.mode.word = "stop"
	cmd.Flags().Var(&o.mode, "mode", "`way` to fail: "+strings.Join(modes, ", "))
	_ = cmd.RegisterFlagCompletionFunc("mode", cobra.FixedCompletions(modes, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().Var(&o.fail, "fail", "instead of naming services, all with `key=value`: "+strings.Join(analyze.Selectors, ", ")+"; repeatable")
	cmd.Flags().BoolVar(&o.overload, "assume-overload", false, "let services that retries may overload be slow, too")
	o.evidence = addEvidenceFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, alone := range []struct {
			name, hint string
			on         bool
			run        func(*run, *blastOptions, []string) error
		}{
			{"all", "--all ranks every service by all that it reaches, whatever the policies", o.all, runBlastAll},
			{"shared-fate", "--shared-fate is about all services", o.fate, runSharedFate},
			{"contracts", "--contracts is about a change of the service, not a failure", o.pacts, runContracts},
		} {
			if !alone.on {
				continue
			}
			for _, name := range []string{"all", "shared-fate", "contracts", "mode", "fail", "depth", "assume-overload"} {
				if name != alone.name && cmd.Flags().Changed(name) {
					return misuse(alone.hint, "--%s and --%s do not go together", alone.name, name)
				}
			}
			err := alone.run(r, o, args)
			if alone.name == "contracts" {
				return err
			}
			return takesNoService(alone.name, args, err)
		}
		if o.fail != nil {
			return takesNoService("fail", args, runBlast(r, o, args, o.fail.of))
		}
		several, err := split(args[0])
		if err != nil {
			return err
		}
		return runBlast(r, o, args[1:], func(g *graph.Graph) ([]graph.Node, error) { return findAll(g, several) })
	}
	return cmd
}

// takesNoService adds to the hint of an error about the first argument, which was taken
// for a source and is none: beside the flag it cannot be a service either.
func takesNoService(flag string, args []string, err error) error {
	var missing *ingest.SourceError
	var f *failure
	if errors.As(err, &missing) && errors.As(err, &f) && len(args) > 0 && missing.Source == args[0] {
		f.hint += "; --" + flag + " takes no service"
	}
	return err
}

// runBlast lets the services fail that choose returns.
func runBlast(r *run, o *blastOptions, sources []string, choose func(*graph.Graph) ([]graph.Node, error)) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	failed, err := choose(g)
	if err != nil {
		return err
	}
	s := analyze.Scenario{Mode: o.mode.word, Inject: map[graph.Node]model.Injection{}, Overload: o.overload}
	for _, v := range failed {
		s.Inject[v] = o.mode.inject
	}
	incident := analyze.Simulate(o.evidence.calls(g), s)
	return r.write(&analyze.Report{Graph: g, Impacts: []analyze.Incident{incident}}, render.View{Depth: o.depth})
}

func runBlastAll(r *run, o *blastOptions, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Ranking: analyze.BlastAll(o.evidence.calls(g))}, render.View{})
}

func runSharedFate(r *run, o *blastOptions, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	return r.write(&analyze.Report{Graph: g, Fates: analyze.SharedFates(o.evidence.calls(g))}, render.View{})
}

func runContracts(r *run, o *blastOptions, args []string) error {
	several, err := split(args[0])
	if err != nil {
		return err
	}
	g, err := r.read(args[1:])
	if err != nil {
		return err
	}
	services, err := findAll(g, several)
	if err != nil {
		return err
	}
	pacts := []analyze.Contracts{}
	for _, v := range services {
		pacts = append(pacts, analyze.FindContracts(g, o.evidence.calls(g), v))
	}
	return r.write(&analyze.Report{Graph: g, Contracts: pacts}, render.View{})
}
