package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

func newPolicies(r *run) *cobra.Command {
	var service string
	var why bool
	var has, missing []string
	cmd := &cobra.Command{
		Use:   "policies [source...]",
		Short: "Show the effective policies of every call.",
		Long: `For every call: the timeout, retries, breaker, bulkhead, rate limit, fallback,
cache and load balancing that take effect, all layers together: the caller's
code, its proxy, a gateway. Marks show the provenance of values. --verbose shows
the settings of each layer with their places, and settings without effect; --why
shows for each bound what every setting does, and what would act without it.`,
		Example: `weir policies deploy/
weir policies deploy/ --service payments --verbose
weir policies deploy/ --service payments --why
weir policies deploy/ --missing timeout
weir policies deploy/ -o csv=policies.csv`,
	}
	names := protectionNames()
	cmd.Flags().StringVar(&service, "service", "", "only calls from or to `service`")
	cmd.Flags().StringSliceVar(&has, "policy", nil, "only calls with a policy of this `kind`: "+strings.Join(names, ", "))
	cmd.Flags().StringSliceVar(&missing, "missing", nil, "only calls without a policy of this `kind`; kinds as for --policy")
	addWhyFlag(cmd, &why)
	for _, flag := range []string{"policy", "missing"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	}
	calls := addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, sources []string) error {
		var filter analyze.MatrixFilter
		var err error
		if filter.Has, err = protectionsNamed(has); err != nil {
			return err
		}
		if filter.Missing, err = protectionsNamed(missing); err != nil {
			return err
		}
		return runPolicies(r, calls, service, why, filter, sources)
	}
	return cmd
}

func runPolicies(r *run, calls *callFilter, service string, why bool, filter analyze.MatrixFilter, sources []string) error {
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	if service != "" {
		node, err := find(g, service)
		if err != nil {
			return err
		}
		filter.Service = &node
	}
	scope := calls.scope(g)
	matrix := analyze.PolicyMatrix(g, scope, filter)
	if why {
		rules.Explain(g, scope, matrix)
	}
	return r.write(&analyze.Report{Graph: g, Matrix: matrix}, render.View{})
}

// addWhyFlag adds the flag that asks for the reasons of policies.
func addWhyFlag(cmd *cobra.Command, why *bool) {
	cmd.Flags().BoolVar(why, "why", false, "show why each bound of a call has its value: what acts, what it beats, and where to change it")
}

func protectionNames() []string {
	names := make([]string, len(analyze.Protections))
	for i, p := range analyze.Protections {
		names[i] = p.Name
	}
	return names
}

func protectionsNamed(words []string) ([]analyze.Protection, error) {
	var list []analyze.Protection
	for _, word := range words {
		i := slices.IndexFunc(analyze.Protections, func(p analyze.Protection) bool { return p.Name == word })
		if i < 0 {
			names := protectionNames()
			return nil, misuse(oneOf(word, names), "unknown kind of policy %q", word)
		}
		list = append(list, analyze.Protections[i])
	}
	return list, nil
}
