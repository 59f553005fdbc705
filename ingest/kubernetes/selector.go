package kubernetes

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// lookIn sets the namespaces in which s looks to those that a namespaceSelector
// picks. It reports false when the selector says more than s can hold.
func lookIn(o *resource.Object, s *graph.Selector, n document.Node) bool {
	spaces := o.SelectorAt(n)
	if spaces.IsZero() {
		s.AnyNamespace = true
		return true
	}
	if name, ok := spaces.Labels[graph.NamespaceNameLabel]; ok {
		s.Namespaces = []string{name}
		return len(spaces.Labels) == 1 && len(spaces.Exprs) == 0
	}
	s.NamespaceLabels = spaces.Labels
	switch {
	case len(spaces.Exprs) == 0:
		return true
	case len(spaces.Labels) > 0 || len(spaces.Exprs) > 1:
		return false
	}
	e := spaces.Exprs[0]
	if e.Op != "In" {
		return false
	}
	if e.Key == graph.NamespaceNameLabel {
		s.Namespaces = e.Values
		return len(e.Values) > 0
	}
	if len(e.Values) == 1 {
		s.NamespaceLabels = graph.Labels{e.Key: e.Values[0]}
		return true
	}
	return false
}
