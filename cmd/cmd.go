// Package cmd is the command line: one file a command, flags in, exit code out.
//
// A command reads its sources into a graph, computes an answer with analyze, and
// writes the report in the formats of --output. Results go to standard output, all
// messages to standard error, see messages.go. The exit code is decided in one place,
// see run.exitCode.
package cmd

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs weir with its arguments, without the program's name, and returns the
// exit code: 0 clean, 1 findings, 2 misuse, 3 some input could not be read.
func Main(args []string, in io.Reader, out, err io.Writer) int {
	collectLate()
	ctx, interrupted, done := handleSignals(err)
	defer done()
	r := &run{console: console{in: in, out: out, err: err}, ctx: ctx, leave: &interrupted.left}
	root := newRoot(r, args)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(err)
	result := root.Execute()
	if code := interrupted.code(); code != exitClean && !(r.endless && result == nil) {
		r.printMessage("interrupted", "")
		return code
	}
	return r.exitCode(result)
}

// exitCode prints the error that ended the run and returns its exit code. Unreadable
// input takes precedence over findings, because the findings of such a run are
// incomplete.
func (r *run) exitCode(err error) int {
	var f *exitError
	switch {
	case err == nil:
		f = &exitError{code: exitClean}
	case errors.Is(err, syscall.EPIPE): // the reader of the output has closed it
		f = &exitError{code: exitClean}
	case !errors.As(err, &f):
		f = &exitError{err: err, hint: hintOf(err), code: exitMisuse}
	}
	if f.err != nil {
		r.printMessage(err.Error(), f.hint)
	}
	if f.help {
		fmt.Fprintln(r.err)
		printHelp(r.err, r.command)
	}
	if r.failed && f.code != exitMisuse {
		return exitUnread
	}
	return f.code
}

// Commands returns the command line for programs that document it. It is not to be executed.
func Commands() *cobra.Command { return newRoot(&run{}, nil) }

// commands are those of weir, in the order in which help lists them.
var commands = []struct {
	name string
	make func(*run) *cobra.Command
}{
	{"check", newCheck}, {"fix", newFix}, {"graph", newGraph}, {"show", newShow}, {"blast", newBlast}, {"rank", newRank},
	{"fate", newFate}, {"contracts", newContracts}, {"path", newPath}, {"diff", newDiff}, {"cycles", newCycles},
	{"fanout", newFanout}, {"policies", newPolicies}, {"serve", newServe}, {"rules", newRules}, {"init", newInit},
	{"schema", newSchema}, {"completion", newCompletion}, {"version", newVersion},
}

// newRoot returns the command weir with the command that args begin with. If they begin with none, as for help and
// completion, it has all commands: their flags take a seventh of the time to start.
func newRoot(r *run, args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "weir <command>",
		Short: "Build the graph of service calls from manifests and traces, and report what will break.",
		Example: `weir check deploy/
weir blast payments deploy/
weir graph deploy/ -o svg=shop.svg
helm template shop | weir check -`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return r.prepare(cmd) },
		RunE:              func(cmd *cobra.Command, args []string) error { return runRoot(r, cmd, args) },
	}
	cobra.EnableCommandSorting = false
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { printHelp(cmd.OutOrStdout(), cmd) })
	root.SetFlagErrorFunc(flagError)
	root.Flags().Bool("version", false, "print the version")
	for i := range commands {
		if c := &commands[i]; len(args) > 0 && args[0] == c.name {
			root.AddCommand(c.make(r))
		}
	}
	if !root.HasSubCommands() {
		for i := range commands {
			root.AddCommand(commands[i].make(r))
		}
	}
	root.SetHelpCommand(newHelp(r))
	root.InitDefaultHelpCmd()
	for _, cmd := range append(root.Commands(), root) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().Lookup("help").Usage = "show this help"
	}
	return root
}

// runRoot handles weir without a command that it knows.
func runRoot(r *run, root *cobra.Command, args []string) error {
	if on, _ := root.Flags().GetBool("version"); on {
		return runVersion(r)
	}
	if len(args) == 0 {
		printHelp(r.err, root)
		return exitWith(exitMisuse)
	}
	hint := "weir help lists the commands"
	if isPath(args[0]) {
		hint = "name a command first, as in weir check " + strings.Join(args, " ")
	} else if near := nearest(args[0], commandNames(root)); near != "" {
		hint = didYouMean("weir " + near)
	}
	return misuse(hint, "unknown command %q", args[0])
}
