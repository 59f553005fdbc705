package cmd

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// modes are examples of every failure mode, as --mode takes them.
var modes = []string{"stop", "hang", "slow=2s", "partial=1/3", "degraded"}

// A failureMode is a flag that selects how services fail.
type failureMode struct {
	word   string
	inject failure.Injection
}

func (m *failureMode) String() string { return m.word }
func (m *failureMode) Type() string   { return "mode" }

func (m *failureMode) Set(word string) error {
	name, value, _ := strings.Cut(word, "=")
	var i failure.Injection
	var err error
	switch name {
	case "stop", "hang", "degraded":
		if value != "" {
			err = errors.New("it takes no value")
		}
		i.Mode = map[string]failure.Mode{"stop": failure.Stop, "hang": failure.Hang, "degraded": failure.Degrade}[name]
	case "slow":
		i.Mode = failure.SlowDown
		if i.Delay, err = time.ParseDuration(value); err == nil && i.Delay <= 0 {
			err = errors.New("no delay")
		}
	case "partial":
		i.Mode = failure.Partial
		i.Stopped, i.Replicas, err = parseShare(value)
	default:
		return misuse(oneOf(name, modes), "unknown value %q", word)
	}
	if err != nil {
		return misuse("write one of "+strings.Join(modes, ", "), "unknown failure mode: %q", word)
	}
	m.word, m.inject = word, i
	return nil
}

// parseShare reads "1/3".
func parseShare(text string) (part, whole int, err error) {
	a, b, _ := strings.Cut(text, "/")
	part, err = strconv.Atoi(a)
	if err == nil {
		whole, err = strconv.Atoi(b)
	}
	if err == nil && (part < 1 || part > whole) {
		err = errors.New("no share")
	}
	return part, whole, err
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
