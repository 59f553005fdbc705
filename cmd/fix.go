package cmd

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/fix"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy/product"
	"github.com/weirgraph/weir/render/pen"
)

// planWords are what fix can plan.
var planWords = []string{"timeouts"}

// fixOptions are the flags of fix.
type fixOptions struct {
	filter          *callFilter
	rules, services []string // of which findings are fixed, nil is all
	write           bool
	plan            string // what is planned instead of fixing findings; empty is nothing
}

func newFix(r *run) *cobra.Command {
	o := &fixOptions{}
	cmd := &cobra.Command{
		Use:   "fix [source...]",
		Short: "Fix problems in the files that they are in.",
		Long: `Prints the fixes of findings as a diff, which git apply takes, or makes them
with --write. Comments, order and indentation stay. New objects get files of
their own. What a program cannot edit, such as a template, is reported on
standard error with its hint. The exit code is 1 if findings with a fix are
left: without --write these are all of them.`,
		Example: `weir fix deploy/
weir fix deploy/ --rule timeout-missing --service payments
weir fix deploy/ | git apply
weir fix deploy/ --write
weir fix deploy/ --plan timeouts --service payments`,
	}
	addChoice(cmd, &o.plan, "plan", "", "propose `what` for all calls instead of fixing findings: timeouts", planWords...)
	cmd.Flags().BoolVar(&o.write, "write", false, "change the files instead of printing a diff")
	cmd.Flags().StringSliceVar(&o.rules, "rule", nil, "fix only findings of this `rule`; repeatable")
	cmd.Flags().StringSliceVar(&o.services, "service", nil, "fix only findings that concern this `service`; repeatable")
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
	o.filter = addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return takesNoService(cmd.Name(), args, runFix(r, o, args))
	}
	return cmd
}

func runFix(r *run, o *fixOptions, sources []string) error {
	if err := r.checkRuleIDs(o.rules); err != nil {
		return err
	}
	g, err := r.read(sources)
	if err != nil {
		return err
	}
	services, err := findAll(g, o.services)
	if err != nil {
		return err
	}
	g = o.filter.alone(g)
	files := r.openRoots(sources)
	var patch *fix.Patch
	if o.plan != "" {
		if o.rules != nil {
			return misuse("a plan is for all rules about timeouts", "--plan and --rule exclude each other")
		}
		found := rules.PlanTimeouts(g, services)
		for i := range found {
			if _, err := fmt.Fprintf(r.out, "# %s\n", pen.Clean(found[i].Message)); err != nil {
				return err
			}
		}
		patch = fix.Make(found, files.read)
	} else if patch, err = r.fixFindings(g, sources, rules.Selection{Rules: o.rules, Services: services}, files); err != nil {
		return err
	}
	if o.write {
		if err := files.write(patch.Files, r.leave); err != nil {
			return err
		}
		return r.finishFix(patch, true)
	}
	diff, masked := patch.Unified()
	if _, err := io.WriteString(r.out, diff); err != nil {
		return err
	}
	for _, m := range []struct {
		lines int
		what  string
	}{{masked.Secrets, "secrets are masked"}, {masked.Commands, "commands to terminals and systems that run builds are broken"}} {
		if m.lines > 0 && !r.quiet {
			r.printMessage(fmt.Sprintf("%s in %s of the diff, which git apply does not take", m.what, english.Count(m.lines, "line")), "use --write")
		}
	}
	return r.finishFix(patch, false)
}

// fixFindings makes the fixes of findings, and proves them by reading the inputs again where that can
// be done without writing: not from standard input, and not what other programs render.
func (r *run) fixFindings(g *graph.Graph, sources []string, chosen rules.Selection, files fixRoots) (*fix.Patch, error) {
	settings := r.ruleOptions()
	settings.Fixes = true
	found := slices.DeleteFunc(singles(rules.Run(g, settings)), func(f analyze.Finding) bool { return !chosen.Takes(&f) })
	if r.render || slices.Contains(r.named, ingest.Stdin) {
		return fix.Make(found, files.read), nil
	}
	all := settings
	all.All, all.Fixes = true, false
	return fix.Settle(found, singles(rules.Run(g, all)), files.read, func(edited []fix.File) ([]analyze.Finding, error) {
		again, err := r.readEdited(sources, edited)
		if err != nil {
			return nil, err
		}
		return singles(rules.Run(again, settings)), nil
	})
}

// readEdited reads the sources with files as they would be.
func (r *run) readEdited(sources []string, files []fix.File) (*graph.Graph, error) {
	variant, err := r.one(sources)
	if err != nil {
		return nil, err
	}
	other := *r
	other.quiet, other.edited = true, map[string][]byte{}
	for _, f := range files {
		other.edited[f.Name] = f.After
	}
	return other.load(sources, variant)
}

// singles returns the findings of a check, one by one.
func singles(check *analyze.Check) []analyze.Finding {
	var list []analyze.Finding
	for f := range check.Singles() {
		list = append(list, *f)
	}
	return list
}

// declaresCode reports whether a fix changes what a native manifest says of code.
func declaresCode(o fix.Outcome) bool {
	return slices.ContainsFunc(o.Finding.Fix.Changes, func(c analyze.ObjectEdit) bool {
		return c.Kind == product.NativeCall || c.Kind == product.NativeService
	})
}

// finishFix reports what was fixed and what is left, and decides on the exit code.
func (r *run) finishFix(p *fix.Patch, written bool) error {
	people, left := 0, 0
	for _, o := range p.Left {
		if !o.Finding.Fix.Applicable() {
			people++
			if r.verbose && !r.quiet {
				r.printMessage(fmt.Sprintf("%s [%s] has no fix: %s", o.Finding.Subject, o.Finding.Rule, o.Reason), o.Finding.Hint)
			}
			continue
		}
		if left++; r.quiet || left > maxProblems && !r.verbose {
			continue
		}
		r.printMessage(fmt.Sprintf("%s [%s] is not fixed: %s", o.Finding.Subject, o.Finding.Rule, o.Reason), o.Finding.Hint)
	}
	if !r.quiet {
		verb := "can be fixed"
		if written {
			verb = "fixed"
		}
		message := fmt.Sprintf("%s %s in %s", english.Count(len(p.Made), "finding"), verb, english.Count(len(p.Files), "file"))
		if left > maxProblems && !r.verbose {
			message += fmt.Sprintf("; %d are not, --verbose shows all", left)
		}
		if people > 0 {
			message += fmt.Sprintf("; %s without a fix, weir check shows them", english.Count(people, "finding"))
		}
		r.printMessage(message, "")
	}
	if !r.quiet {
		for i := range p.New {
			if i == maxProblems && !r.verbose {
				r.printMessage(fmt.Sprintf("and %s more, --verbose shows all", english.Count(len(p.New)-i, "finding")), "")
				break
			}
			r.printMessage(fmt.Sprintf("with these changes %s [%s]", p.New[i].Message, p.New[i].Rule), p.New[i].Hint)
		}
	}
	if !r.quiet && slices.ContainsFunc(p.Made, declaresCode) {
		r.printMessage("weir.yaml describes code: change the code, too", "")
	}
	if left > 0 || len(p.New) > 0 || !written && len(p.Made) > 0 {
		return exitWith(exitFindings)
	}
	return nil
}
