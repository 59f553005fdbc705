package link

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// missingSubsets finds the routes to subsets that nothing declares. Envoy has no cluster for one,
// and answers 503. Where no object in the inputs speaks of the host, one elsewhere may declare it.
//
// Source: istio.io/latest/docs/reference/config/analysis/ist0101.
func (l *linker) missingSubsets() {
	declared := map[string][]*graph.Subset{} // by the first label of the host
	var any []*graph.Subset                  // of hosts with a wildcard
	for i := range l.f.Subsets {
		switch s := &l.f.Subsets[i]; {
		case s.Routed:
		case strings.HasPrefix(s.Host, "*"):
			any = append(any, s)
		default:
			declared[firstLabelOf(s.Host)] = append(declared[firstLabelOf(s.Host)], s)
		}
	}
	type route struct {
		of   graph.Ref
		host string
	}
	missing, first := map[route][]string{}, []*graph.Subset(nil)
	for i := range l.f.Subsets {
		s := &l.f.Subsets[i]
		if !s.Routed {
			continue
		}
		is := func(d *graph.Subset) bool { return d.Name == s.Name && sameHost(d, s) }
		covers := func(d *graph.Subset) bool { return d.Name == s.Name && strings.HasSuffix(hostFrom(s), hostFrom(d)[1:]) }
		if slices.ContainsFunc(declared[firstLabelOf(s.Host)], is) || slices.ContainsFunc(any, covers) {
			continue
		}
		one := route{s.Of, hostFrom(s)}
		if missing[one] == nil {
			first = append(first, s)
		}
		if !slices.Contains(missing[one], s.Name) {
			missing[one] = append(missing[one], s.Name)
		}
	}
	for _, s := range first {
		names := missing[route{s.Of, hostFrom(s)}]
		m := graph.Mistake{
			Kind: graph.MissingSubset, Object: s.Of.Subject(), Field: "spec.http", Of: s.Of, Origin: s.Origin,
			Why:  fmt.Sprintf("sends requests to %s of %s, which no DestinationRule declares: they are answered with 503", subsetWords(names), s.Host),
			Hint: "declare it under spec.subsets of a DestinationRule for " + s.Host + ", with the labels of its pods",
		}
		rules := slices.DeleteFunc(slices.Clone(declared[firstLabelOf(s.Host)]), func(d *graph.Subset) bool { return d.Name != "" || !sameHost(d, s) })
		switch {
		case len(rules) == 0:
			m.Kind = graph.UnseenSubset
		case len(rules) == 1:
			m.Hint = "declare it under spec.subsets of " + rules[0].Of.Subject() + ", with the labels of its pods"
		}
		l.f.Mistakes = append(l.f.Mistakes, m)
	}
}

func subsetWords(names []string) string {
	if len(names) == 1 {
		return "subset " + names[0]
	}
	return "subsets " + english.List(names)
}

func firstLabelOf(host string) string {
	first, _, _ := strings.Cut(strings.ToLower(host), ".")
	return first
}

// hostFrom is the host of a subset in full, without the domain of the cluster, as far as the
// namespace of its object is known.
func hostFrom(s *graph.Subset) string {
	host := strings.TrimSuffix(strings.ToLower(s.Host), ".svc.cluster.local")
	if s.Of.Namespace != "" && !strings.Contains(host, ".") {
		host += "." + s.Of.Namespace
	}
	return host
}

// sameHost reports whether two subsets may be of one host.
func sameHost(a, b *graph.Subset) bool {
	x, y := hostFrom(a), hostFrom(b)
	return x == y || x == firstLabelOf(y) || y == firstLabelOf(x)
}
