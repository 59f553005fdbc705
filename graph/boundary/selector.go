package boundary

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/internal/wildcard"
)

// Truth is whether a service is selected. What no input declares is neither true nor false.
type Truth uint8

const (
	No Truth = iota
	Unknown
	Yes
)

func (t Truth) not() Truth { return Yes - t }

func truth(is bool) Truth {
	if is {
		return Yes
	}
	return No
}

// And is true if both are, and false if one is.
func (t Truth) And(other Truth) Truth { return min(t, other) }

// A Selector selects services: those that one of its terms selects. A Selector without terms
// selects all.
type Selector struct {
	Terms  []Term
	Origin graph.Origin
}

// A Term selects the services of which all its conditions hold. A condition holds if one of its
// patterns does.
type Term struct {
	Names  []string     // of the ID, or without a slash also of the name and the aliases
	Fields []Field      // in the order in which they are written
	Kinds  []graph.Kind // nil is any
	Labels []Label
	Same   []string  // names of fields that have the value of the caller
	Other  []string  // and of those that have another one
	Not    *Selector // selects what the term does not
}

// A Field is a condition on an attribute, by its name in FieldNames.
type Field struct {
	Name     string
	Patterns []string
}

// A Label is a condition on a label.
type Label struct {
	Key      string
	Patterns []string
}

// FieldNames are the attributes of services that conditions may name.
var FieldNames = []string{"namespace", "tier", "team", "owner", "system", "lifecycle"}

// fieldOf returns the value of an attribute and whether it is known.
func fieldOf(s *graph.Service, name string) (value string, known bool) {
	switch name {
	case "namespace":
		return s.Namespace, s.Namespace != "" || s.Defined
	case "tier":
		if s.Tier.Value > 0 {
			value = strconv.Itoa(s.Tier.Value)
		}
	case "team":
		value = s.Team
	case "owner":
		value = s.Owner
	case "system":
		value = s.System
	case "lifecycle":
		value = s.Lifecycle
	}
	return value, value != "" || s.Outside
}

// Compares reports whether a selector compares services with their caller.
func (s *Selector) Compares() bool {
	return slices.ContainsFunc(s.Terms, func(t Term) bool {
		return t.Same != nil || t.Other != nil || t.Not != nil && t.Not.Compares()
	})
}

// Selects reports whether v is selected; caller is the service that calls it, which only a selector
// that Compares looks at.
func (s *Selector) Selects(v, caller *graph.Service) Truth {
	if len(s.Terms) == 0 {
		return Yes
	}
	best := No
	for i := range s.Terms {
		best = max(best, s.Terms[i].selects(v, caller))
	}
	return best
}

func (t *Term) selects(v, caller *graph.Service) Truth {
	is := Yes
	if t.Names != nil {
		is = truth(slices.ContainsFunc(t.Names, func(pattern string) bool { return named(v, pattern) }))
	}
	if t.Kinds != nil {
		is = is.And(truth(slices.Contains(t.Kinds, v.Kind)))
	}
	for _, f := range t.Fields {
		value, known := fieldOf(v, f.Name)
		is = is.And(matches(f.Patterns, value, known))
	}
	for _, l := range t.Labels {
		value, has := v.Labels[l.Key]
		is = is.And(matches(l.Patterns, value, has || v.Defined || v.Outside))
	}
	for _, name := range t.Same {
		is = is.And(same(v, caller, name))
	}
	for _, name := range t.Other {
		is = is.And(same(v, caller, name).not())
	}
	if t.Not != nil && is > No {
		is = is.And(t.Not.Selects(v, caller).not())
	}
	return is
}

// matches is whether a value is what one of the patterns says, if it is known. An empty value matches none.
func matches(patterns []string, value string, known bool) Truth {
	if !known {
		return Unknown
	}
	return truth(value != "" && slices.ContainsFunc(patterns, func(pattern string) bool { return wildcard.Match(pattern, value) }))
}

// same is whether two services have the same value of an attribute.
func same(v, caller *graph.Service, name string) Truth {
	a, knowsA := fieldOf(v, name)
	b, knowsB := fieldOf(caller, name)
	if !knowsA || !knowsB {
		return Unknown
	}
	return truth(a == b)
}

// named reports whether a pattern matches the ID of a service or, without a slash, its name or
// one of its aliases.
func named(s *graph.Service, pattern string) bool {
	if wildcard.Match(pattern, s.ID) {
		return true
	}
	return !strings.Contains(pattern, "/") &&
		(wildcard.Match(pattern, s.Name) || slices.ContainsFunc(s.Aliases, func(alias string) bool { return wildcard.Match(pattern, alias) }))
}

// Names has the services, by their places in a list, by the names that select them: the ID, and where
// they have no slash the name and the aliases.
type Names map[string][]int

// NamesOf returns the names of services.
func NamesOf(services []graph.Service) Names {
	all := Names{}
	for i := range services {
		s := &services[i]
		var own distinct.List[string]
		own.Add(s.ID)
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if !strings.Contains(name, "/") {
				own.Add(name)
			}
		}
		for _, name := range own.All() {
			all[name] = append(all[name], i)
		}
	}
	return all
}

// Exact returns the names of which each selected service has one; false if the selector has a pattern, or
// a term that asks for no name.
func (s *Selector) Exact() (names []string, ok bool) {
	for _, t := range s.Terms {
		if t.Names == nil || slices.ContainsFunc(t.Names, wildcard.Has) {
			return nil, false
		}
		names = append(names, t.Names...)
	}
	return names, names != nil
}

// Unnamed returns the names in the selector, no patterns, that no service has.
func (s *Selector) Unnamed(all Names) []string {
	var missing []string
	for _, t := range s.Terms {
		for _, name := range t.Names {
			if !wildcard.Has(name) && all[name] == nil {
				missing = append(missing, name)
			}
		}
		if t.Not != nil {
			missing = append(missing, t.Not.Unnamed(all)...)
		}
	}
	return missing
}

// String writes what is selected: "shop/web or a database of another team".
func (s *Selector) String() string {
	if len(s.Terms) == 0 {
		return "any service"
	}
	var terms []string
	for i := range s.Terms {
		terms = append(terms, s.Terms[i].String())
	}
	return strings.Join(terms, " or ")
}

// String writes what is selected, as in "service with namespace shop and kind database".
func (t *Term) String() string {
	var with []string
	condition := func(name string, patterns []string) {
		if patterns != nil {
			with = append(with, strings.TrimSpace(name+" "+strings.Join(patterns, " or ")))
		}
	}
	if len(t.Kinds) > 0 {
		var kinds []string
		for _, k := range t.Kinds {
			kinds = append(kinds, k.String())
		}
		condition("kind", kinds)
	}
	for _, f := range t.Fields {
		condition(f.Name, f.Patterns)
	}
	for _, l := range t.Labels {
		condition("label "+l.Key, l.Patterns)
	}
	for _, name := range t.Same {
		with = append(with, "the same "+name)
	}
	for _, name := range t.Other {
		with = append(with, "another "+name)
	}
	text := strings.Join(t.Names, " or ")
	if text == "" {
		text = "a service"
	}
	if with != nil {
		text += " with " + english.List(with)
	}
	if t.Not != nil {
		text += " that is not " + t.Not.String()
	}
	return text
}
