package rules

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// nearName returns the service of the inputs that a name may be a misspelling of.
func nearName(p *Pass, name string) string { return p.serviceNames().nearest(name) }

// isCallee reports whether a service is the one that a host names: by its name alone, or with its
// namespace.
func isCallee(s *graph.Service, host string) bool {
	name, rest, long := strings.Cut(host, ".")
	return s.Name == name && (!long || firstLabel(rest) == s.Namespace)
}
