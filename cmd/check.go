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
weir check deploy/ --fail-on warning -o text -o json=weir.json`,
	}
	addChoice(cmd, &o.failOn, "fail-on", "", "exit with 1 if a finding is at or above `severity`: error, warning, info, never (default \"error\")", failOnWords...)
	o.filter = addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCheck(r, o, args) }
	return cmd
}

func runCheck(r *run, o *checkOptions, sources []string) error {
	g, err := r.load(sources)
	if err != nil {
		return err
	}
	check := r.check(o.filter.apply(g))
	r.reportProblems(g, check)
	r.printExpired(check.Expired)
	if err := r.write(&analyze.Report{Graph: g, Check: check}, render.View{}); err != nil {
		return err
	}
	if reaches(check.Findings, cmp.Or(o.failOn, r.config.FailOn, failOnWords[0])) {
		return exitWith(exitFindings)
	}
	return nil
}

// reaches reports whether a finding is at or above the severity failOn.
func reaches(findings []analyze.Finding, failOn string) bool {
	least := slices.Index(analyze.Severities, failOn)
	return least >= 0 && slices.ContainsFunc(findings, func(f analyze.Finding) bool { return f.Severity >= analyze.Severity(least) })
}

// check runs the rules on g, with the settings of the configuration.
func (r *run) check(g *graph.Graph) *analyze.Check {
	return rules.Run(g, r.config.options(time.Now()))
}
