package cmd

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render"
)

// checkOptions are the flags of check.
type checkOptions struct {
	failOn string
	filter *callFilter

	rules, services []string // of which findings are shown, nil is all
	severity        string   // the lowest that is shown
	noIgnore        bool
	known           knownFlags
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
weir check deploy/ --fail-on warning -o text -o json=weir.json
weir check --new-from git:origin/main
weir check --baseline weir-baseline.json`,
	}
	addChoice(cmd, &o.failOn, "fail-on", "", "exit with 1 if a finding is at or above `severity`: error, warning, info, never (default \"error\")", failOnWords...)
	cmd.Flags().StringSliceVar(&o.rules, "rule", nil, "show only findings of this `rule`; repeatable, the exit code counts all")
	cmd.Flags().StringSliceVar(&o.services, "service", nil, "show only findings that concern this `service`; repeatable, the exit code counts all")
	addChoice(cmd, &o.severity, "severity", analyze.Info.String(), "show only findings at or above this `severity`: error, warning, info; the exit code counts all", analyze.Severities...)
	_ = cmd.RegisterFlagCompletionFunc("rule", completeRules)
	cmd.Flags().BoolVar(&o.noIgnore, "no-ignore", false, "report also what entries of ignore, annotations and comments excuse")
	o.known.add(cmd)
	o.filter = addFilterFlags(cmd, graph.Weak)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runCheck(r, o, args) }
	return cmd
}

func runCheck(r *run, o *checkOptions, sources []string) error {
	if err := r.checkRuleIDs(o.rules); err != nil {
		return err
	}
	if err := o.known.check(r, sources); err != nil {
		return err
	}
	r.noIgnore = o.noIgnore
	states, err := r.loadVariants(sources, r.selected(sources), o.filter)
	if err != nil {
		return err
	}
	services, err := findInVariants(states, o.services)
	if err != nil {
		return err
	}
	if err := o.known.load(r, sources, o.filter, func() *analyze.Check { return r.judgeVariants(states, rules.Selection{}, nil).Check }); err != nil {
		return err
	}
	report := r.judgeVariants(states, o.selection(), services)
	for _, v := range states {
		r.reportProblems(v.Graph, v.Check)
	}
	return r.finishCheck(report, states, sources, o)
}

// loadVariants reads each variant by itself, or the sources if there are none.
func (r *run) loadVariants(sources []string, variants []native.Variant, filter *callFilter) ([]rules.Variant, error) {
	if len(variants) == 0 {
		g, err := r.load(sources, nil)
		if err != nil {
			return nil, err
		}
		return []rules.Variant{{Graph: filter.alone(g)}}, nil
	}
	var states []rules.Variant
	for i := range variants {
		g, err := r.load(sources, &variants[i])
		if err != nil {
			return nil, err
		}
		states = append(states, rules.Variant{Name: variants[i].Name, Graph: filter.alone(g)})
	}
	return states, nil
}

// judgeVariants judges each variant by itself and reports what several have once. Services are
// those that findings are to concern, by variant; nil for all.
func (r *run) judgeVariants(states []rules.Variant, show rules.Selection, services [][]graph.Node) *analyze.Report {
	if len(states) == 1 {
		if services != nil {
			show.Services = services[0]
		}
		states[0].Check = r.checkShowing(states[0].Graph, show)
		return &analyze.Report{Graph: states[0].Graph, Check: states[0].Check}
	}
	for i := range states {
		states[i].Check = r.checkShowing(states[i].Graph, rules.Selection{})
	}
	return &analyze.Report{Check: rules.Merge(states, show, services)}
}

// findInVariants returns the nodes of services by variant. A service has to exist in one of
// them. Without services it returns nil.
func findInVariants(judged []rules.Variant, services []string) ([][]graph.Node, error) {
	if services == nil {
		return nil, nil
	}
	nodes := make([][]graph.Node, len(judged))
	for _, service := range services {
		var first error
		found := false
		for i := range judged {
			list, err := findAll(judged[i].Graph, []string{service})
			if err == nil {
				found = true
				nodes[i] = append(nodes[i], list...)
			} else if first == nil {
				first = err
			}
		}
		if !found {
			return nil, first
		}
	}
	return nodes, nil
}

// selection is what the flags show, of all services.
func (o *checkOptions) selection() rules.Selection {
	return rules.Selection{Rules: o.rules, Least: analyze.Severity(slices.Index(analyze.Severities, o.severity))}
}

// finishCheck writes the report and decides on the exit code.
func (r *run) finishCheck(report *analyze.Report, states []rules.Variant, sources []string, o *checkOptions) error {
	check := report.Check
	check.FailOn = severityOf(cmp.Or(o.failOn, r.config.FailOn, failOnWords[0]))
	r.printExpired(check.Expired)
	r.printUnused(check.Unused, r.config.ownRules())
	r.printForced(states)
	if err := r.write(report, render.View{}); err != nil {
		return err
	}
	if err := o.known.finish(r); err != nil {
		return err
	}
	if check.Failing() > 0 {
		return exitWith(exitFindings)
	}
	r.printLowered(check, states, min(severityOf(cmp.Or(o.failOn, failOnWords[0])), check.FailOn))
	return r.printWeakened(check, states, sources, o.filter)
}

// printForced reports that what the inputs excuse has no effect, because the configuration is that
// of a revision.
func (r *run) printForced(states []rules.Variant) {
	if r.config.Revision == "" || r.noIgnore || r.quiet {
		return
	}
	for _, s := range states {
		if c := s.Graph.Coverage(); len(c.Excuses)+len(c.Ignores) > 0 {
			r.printMessage("the configuration is "+r.config.File+": comments, annotations and entries of ignore of the inputs excuse nothing", "")
			return
		}
	}
}

// printLowered reports that a run does not fail only because of what the configuration and the
// annotations of the inputs say, with the number of findings at or above a severity for which it
// would.
func (r *run) printLowered(check *analyze.Check, states []rules.Variant, least analyze.Severity) {
	if !r.mayLower(check, least) {
		return
	}
	failing := 0
	for _, s := range states {
		plain := rules.Run(s.Graph, rules.Options{Known: r.known, NoAnnotations: true})
		plain.FailOn = least
		failing += plain.Failing()
	}
	if failing == 0 { // severities of the configuration may be higher than those without it
		for i := range check.Excused {
			if e := &check.Excused[i]; !e.By.Known() && check.Fails(e.Severity) {
				failing++
			}
		}
	}
	if failing == 0 {
		return
	}
	r.printMessage(fmt.Sprintf("the configuration or annotations excuse %s for which this run would fail", english.Count(failing, "finding")),
		"--no-ignore reports what is ignored; weir.yaml has the severities of rules and fail-on")
	for _, e := range excusedBelow(check, least) {
		r.printMessage(fmt.Sprintf("%s, below the configuration of the run, excuses %d of these", e.File, e.Findings), "")
	}
}

// An excusingFile is a configuration below that of the run, with the number of findings that its
// entries of ignore excuse.
type excusingFile struct {
	File     string
	Findings int
}

// excusedBelow returns the files that excuse findings at or above a severity, sorted.
func excusedBelow(check *analyze.Check, least analyze.Severity) []excusingFile {
	var list []excusingFile
	for i := range check.Excused {
		e := &check.Excused[i]
		if !e.Below || e.Severity < least {
			continue
		}
		at, ok := slices.BinarySearchFunc(list, e.Origin.File(), func(x excusingFile, file string) int { return cmp.Compare(x.File, file) })
		if !ok {
			list = slices.Insert(list, at, excusingFile{File: e.Origin.File()})
		}
		list[at].Findings++
	}
	return list
}

// maxCompared bounds how often the inputs are read again to see what one manifest does.
const maxCompared = 8

// printWeakened reports that a run does not fail only because of what a native manifest in a
// directory below the configuration declares of services of others: a tier, an optional call, a
// fallback. The inputs are read again without it, if there is one.
func (r *run) printWeakened(check *analyze.Check, states []rules.Variant, sources []string, filter *callFilter) error {
	isStdin := func(s native.Source) bool { return s.Path == ingest.Stdin }
	var files []string
	for _, s := range states {
		files = append(files, addToOthers(s.Graph)...)
	}
	slices.Sort(files)
	if files = slices.Compact(files); slices.Contains(sources, ingest.Stdin) || slices.ContainsFunc(r.config.Sources, isStdin) {
		return nil
	}
	without := r.forState()
	without.known = r.known
	for i, file := range files {
		if i == maxCompared {
			r.printMessage(fmt.Sprintf("%d more manifests below the configuration add to services that others declare: what they do was not compared", len(files)-i), "")
			break
		}
		without.leaveBelow = file
		others, err := without.loadVariants(sources, r.selected(sources), filter)
		if err != nil {
			return err
		}
		failing := 0
		for _, s := range others {
			plain := without.checkShowing(s.Graph, rules.Selection{})
			plain.FailOn = check.FailOn
			failing += plain.Failing()
		}
		if failing > 0 {
			r.printMessage(fmt.Sprintf("%s, below the configuration of the run, adds to services that others declare: without it this run would fail for %s",
				file, english.Count(failing, "finding")), "")
		}
	}
	return nil
}

// addToOthers returns the native manifests below the configuration that add to services which are
// also declared outside of their directories, or have overrides that act.
func addToOthers(g *graph.Graph) []string {
	var files []string
	for _, file := range g.Coverage().Below {
		if slices.ContainsFunc(g.Coverage().Overrides, func(o graph.Origin) bool { return o.File() == file }) {
			files = append(files, file)
			continue
		}
		dir := path.Dir(file) + "/"
		for _, s := range g.Services() {
			here := slices.ContainsFunc(s.Origins, func(o graph.Origin) bool { return o.File() == file })
			if here && slices.ContainsFunc(s.Origins, func(o graph.Origin) bool { return !strings.HasPrefix(o.File(), dir) }) {
				files = append(files, file)
				break
			}
		}
	}
	return files
}

// mayLower reports whether findings would fail the run but for the configuration and annotations.
// Settings of rules are not looked at closely: only a run without them shows what they change.
func (r *run) mayLower(check *analyze.Check, least analyze.Severity) bool {
	return len(r.config.Rules) > 0 || r.config.FailOn != "" && severityOf(r.config.FailOn) > least ||
		slices.ContainsFunc(check.Excused, func(e analyze.Excused) bool { return !e.By.Known() && e.Severity >= least })
}

// checkRuleIDs replaces former ids of rules, and returns the misuse of a rule that does not exist.
func (r *run) checkRuleIDs(ids []string) error {
	for i, id := range ids {
		rule, err := rules.FindRule(id, r.config.ownRules())
		if err != nil {
			return misuse(hintOf(err), "%w", err)
		}
		ids[i] = rule.ID
	}
	return nil
}

// severityOf returns the severity that a value of --fail-on is.
func severityOf(failOn string) analyze.Severity {
	if i := slices.Index(analyze.Severities, failOn); i >= 0 {
		return analyze.Severity(i)
	}
	return analyze.Never
}

// ruleOptions are the settings of the configuration for the rules, as flags change them.
func (r *run) ruleOptions() rules.Options {
	o := r.config.options(time.Now())
	o.Dir, _ = os.Getwd() // without it paths are compared as they are written
	if r.noIgnore {
		o.Ignore, o.NoAnnotations = nil, true
	}
	return o
}

// checkShowing runs the rules on g, with the settings of the configuration, and keeps the
// findings that are to be shown.
func (r *run) checkShowing(g *graph.Graph, show rules.Selection) *analyze.Check {
	o := r.ruleOptions()
	o.Show, o.Known = show, r.known
	o.Fixes = slices.ContainsFunc(r.outputsTo, func(to output) bool { return to.format.Fixes })
	return rules.Run(g, o)
}
