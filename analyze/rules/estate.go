package rules

import (
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// namespacesOf returns the namespaces of the services in the inputs.
func namespacesOf(p *Pass) map[string]bool {
	return namespaces.Of(p.Analysis, analyze.Once{}, func() map[string]bool {
		known := map[string]bool{}
		for _, s := range p.Core.Services() {
			known[s.Namespace] = true
		}
		return known
	})
}

// isOutside reports whether the callee of e is outside the estate. A short name, or
// one in a namespace of the inputs, is inside and only not declared.
func isOutside(p *Pass, e graph.Edge) bool {
	s := p.Core.Service(p.Core.To(e))
	switch {
	case s.Kind != graph.KindExternal:
		return false
	case s.Defined, s.Outside:
		return true
	case s.Namespace != "":
		return false
	}
	dot := strings.LastIndexByte(s.Name, '.')
	return dot >= 0 && !namespacesOf(p)[s.Name[dot+1:]]
}

var namespaces = analyze.NewMemo[analyze.Once, map[string]bool]("the namespaces of services")
