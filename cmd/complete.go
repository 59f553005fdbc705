package cmd

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/graph"
)

// completions write the completion script of each shell.
var completions = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	"zsh":        (*cobra.Command).GenZshCompletion,
}

func newCompletion(r *run) *cobra.Command {
	shells := slices.Sorted(maps.Keys(completions))
	return &cobra.Command{
		Use:   "completion <shell>",
		Short: "Print the completion script for a shell.",
		Long:  "The shells are " + strings.Join(shells, ", ") + ".",
		Example: `source <(weir completion bash)
weir completion zsh > "${fpath[1]}/_weir"
weir completion fish > ~/.config/fish/completions/weir.fish`,
		ValidArgs: shells,
		Args:      cobra.MatchAll(needs("a shell"), atMost(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := completions[args[0]]
			if !ok {
				return misuse(oneOf(args[0], shells), "no completion for the shell %q", args[0])
			}
			return write(cmd.Root(), r.out)
		},
	}
}

// completeServices completes the first n arguments to services of the configured
// sources or of the current directory; the sources that follow are completed as files.
func (r *run) completeServices(n int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= n {
			return nil, cobra.ShellCompDirectiveDefault
		}
		if r.prepare(cmd) != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		r.quiet = true // a shell would show messages in the middle of the line
		g, err := r.load(nil, nil)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		// "a,b" names several: the text up to the last comma stays.
		before := word[:strings.LastIndexByte(word, ',')+1]
		var words []string
		for _, s := range g.Services() {
			words = append(words, cobra.CompletionWithDesc(before+s.ID, describe(&s)))
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// describe returns the kind of a service and its team.
func describe(s *graph.Service) string {
	if s.Team != "" {
		return s.Kind.String() + " of " + s.Team
	}
	return s.Kind.String()
}
