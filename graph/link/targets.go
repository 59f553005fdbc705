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
	labeled := map[objectLabel][]int{}
	for i := range l.f.Labeled {
		o := &l.f.Labeled[i]
		labeled[objectLabel{kind: o.Ref.Kind}] = append(labeled[objectLabel{kind: o.Ref.Kind}], i)
		for k, v := range o.Labels {
			labeled[objectLabel{o.Ref.Kind, k, v}] = append(labeled[objectLabel{o.Ref.Kind, k, v}], i)
		}
	}
	members := make([]graph.Member, 0, len(l.f.Members))
	for _, m := range l.f.Members {
		if m.Targets == nil {
			members = append(members, m)
			continue
		}
		by := m.Targets
		m.Targets = nil
		candidates := labeled[objectLabel{kind: by.Kind}]
		for k, v := range by.Selector.Labels {
			if list := labeled[objectLabel{by.Kind, k, v}]; len(list) < len(candidates) {
				candidates = list
			}
		}
		for _, i := range candidates {
			object := l.f.Labeled[i].Ref
			if !l.inSpaces(&by.Selector, object.Namespace, m.Of.Namespace) || !matches(&by.Selector, l.f.Labeled[i].Labels) {
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
			if len(members) > l.budget.calls+len(l.f.Members) {
				l.exceed(l.budget.calls, "objects that policies select", m.Origin)
				return
			}
		}
	}
	l.f.Members = members
}

// An objectLabel is a label of objects of a kind, or all of a kind.
type objectLabel struct{ kind, key, value string }

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
