package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// rulesNamed returns the rules whose findings an annotation suppresses.
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

// suppressions are the values of IgnoreAnnotation of policy objects, by object name.
type suppressions map[string]string

func objectSuppressions(g *graph.Graph) suppressions {
	values := suppressions{}
	for _, b := range g.Policies() {
		if b.Excuses != "" {
			values[b.Object] = b.Excuses
		}
	}
	return values
}

// IgnoreAnnotation is the key under which a service or a policy object suppresses
// findings about itself: "<rule>: reason", one a line. Inputs without annotations use
// a label of this name.
const IgnoreAnnotation = graph.IgnoreAnnotation

// suppressionOf returns the value of IgnoreAnnotation of a service, "" if it has none.
func suppressionOf(s *graph.Service) string {
	return cmp.Or(s.Annotations[IgnoreAnnotation], s.Labels[IgnoreAnnotation])
}

// covers reports whether f is suppressed by the object that is its subject, or by one
// of its services.
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
