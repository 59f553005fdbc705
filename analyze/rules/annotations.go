package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// rulesNamed returns the rules that an annotation excuses.
func rulesNamed(text string) []string {
	var rules []string
	for line := range strings.Lines(text) {
		rule, _, _ := strings.Cut(line, ":")
		if rule = strings.TrimSpace(rule); rule != "" {
			rules = append(rules, rule)
		}
	}
	return rules
}

// suppressions is what policy objects say under IgnoreAnnotation, by their names.
type suppressions map[string]string

func objectSuppressions(g *graph.Graph) suppressions {
	said := suppressions{}
	for _, b := range g.Policies() {
		if b.Excuses != "" {
			said[b.Object] = b.Excuses
		}
	}
	return said
}

// IgnoreAnnotation is the key under which a service or a policy object excuses
// findings about itself: "<rule>: reason", one a line. Where an input has no
// annotations, a label of this name does.
const IgnoreAnnotation = graph.IgnoreAnnotation

// suppressionOf is what a service says.
func suppressionOf(s *graph.Service) string {
	return cmp.Or(s.Annotations[IgnoreAnnotation], s.Labels[IgnoreAnnotation])
}

// covers reports whether one of those who may say so excuses f: the object that is
// its subject, or one of its services.
func (e suppressions) covers(g *graph.Graph, f *analyze.Finding) bool {
	named := func(text string) bool {
		return slices.ContainsFunc(rulesNamed(text), func(rule string) bool { return rule == "*" || rule == f.Rule })
	}
	owners := f.Owners
	if owners == nil {
		owners = f.Services
	}
	return named(e[f.Subject]) || slices.ContainsFunc(owners, func(v graph.Node) bool { return named(suppressionOf(g.Service(v))) })
}
