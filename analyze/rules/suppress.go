package rules

import (
	"cmp"
	"errors"
	"fmt"
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

func reportUnknownRule(p *Pass, subject, text string, at []graph.Origin, services []graph.Node) {
	for _, name := range rulesNamed(text) {
		var unknown *RuleError
		if _, err := findRule(p.all, name); name == "*" || !errors.As(err, &unknown) {
			continue
		}
		p.Report(analyze.Finding{
			Confidence: analyze.Certain,
			Subject:    subject,
			Detail:     IgnoreAnnotation + " " + name,
			Message:    fmt.Sprintf("%s: %q of %s is no rule, so that nothing is excused", IgnoreAnnotation, name, subject),
			Hint:       unknown.Hint(),
			Values:     []analyze.KeyValue{keyValue("field", IgnoreAnnotation), keyValue("value", name)},
			Origins:    at,
			Services:   services,
		})
	}
}

func objectSuppressions(g *graph.Graph) suppressions {
	said := suppressions{}
	for _, b := range g.Policies() {
		if b.Excuses != "" {
			said[b.Object] = b.Excuses
		}
	}
	return said
}

// suppressionOf is what a service says.
func suppressionOf(s *graph.Service) string {
	return cmp.Or(s.Annotations[IgnoreAnnotation], s.Labels[IgnoreAnnotation])
}

// matches reports whether text is what pattern says: "*" is any run of
// characters, slashes too, "?" any single one.
func matches(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, resume := -1, 0 // after the last "*" in p, and where in t it stops for now
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			i++
			star, resume = i, j
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

// expired compares dates as text, which is what their notation is made for.
func expired(i *analyze.Ignore, today string) bool { return i.Until != "" && today > i.Until }

// checkSuppressions reports annotations that excuse nothing, for there is no such rule.
func checkSuppressions(p *Pass) {
	for v := range graph.Node(p.Graph.Len()) {
		s := p.Graph.Service(v)
		reportUnknownRule(p, s.ID, suppressionOf(s), places(s), []graph.Node{v})
	}
	told := map[string]bool{}
	for _, b := range p.Graph.Policies() {
		if !told[b.Object] {
			told[b.Object] = true
			reportUnknownRule(p, b.Object, b.Excuses, []graph.Origin{b.Origin}, nil)
		}
	}
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

// ignores reports whether an entry that has not run out excuses f.
func (o *Options) ignores(f *analyze.Finding) bool {
	return slices.ContainsFunc(o.Ignore, func(i analyze.Ignore) bool {
		return !expired(&i, o.Today) && (i.Rule == "*" || i.Rule == f.Rule) && matches(i.Subject, f.Subject)
	})
}
