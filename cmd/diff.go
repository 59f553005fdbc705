package cmd

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/render"
)

func newDiff(r *run) *cobra.Command {
	var failOn string
	cmd := &cobra.Command{
		Use:   "diff <old> [new]",
		Short: "Show what a change does: services, calls, policies, findings and blast radii.",
		Long: `Compares two states of an estate. A state is a file or directory, JSON that weir
wrote, or the files of a commit: git:main, git:HEAD~1:deploy. They are read from
git's object database; no work tree is touched and nothing of the repository is
run. Without a new state it is the usual sources: those of weir.yaml, or the
current directory. The configuration is that of the current directory for both.

The effects are what the change does to the whole: services that take more
others down when they stop, synchronous loops, bottlenecks, retries that
multiply, availability. The exit code is 1 only with --fail-on.`,
		Example: `weir diff git:main
weir diff git:main git:HEAD -o markdown=comment.md
weir diff git:v1.2.0:deploy deploy/ --fail-on error
weir diff before.json after.json -o dot | dot -Tsvg > change.svg`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := needs("an old state")(cmd, args); err != nil {
				return err
			}
			return atMost(2)(cmd, args)
		},
	}
	addChoice(cmd, &failOn, "fail-on", "", "exit with 1 if a new finding is at or above `severity`: error, warning, info, never (default never)", failOnWords...)
	r.addInputFlags(cmd)
	r.addOutputFlags(cmd)
	r.addPictureFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error { return runDiff(r, failOn, args) }
	return cmd
}

func runDiff(r *run, failOn string, args []string) error {
	old, err := r.loadState(args[0])
	if err != nil {
		return err
	}
	var now analyze.State
	if len(args) > 1 {
		now, err = r.loadState(args[1])
	} else {
		now, err = r.judge(nil)
	}
	if err != nil {
		return err
	}
	if old.Graph.Len()+now.Graph.Len() == 0 {
		message, hint := nothingRead(now.Graph.Coverage())
		return unread(hint, "%s", message)
	}
	if len(args) > 1 {
		r.named = args
	} else {
		r.named = slices.Concat(args, r.named)
	}
	r.reportStates(old.Graph, now.Graph, args[0])
	diff := analyze.Compare(old, now)
	diff.Found, diff.Gone = rules.Group(now.Graph, diff.Found), rules.Group(old.Graph, diff.Gone)
	diff.FailOn = severityOf(failOn)
	if err := r.write(&analyze.Report{Graph: now.Graph, Diff: diff}, render.View{}); err != nil {
		return err
	}
	if diff.Failing() > 0 {
		return exitWith(exitFindings)
	}
	return nil
}
