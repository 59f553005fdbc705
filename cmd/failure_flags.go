package cmd

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// A failureMode is a flag that selects how services fail.
type failureMode struct {
	word   string
	inject failure.Injection
}

func (m *failureMode) String() string { return m.word }
func (m *failureMode) Type() string   { return "mode" }

func (m *failureMode) Set(word string) error {
	i, err := analyze.ParseMode(word)
	switch {
	case errors.Is(err, analyze.ErrNoMode):
		name, _, _ := strings.Cut(word, "=")
		return misuse(oneOf(name, analyze.Modes), "unknown value %q", word)
	case err != nil:
		return misuse("write one of "+strings.Join(analyze.Modes, ", "), "unknown failure mode: %q", word)
	}
	m.word, m.inject = word, i
	return nil
}

// A serviceSelector is a flag that selects services by a common property. Several
// flags select the union.
type serviceSelector []property

type property struct{ key, value string }

func (p property) String() string { return p.key + "=" + p.value }

func (s *serviceSelector) String() string {
	words := make([]string, len(*s))
	for i, one := range *s {
		words[i] = one.String()
	}
	return strings.Join(words, " ")
}
func (s *serviceSelector) Type() string { return "key=value" }

func (s *serviceSelector) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || value == "" {
		return misuse("write key=value, as in namespace=shop", "not of the form key=value: %q", text)
	}
	if !slices.Contains(analyze.Selectors, key) {
		return misuse(oneOf(key, analyze.Selectors), "unknown key %q", key)
	}
	*s = append(*s, property{key, value})
	return nil
}

// services returns the selected services. It is an error if a property selects none.
func (s *serviceSelector) services(g *graph.Graph) ([]graph.Node, error) {
	var list []graph.Node
	for _, one := range *s {
		chosen, err := one.services(g)
		if err != nil {
			return nil, err
		}
		list = append(list, chosen...)
	}
	return list, nil
}

func (p property) services(g *graph.Graph) ([]graph.Node, error) {
	list := analyze.Select(g, p.key, p.value)
	if len(list) > 0 {
		return list, nil
	}
	has := map[string]bool{}
	for v := range graph.Node(g.Len()) {
		if value := analyze.Property(g, v, p.key); value != "" {
			has[value] = true
		}
	}
	hint := "no service has a " + p.key
	if words := slices.Sorted(maps.Keys(has)); len(words) > 0 {
		hint = oneOf(p.value, words)
	}
	return nil, misuse(hint, "no service with %s", p)
}
