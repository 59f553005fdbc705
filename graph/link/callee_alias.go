package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// looseName returns the form by which names in code and names of services are compared:
// lower case letters and digits, without endings such as "service" and "client".
func looseName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	s := b.String()
	for changed := true; changed; {
		changed = false
		for _, ending := range []string{"service", "svc", "client", "backend", "api"} {
			if t, ok := strings.CutSuffix(s, ending); ok && t != "" {
				s, changed = t, true
			}
		}
	}
	return s
}

// calleeByAlias returns which calls go to the callee that a policy calls by a name in code: those
// to a service of that name, or, if no call goes to one, those whose setting has the name:
// CATALOG_URL for "catalogClient".
func (b *binder) calleeByAlias(p *graph.Policy, calls []graph.Edge) func(graph.Edge) bool {
	if p.CalleeAlias == "" {
		return func(graph.Edge) bool { return true }
	}
	named := func(e graph.Edge) bool {
		return b.goesBy(e, func(s *graph.Service) bool { return matchesLoosely(s, p.CalleeAlias) })
	}
	if slices.ContainsFunc(calls, named) {
		return named
	}
	want := looseName(p.CalleeAlias)
	return func(e graph.Edge) bool {
		return slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return isKeyOf(ev.Key, want) })
	}
}

// isKeyOf reports whether the key of an address ends with a name, in its loose form, and words
// for an address: "orders.catalog-service-url" for "catalog".
func isKeyOf(key, name string) bool {
	words := address.Words(key)
	n := len(words)
	for n > 0 && slices.Contains(addressEndings, words[n-1]) {
		n--
	}
	if n == len(words) || name == "" {
		return false
	}
	for i := range n {
		if looseName(strings.Join(words[i:n], "")) == name {
			return true
		}
	}
	return false
}

// addressEndings end the keys of addresses.
var addressEndings = wordList("url uri host hostname addr address endpoint base")

// hasName reports whether a service has exactly this name.
func hasName(s *graph.Service, name string) bool {
	return strings.EqualFold(s.Name, name) || slices.ContainsFunc(s.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// matchesLoosely reports whether name can be the name in code of a service.
func matchesLoosely(s *graph.Service, name string) bool {
	want := looseName(name)
	return looseName(s.Name) == want || slices.ContainsFunc(s.Aliases, func(a string) bool { return looseName(a) == want })
}
