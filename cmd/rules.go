package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/weirgraph/weir/analyze/rules"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

func newRules(r *run) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "rules [id]",
		Short: "List the rules, or explain one.",
		Long: `The page of a rule gives the reason, an example and the fix. The architecture
rules of weir.yaml are listed after those of weir.`,
		Example: `weir rules
weir rules sync-cycle
weir rules timeout-missing --for linkerd`,
		Args:              atMost(1),
		ValidArgsFunction: completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && name != "" {
				return misuse("weir rules timeout-missing --for "+name, "--for needs the id of a rule")
			}
			if len(args) == 0 {
				return listRules(r)
			}
			rule, err := rules.FindRule(args[0], r.config.ownRules())
			if err != nil {
				return misuse(hintOf(err), "%w", err)
			}
			if name != "" {
				return showRemediations(r, rule, name)
			}
			return showRule(r, rule)
		},
	}
	c.Flags().StringVar(&name, "for", "", "print where `product` has the settings that fix the findings")
	_ = c.RegisterFlagCompletionFunc("for", completeProducts)
	r.addConfigFlag(c)
	return c
}

// listRules writes one rule a line.
func listRules(r *run) error {
	w := tabwriter.NewWriter(r.out, 0, 0, 3, ' ', 0)
	for _, rule := range slices.Concat(rules.Rules, r.config.ownRules()) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", rule.ID, rule.Usual(), rule.Title)
	}
	return w.Flush()
}

// showRule writes the page of a rule.
func showRule(r *run, rule *rules.Rule) error {
	writeTitle(r.out, rule)
	fmt.Fprintln(r.out, strings.TrimSpace(rule.Doc))
	if products := remedied(rule); products != "" {
		fmt.Fprintf(r.out, "\n%s\n", products)
	}
	return nil
}

func writeTitle(w io.Writer, rule *rules.Rule) {
	fmt.Fprintf(w, "%s (%s): %s\n\n", rule.ID, rule.Usual(), rule.Title)
}

// wrapped writes words with commas in between, in lines as long as those of a page.
func wrapped(words []string) string {
	const width = 85
	var b strings.Builder
	column := 0
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		switch {
		case column > 0 && column+1+len(word) > width:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// remedied says which products have a setting for a rule, "" if none has.
func remedied(rule *rules.Rule) string {
	var names []string
	for _, p := range products() {
		if slices.ContainsFunc(rule.Purposes, func(u policy.Purpose) bool { return len(p.Remediations.Get()[u]) > 0 }) {
			names = append(names, p.Name)
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf("`weir rules %s --for <product>` prints the settings of one product:\n%s.", rule.ID, wrapped(names))
}

// showRemediations writes where a product has the settings that a rule asks for, one
// object kind a line.
func showRemediations(r *run, rule *rules.Rule, name string) error {
	p := product.Find(name)
	if p == nil {
		return misuse(didyoumean.Hint(name, productNames()), "no product %q", name)
	}
	writeTitle(r.out, rule)
	if len(rule.Purposes) == 0 {
		fmt.Fprintf(r.out, "no setting of a product fixes it: see \"weir rules %s\"\n", rule.ID)
		return nil
	}
	for _, purpose := range rule.Purposes {
		if len(p.Remediations.Get()[purpose]) == 0 {
			fmt.Fprintf(r.out, "%s cannot express %s\n", p.Title, purpose)
			continue
		}
		fmt.Fprintf(r.out, "%s, %s:\n", p.Title, purpose)
		for _, way := range p.Remediations.Get()[purpose] {
			fmt.Fprintf(r.out, "  %s\n", way.Sentence(policy.OpSet.String(), ""))
		}
	}
	return nil
}

// products are all that users know by name.
func products() []*policy.Product {
	return slices.DeleteFunc(slices.Clone(product.All), func(p *policy.Product) bool { return p.Around != nil })
}

func productNames() []string {
	var names []string
	for _, p := range products() {
		names = append(names, p.Name)
	}
	return names
}

func completeProducts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var words []string
	for _, p := range products() {
		words = append(words, cobra.CompletionWithDesc(p.Name, p.Title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

func completeRules(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var words []string
	for _, rule := range slices.Concat(rules.Rules, configOf(cmd).ownRules()) {
		words = append(words, cobra.CompletionWithDesc(rule.ID, rule.Title))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}
