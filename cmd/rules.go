package cmd

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/weirgraph/weir/analyze/rules"
)

func newRules(r *run) *cobra.Command {
	return &cobra.Command{
		Use:   "rules [id]",
		Short: "List the rules, or explain one.",
		Long:  `The page of a rule gives the reason, an example and the fix.`,
		Example: `weir rules
weir rules sync-cycle`,
		Args:              atMost(1),
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRules(r)
			}
			return showRule(r, args[0])
		},
	}
}

// listRules writes one rule a line.
func listRules(r *run) error {
	w := tabwriter.NewWriter(r.out, 0, 0, 3, ' ', 0)
	for _, rule := range rules.Rules {
		fmt.Fprintf(w, "%s\t%s\t%s\n", rule.ID, rule.Usual(), rule.Title)
	}
	return w.Flush()
}

func showRule(r *run, id string) error {
	rule, err := rules.FindRule(id)
	if err != nil {
		return misuse(hintOf(err), "%w", err)
	}
	_, err = fmt.Fprintf(r.out, "%s (%s): %s\n\n%s\n", rule.ID, rule.Usual(), rule.Title, strings.TrimSpace(rule.Doc))
	return err
}

func completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var words []string
	for _, rule := range rules.Rules {
		words = append(words, cobra.CompletionWithDesc(rule.ID, rule.Title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}
