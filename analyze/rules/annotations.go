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

// excuseIn returns the reason that the value of an annotation has for excusing findings of a rule,
// false if it has no line for the rule.
func excuseIn(text, rule string) (reason string, ok bool) {
	for line := range strings.Lines(text) {
		id, reason, _ := strings.Cut(line, ":")
		if id = strings.TrimSpace(id); id == "*" || CurrentID(id) == rule {
			return strings.TrimSpace(reason), true
		}
	}
	return "", false
}

// suppressions are the values of ignoreAnnotation of policy objects and of what is not
// rendered.
type suppressions struct {
	analysis *analyze.Analysis
	graph    *graph.Graph
	objects  map[string]string          // by object name
	places   map[graph.Origin]string    // by the places of the settings of these objects
	used     map[string]map[string]bool // lines that excuse a finding: by the value of the annotation, by rule
	comments *comments
}

func newSuppressions(r *analyze.Analysis, g *graph.Graph) *suppressions {
	s := &suppressions{r, g, map[string]string{}, map[graph.Origin]string{}, map[string]map[string]bool{}, newComments(g)}
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
			if set.Origin.File() != "" {
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

// covers returns the reason why f is suppressed by the object that is its subject or on which it
// rests, or by one of its services; false if it is not. A finding rests on the objects of the
// settings at its places, and on those that act on the call that it is about.
func (e *suppressions) covers(f *analyze.Finding) (reason string, ok bool) {
	values := []string{e.objects[f.Subject]}
	owners := f.Owners
	if owners == nil {
		owners = f.Services
	}
	for _, v := range owners {
		values = append(values, suppressionOf(e.graph.Service(v)))
	}
	if len(e.objects) > 0 {
		for _, o := range f.Origins {
			values = append(values, e.places[o])
		}
		for _, object := range e.acting(f) {
			values = append(values, e.objects[object])
		}
	}
	for _, text := range values {
		why, covered := excuseIn(text, f.Rule)
		if !covered {
			continue
		}
		if e.used[text] == nil {
			e.used[text] = map[string]bool{}
		}
		e.used[text][f.Rule] = true
		if !ok {
			reason, ok = why, true
		}
	}
	return reason, ok
}

// unused returns the lines of annotations that excuse none of the findings that covers was asked
// about, of the rules that were run.
func (e *suppressions) unused(run []analyze.RuleInfo) []analyze.Ignore {
	var list []analyze.Ignore
	add := func(subject, text string, at graph.Origin) {
		for _, rule := range rulesNamed(text) {
			known := slices.ContainsFunc(run, func(r analyze.RuleInfo) bool { return r.ID == rule })
			if e.used[text][rule] || rule == "*" && len(e.used[text]) > 0 || rule != "*" && !known {
				continue
			}
			reason, _ := excuseIn(text, rule)
			list = append(list, analyze.Ignore{Ignore: graph.Ignore{Rule: rule, Subject: subject, Reason: reason, Origin: at}, By: analyze.ByAnnotation})
		}
	}
	for _, s := range e.graph.Services() {
		if text := suppressionOf(&s); text != "" && len(s.Origins) > 0 {
			add(s.ID, text, s.Origins[0])
		}
	}
	seen := map[string]bool{}
	for _, b := range e.graph.Policies() {
		if b.Excuses != "" && !seen[b.Object] {
			seen[b.Object] = true
			add(b.Object, b.Excuses, b.Origin)
		}
	}
	for _, u := range e.graph.Coverage().Unread {
		if u.Excuses != "" && !seen[u.Name] {
			seen[u.Name] = true
			add(u.Name, u.Excuses, u.Origin)
		}
	}
	return list
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
