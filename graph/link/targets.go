package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// selectTargets replaces every member that is selected by labels by one for each object that
// has them. For a selected route there are the gateways above it.
func (l *linker) selectTargets() {
	isSelection := func(m graph.Member) bool { return m.Targets != nil }
	if !slices.ContainsFunc(l.f.Members, isSelection) {
		return
	}
	members := make([]graph.Member, 0, len(l.f.Members))
	for _, m := range l.f.Members {
		if m.Targets == nil {
			members = append(members, m)
			continue
		}
		by := m.Targets
		m.Targets = nil
		for i := range l.f.Labeled {
			object := l.f.Labeled[i].Ref
			if object.Kind != by.Kind || !l.inSpaces(&by.Selector, object.Namespace, m.Of.Namespace) || !matches(&by.Selector, l.f.Labeled[i].Labels) {
				continue
			}
			one := m
			switch {
			case m.Through: // who goes through the object goes through the selecting one
				one.Of = object
			case strings.HasSuffix(object.Kind, "Route"):
				one.Party = graph.EndpointRef{Group: graph.GatewaysOf(object)}
			default:
				one.Party = graph.EndpointRef{Ref: object}
			}
			members = append(members, one)
		}
	}
	l.f.Members = members
}

// inSpaces reports whether a selector of an object in namespace own looks in a namespace.
func (l *linker) inSpaces(s *graph.Selector, namespace, own string) bool {
	switch {
	case s.AnyNamespace:
		return true
	case s.NamespaceLabels != nil:
		return slices.ContainsFunc(l.f.Namespaces, func(n graph.Namespace) bool {
			return n.Name == namespace && matches(&graph.Selector{Labels: s.NamespaceLabels}, n.Labels)
		})
	}
	return namespace == own
}
