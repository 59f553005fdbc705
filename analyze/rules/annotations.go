package rules

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
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

// suppressions are the values of ignoreAnnotation of policy objects and of what is not
// rendered.
type suppressions struct {
	analysis *analyze.Analysis
	graph    *graph.Graph
	objects  map[string]string       // by object name
	places   map[graph.Origin]string // by the places of the settings of these objects
}

func newSuppressions(r *analyze.Analysis, g *graph.Graph) *suppressions {
	s := &suppressions{r, g, map[string]string{}, map[graph.Origin]string{}}
	for _, b := range g.Policies() {
		if b.Excuses != "" {
			s.objects[b.Object] = b.Excuses
			s.places[b.Origin] = b.Excuses
			s.addPlaces(reflect.ValueOf(b.Says), b.Excuses)
		}
	}
	for _, u := range g.Coverage().Unread {
		if u.Excuses != "" {
			s.objects[u.Name] = u.Excuses
		}
	}
	return s
}

// addPlaces adds the places of the settings in part.
func (e *suppressions) addPlaces(part reflect.Value, value string) {
	for _, field := range policy.Fields(part) {
		if set, ok := policy.SettingIn(field); ok {
			if set.Origin.File != "" {
				e.places[set.Origin] = value
			}
			continue
		}
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct {
			e.addPlaces(field, value)
		}
	}
}

// ignoreAnnotation is the key under which a service or a policy object suppresses
// findings about itself: "<rule>: reason", one a line. Inputs without annotations use
// a label of this name.
const ignoreAnnotation = graph.IgnoreAnnotation

// suppressionOf returns the value of ignoreAnnotation of a service, "" if it has none.
func suppressionOf(s *graph.Service) string {
	return cmp.Or(s.Annotations[ignoreAnnotation], s.Labels[ignoreAnnotation])
}

// covers reports whether f is suppressed by the object that is its subject or on which it
// rests, or by one of its services. A finding rests on the objects of the settings at its
// places, and on those that act on the call that it is about.
func (e *suppressions) covers(f *analyze.Finding) bool {
	named := func(text string) bool {
		return slices.ContainsFunc(rulesNamed(text), func(rule string) bool { return rule == "*" || rule == f.Rule })
	}
	owners := f.Owners
	if owners == nil {
		owners = f.Services
	}
	return named(e.objects[f.Subject]) || slices.ContainsFunc(owners, func(v graph.Node) bool { return named(suppressionOf(e.graph.Service(v))) }) ||
		len(e.objects) > 0 && (slices.ContainsFunc(f.Origins, func(o graph.Origin) bool { return named(e.places[o]) }) || slices.ContainsFunc(e.acting(f), func(object string) bool { return named(e.objects[object]) }))
}

// acting returns the policy objects that act on the call that f is about.
func (e *suppressions) acting(f *analyze.Finding) []string {
	g := e.analysis.Core
	if len(f.Services) < 2 || f.Subject != g.ID(f.Services[0])+"->"+g.ID(f.Services[1]) {
		return nil
	}
	call, ok := g.Edge(f.Services[0], f.Services[1])
	if !ok {
		return nil
	}
	var objects []string
	for _, part := range e.analysis.Effective(call) {
		for i := range part.Layers {
			objects = append(objects, part.Layers[i].Set.Objects...)
		}
	}
	return objects
}
