package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/weirgraph/weir/render/pen"
)

func newHelp(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Show the usage of a command.",
		Args:  atMost(1),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				printHelp(r.out, cmd.Root())
				return nil
			}
			for _, c := range cmd.Root().Commands() {
				if c.Name() == args[0] {
					printHelp(r.out, c)
					return nil
				}
			}
			return misuse(oneOf(args[0], commandNames(cmd.Root())), "unknown command %q", args[0])
		},
	}
}

// printHelp writes the help of a command: usage line, description, examples, commands
// and flags.
func printHelp(w io.Writer, cmd *cobra.Command) {
	line := cmd.Use
	if cmd.HasParent() {
		line = cmd.Parent().CommandPath() + " " + line
	}
	fmt.Fprintf(w, "%s\n\n%s\n", line, strings.Join(pen.Wrap(cmd.Short, helpWidth), "\n"))
	if cmd.Long != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(cmd.Long))
	}
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n  %s\n", strings.ReplaceAll(cmd.Example, "\n", "\n  "))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			printRow(w, cmd.NamePadding(), c.Name(), c.Short)
		}
	}
	for _, group := range []string{"", groupInput, groupOutput, groupPicture} {
		printFlags(w, cmd.Flags(), group)
	}
	if !cmd.HasParent() {
		fmt.Fprint(w, "\nExit codes: 0 clean, 1 findings, 2 usage error, 3 an input could not be read.\n")
	}
}

// printFlags shows the flags of one group under its heading, and nothing if
// there are none.
func printFlags(w io.Writer, flags *pflag.FlagSet, group string) {
	type row struct{ flag, usage string }
	var rows []row
	width := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || groupOf(f) != group {
			return
		}
		flag := "    --" + f.Name
		if f.Shorthand != "" {
			flag = "-" + f.Shorthand + ", --" + f.Name
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			flag += " <" + value + ">"
		}
		switch f.DefValue {
		case "", "0", "false", "[]":
		default:
			usage += fmt.Sprintf(" (default %q)", f.DefValue)
		}
		rows = append(rows, row{flag, usage})
		width = max(width, len(flag))
	})
	if len(rows) == 0 {
		return
	}
	if group == "" {
		group = "Flags"
	}
	fmt.Fprintf(w, "\n%s:\n", group)
	for _, r := range rows {
		printRow(w, width, r.flag, r.usage)
	}
}

// helpWidth is how many columns help has.
const helpWidth = 80

// printRow writes a name and what it is, in as many lines as that takes.
func printRow(w io.Writer, width int, name, says string) {
	for i, line := range pen.Wrap(says, helpWidth-width-5) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(w, "  %-*s   %s\n", width, name, line)
	}
}

// groupOf returns the heading under which help shows a flag, "" for a command's
// own.
func groupOf(f *pflag.Flag) string {
	if group := f.Annotations[groupKey]; len(group) > 0 {
		return group[0]
	}
	return ""
}

// commandNames returns the names of weir's commands, in the order in which help lists
// them.
func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}
