package analyze

import (
	"strings"

	"github.com/weirgraph/weir/graph"
)

// namespaces are those that services of the inputs live in.
func (r *run) namespaces() map[string]bool {
	return namespaces.Of(r, Once{}, func() map[string]bool {
		known := map[string]bool{}
		for _, s := range r.core.Services() {
			known[s.Namespace] = true
		}
		return known
	})
}

// outside reports whether the callee of e is outside the estate. A short name, or
// one in a namespace that the inputs know, is within and only out of sight.
func (p *Pass) outside(e graph.Edge) bool {
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
	return dot >= 0 && !p.run.namespaces()[s.Name[dot+1:]]
}

var namespaces = NewMemo[Once, map[string]bool]("the namespaces of services")
