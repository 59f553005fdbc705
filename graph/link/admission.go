package link

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// An attachment is a route, or an object that policies may be for, and the object whose
// listeners it asks for requests.
type attachment struct{ route, to graph.Ref }

// dropNotAdmitted drops the calls that gateways make by routes which none of their listeners
// takes, and says so of each route. Whether a namespace that no input declares has the labels that
// a listener asks for is not known, and neither is the namespace of an object that names none.
//
// Source: gateway-api.sigs.k8s.io/reference/spec, AllowedRoutes and ParentReference.sectionName.
func (l *linker) dropNotAdmitted() {
	objects, routes := map[graph.Ref]*graph.LabeledObject{}, map[graph.Ref]graph.Origin{}
	for i := range l.f.Labeled {
		o := &l.f.Labeled[i]
		routes[o.Ref] = o.Origin
		switch known := objects[o.Ref]; {
		case len(o.Admits) == 0:
		case known == nil:
			objects[o.Ref] = o
		default: // the same object in another file
			both := *known
			both.Admits, both.Sections = slices.Concat(known.Admits, o.Admits), slices.Concat(known.Sections, o.Sections)
			objects[o.Ref] = &both
		}
	}
	if len(objects) == 0 {
		return
	}
	spaces := l.labelsOfNamespaces()
	refused := map[attachment]bool{} // as far as it is decided
	l.f.Calls = slices.DeleteFunc(l.f.Calls, func(c graph.CallFact) bool {
		for _, via := range c.Via[min(1, len(c.Via)):] {
			to, section := via.Whole()
			o := objects[to]
			if o == nil {
				continue
			}
			one := attachment{c.Via[0], via}
			is, decided := refused[one]
			if decided {
				return is
			}
			why, hint := refuses(o, section, one.route.Namespace, spaces)
			if refused[one] = why != ""; refused[one] {
				l.f.Mistakes = append(l.f.Mistakes, graph.Mistake{
					Kind: graph.NotAdmitted, Object: one.route.Subject(), Field: "spec.parentRefs", Of: one.to, Why: why, Hint: hint, Origin: routes[one.route],
				})
			}
			return refused[one]
		}
		return false
	})
}

// labelsOfNamespaces returns the labels of the namespaces that an input declares, with that of the name.
func (l *linker) labelsOfNamespaces() map[string]graph.Labels {
	spaces := map[string]graph.Labels{}
	for i := range l.f.Namespaces {
		n := &l.f.Namespaces[i]
		if spaces[n.Name] == nil {
			spaces[n.Name] = graph.Labels{graph.NamespaceNameLabel: n.Name}
		}
		maps.Copy(spaces[n.Name], n.Labels)
	}
	return spaces
}

// refuses returns why no listener of an object, or the one of a name, takes a route from a
// namespace, and what helps; "" if one may take it.
func refuses(o *graph.LabeledObject, section, from string, spaces map[string]graph.Labels) (why, hint string) {
	listeners := o.Admits
	if section != "" {
		listeners = slices.DeleteFunc(slices.Clone(listeners), func(a graph.Admission) bool { return a.Section != section })
		if len(listeners) == 0 {
			return fmt.Sprintf("names listener %q, which %s does not have", section, o.Ref.Subject()), "write one of its names: " + strings.Join(o.Sections, ", ")
		}
	}
	if slices.ContainsFunc(listeners, func(a graph.Admission) bool { return mayAdmit(&a, o.Namespace, from, spaces) }) {
		return "", ""
	}
	why = fmt.Sprintf("names %s, which takes no routes from namespace %q", o.Ref.Subject(), from)
	if section != "" {
		why = fmt.Sprintf("names listener %q of %s, which takes no routes from namespace %q", section, o.Ref.Subject(), from)
	}
	return why, fmt.Sprintf("set allowedRoutes.namespaces of the listener so that it admits %q", from)
}

// mayAdmit reports whether a listener in a namespace takes routes from another one, as far as the
// inputs show.
func mayAdmit(a *graph.Admission, own, from string, spaces map[string]graph.Labels) bool {
	switch {
	case a.None:
		return false
	case own == "" || from == "" || own == from && a.From == nil:
		return true
	case a.From == nil:
		return false
	case a.From.IsZero():
		return true
	}
	labels, declared := spaces[from]
	if !declared {
		labels = graph.Labels{graph.NamespaceNameLabel: from}
	}
	return matches(a.From, labels) || !declared && !onlyNames(a.From)
}

// onlyNames reports whether a selector asks for the names of namespaces alone.
func onlyNames(s *graph.Selector) bool {
	for k := range s.Labels {
		if k != graph.NamespaceNameLabel {
			return false
		}
	}
	return !slices.ContainsFunc(s.Exprs, func(e graph.LabelExpr) bool { return e.Key != graph.NamespaceNameLabel })
}
