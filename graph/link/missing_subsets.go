package link

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/internal/english"
)

// missingSubsets finds the routes to subsets that nothing declares. Envoy has no cluster for one,
// and answers 503. Where no object in the inputs speaks of the host, one elsewhere may declare it.
//
// Source: istio.io/latest/docs/reference/config/analysis/ist0101.
func (l *linker) missingSubsets() {
	declared := subsets{}
	for i := range l.f.Subsets {
		if s := &l.f.Subsets[i]; !s.Routed {
			declared.add(s)
		}
	}
	missing, first := map[subsetRoute]*distinct.List[string]{}, []*graph.Subset(nil)
	for i := range l.f.Subsets {
		s := &l.f.Subsets[i]
		if !s.Routed || declared.has(s) {
			continue
		}
		one := subsetRoute{s.Of, hostFrom(s)}
		if missing[one] == nil {
			missing[one] = &distinct.List[string]{}
			first = append(first, s)
		}
		missing[one].Add(s.Name)
	}
	for _, s := range first {
		names := missing[subsetRoute{s.Of, hostFrom(s)}].All()
		m := graph.Mistake{
			Kind: graph.MissingSubset, Object: s.Of.Subject(), Field: "spec.http", Of: s.Of, Origin: s.Origin,
			Why:  fmt.Sprintf("sends requests to %s of %s, which no DestinationRule declares: they are answered with 503", subsetWords(names), s.Host),
			Hint: "declare it under spec.subsets of a DestinationRule for " + s.Host + ", with the labels of its pods",
		}
		switch rules, only := declared.objects(s); {
		case rules == 0:
			m.Kind = graph.UnseenSubset
		case rules == 1:
			m.Hint = "declare it under spec.subsets of " + only.Subject() + ", with the labels of its pods"
		}
		l.f.Mistakes = append(l.f.Mistakes, m)
	}
}

// A subsetRoute is what an object sends to subsets of a host.
type subsetRoute struct {
	of   graph.Ref
	host string
}

// subsets are declared ones, and with an empty name the objects that speak of a host: by host and name. An
// object of which the namespace is not known may mean the host in any, so that the first label of each host
// has them, too.
type subsets map[subsetKey]*subsetUse

type subsetKey struct{ host, name string }

type subsetUse struct {
	n    int
	last graph.Ref
}

func (d subsets) add(s *graph.Subset) {
	host := hostFrom(s)
	d.put(subsetKey{host, s.Name}, s)
	if label, _, dotted := strings.Cut(host, "."); dotted && !strings.HasPrefix(host, "*") {
		d.put(subsetKey{label + anywhere, s.Name}, s)
	}
}

// anywhere ends the first label of hosts in whatever namespace.
const anywhere = ".?"

func (d subsets) put(key subsetKey, s *graph.Subset) {
	if d[key] == nil {
		d[key] = &subsetUse{}
	}
	d[key].n, d[key].last = d[key].n+1, s.Of
}

// same are the keys of hosts that may be that of a route.
func (d subsets) same(s *graph.Subset, name string) []subsetKey {
	host := hostFrom(s)
	label, _, dotted := strings.Cut(host, ".")
	if !dotted {
		return []subsetKey{{host, name}, {label + anywhere, name}}
	}
	return []subsetKey{{host, name}, {label, name}}
}

// has reports whether an object may declare what a route sends requests to, for its host or for all that end
// like it.
func (d subsets) has(s *graph.Subset) bool {
	host := hostFrom(s)
	for _, key := range d.same(s, s.Name) {
		if d[key] != nil {
			return true
		}
	}
	for i := range host {
		if host[i] == '.' && d[subsetKey{"*" + host[i:], s.Name}] != nil {
			return true
		}
	}
	return d[subsetKey{"*", s.Name}] != nil
}

// objects returns how many objects may be for the host of a route, and the last of them.
func (d subsets) objects(s *graph.Subset) (n int, last graph.Ref) {
	for _, key := range d.same(s, "") {
		if use := d[key]; use != nil {
			n, last = n+use.n, use.last
		}
	}
	return n, last
}

func subsetWords(names []string) string {
	if len(names) == 1 {
		return "subset " + names[0]
	}
	return "subsets " + english.List(names)
}

// hostFrom is the host of a subset as it is looked up, in full as far as the namespace of its object is known.
func hostFrom(s *graph.Subset) string {
	host := canonical(s.Host)
	if s.Of.Namespace != "" && !strings.Contains(host, ".") && host != "*" {
		host += "." + s.Of.Namespace
	}
	return host
}
