package cmd

import (
	"cmp"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/render"
)

// checkOptions are the flags of check.
type checkOptions struct {
	failOn string
	filter *callFilter

	rules, services []string // of which findings are shown, nil is all
	severity        string   // the lowest that is shown
}

func newCheck(r *run) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [source...]",
		Short: "Report problems, where they are, and how to fix them.",
		Long: `Runs all rules. The exit code is 1 if a finding is at or above --fail-on, and 3
if an input could not be read or no service was found: checking nothing is an
error.`,
		Example: `weir check deploy/
helm template shop | weir check -
weir check deploy/ --service payments --severity warning
weir check deploy/ --fail-on warning -o text -o json=weir.json`,
	}
	addChoice(cmd, &o.failOn, "fail-on", "", "exit with 1 if a finding is at or above `severity`: error, warning, info, never (default \"error\")", failOnWords...)
	cmd.Flags().StringSliceVar(&o.rules, "rule", nil, "show only findings of this `rule`; repeatable, the exit code counts all")
	cmd.Flags().StringSliceVar(&o.services, "service", nil, "show only findings that concern this `service`; repeatable, the exit code counts all")
	addChoice(cmd, &o.severity, "severity", analyze.Info.String(), "show only findings at or above this `severity`: error, warning, info; the exit code counts all", analyze.Severities...)
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
	o.filter = addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCheck(r, o, args) }
	return cmd
}

func runCheck(r *run, o *checkOptions, sources []string) error {
	if err := checkRuleIDs(o.rules); err != nil {
		return err
	}
	g, err := r.load(sources)
	if err != nil {
		return err
	}
	services, err := findAll(g, o.services)
	if err != nil {
		return err
	}
	check := r.checkShowing(o.filter.apply(g), rules.Selection{
		Rules: o.rules, Services: services, Least: analyze.Severity(slices.Index(analyze.Severities, o.severity)),
	})
	r.reportProblems(g, check)
	r.printExpired(check.Expired)
	r.printUnused(check.Unused)
	if err := r.write(&analyze.Report{Graph: g, Check: check}, render.View{}); err != nil {
		return err
	}
	if reaches(check, cmp.Or(o.failOn, r.config.FailOn, failOnWords[0])) {
		return exitWith(exitFindings)
	}
	return nil
}

// checkRuleIDs returns the misuse of a rule that does not exist.
func checkRuleIDs(ids []string) error {
	for _, id := range ids {
		if _, err := rules.FindRule(id); err != nil {
			return misuse(hintOf(err), "%w", err)
		}
	}
	return nil
}

// reaches reports whether a finding, shown or not, is at or above the severity failOn.
func reaches(check *analyze.Check, failOn string) bool {
	least := slices.Index(analyze.Severities, failOn)
	return least >= 0 && slices.ContainsFunc(check.Found[least:], func(n int) bool { return n > 0 })
}

// checkShowing runs the rules on g, with the settings of the configuration, and keeps the
// findings that are to be shown.
func (r *run) checkShowing(g *graph.Graph, show rules.Selection) *analyze.Check {
	o := r.config.options(time.Now())
	o.Show = show
	return rules.Run(g, o)
}
