package cmd

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Help has the same form for every command: a sentence, examples, and usages of flags in
// lower case without a full stop.
func TestHelpStyle(t *testing.T) {
	root := Commands()
	for _, cmd := range append(root.Commands(), root) {
		if !strings.HasSuffix(cmd.Short, ".") || !unicode.IsUpper(rune(cmd.Short[0])) {
			t.Errorf("%s: %q is not a sentence", cmd.CommandPath(), cmd.Short)
		}
		if cmd.Flags().Lookup("output") != nil && cmd.Example == "" {
			t.Errorf("%s: no example", cmd.CommandPath())
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			_, usage := pflag.UnquoteUsage(f)
			if usage == "" || unicode.IsUpper(rune(usage[0])) || strings.HasSuffix(usage, ".") {
				t.Errorf("%s --%s: %q is not lower case without a full stop", cmd.CommandPath(), f.Name, usage)
			}
		})
		var help bytes.Buffer
		printHelp(&help, cmd)
		for line := range strings.Lines(help.String()) {
			if len(strings.TrimSuffix(line, "\n")) > helpWidth {
				t.Errorf("%s: a line of help is wider than 80 columns: %q", cmd.CommandPath(), line)
			}
		}
	}
}

// Every example in help is one that weir understands: a command that exists, with
// flags, formats and values that it takes.
func TestHelpExamples(t *testing.T) {
	ran := 0
	for _, cmd := range append(Commands().Commands(), Commands()) {
		for line := range strings.Lines(cmd.Example) {
			for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("|>()\n", r) }) {
				words := strings.Fields(part)
				if len(words) < 2 || words[0] != "weir" {
					continue
				}
				ran++
				if err := understand(words[1:]); err != nil {
					t.Errorf("%s: example %q: %v", cmd.CommandPath(), strings.TrimSpace(line), err)
				}
			}
		}
	}
	if ran == 0 {
		t.Error("no example was tried")
	}
}

// understand goes through everything that happens before a command works.
func understand(args []string) error {
	r := &run{console: console{out: io.Discard, err: io.Discard}}
	root := newRoot(r, args)
	for _, cmd := range root.Commands() {
		cmd.RunE = func(*cobra.Command, []string) error { return nil }
	}
	root.SetArgs(args)
	return root.Execute()
}

// A command that is asked for is made without the others, by its name.
func TestCommandAlone(t *testing.T) {
	all := Commands().Commands()
	for i, c := range commands {
		alone := newRoot(&run{}, []string{c.name, "--help"}).Commands()
		if len(alone) != 2 || alone[0].Use != all[i].Use || alone[1].Name() != "help" {
			t.Errorf("%s: is made as %q, with %d commands", c.name, alone[0].Use, len(alone))
		}
	}
}
