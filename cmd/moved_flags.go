package cmd

import (
	"strings"

	"github.com/spf13/cobra"
)

// A movedFlag is a flag of blast that has become a command. It does the same for one
// more release, is hidden from help, and writes the new command to standard error.
type movedFlag struct {
	name    string
	command string // what to write after weir
	given   bool
	run     func(args []string) error
}

// addMovedFlags adds the flags of blast that have become commands.
func addMovedFlags(r *run, cmd *cobra.Command, filter *callFilter) []*movedFlag {
	moved := []*movedFlag{
		{name: "all", command: "rank", run: func(args []string) error {
			return takesNoService("rank", args, runRank(r, filter, args))
		}},
		{name: "shared-fate", command: "fate", run: func(args []string) error {
			return takesNoService("fate", args, runFate(r, filter, args))
		}},
		{name: "contracts", command: "contracts <service>", run: func(args []string) error {
			return runContracts(r, filter, args[0], args[1:])
		}},
	}
	for _, m := range moved {
		cmd.Flags().BoolVar(&m.given, m.name, false, "moved to weir "+m.command)
		_ = cmd.Flags().MarkHidden(m.name)
	}
	return moved
}

// chosenMoved returns the moved flag that is given, nil if none is.
func chosenMoved(flags []*movedFlag) *movedFlag {
	for _, m := range flags {
		if m.given {
			return m
		}
	}
	return nil
}

// runMoved does what the flag did, unless a flag is given that its command does not
// take.
func runMoved(r *run, m *movedFlag, cmd *cobra.Command, args []string) error {
	name, _, _ := strings.Cut(m.command, " ")
	for _, other := range []string{"all", "shared-fate", "contracts", "mode", "fail", "depth", "assume-overload"} {
		if other != m.name && cmd.Flags().Changed(other) {
			return misuse("weir "+name+" --help lists the flags it takes", "--%s and --%s do not go together", m.name, other)
		}
	}
	r.printMessage("--"+m.name+" moved to \"weir "+m.command+"\"", "")
	return m.run(args)
}
