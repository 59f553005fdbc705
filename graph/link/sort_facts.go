package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

func compareRefs(r, o graph.Ref) int {
	return cmp.Or(strings.Compare(r.Realm, o.Realm), strings.Compare(r.Kind, o.Kind), strings.Compare(r.Namespace, o.Namespace), strings.Compare(r.Name, o.Name))
}

// sortBy sorts facts by place. Facts of one place, which come from one reader,
// keep their order but for the name. Most are sorted, since files are read in order, and others
// are moved once: an entity has a kilobyte.
func sortBy[T any](facts []T, key func(*T) (graph.Origin, string)) {
	compare := func(a, b *T) int {
		ao, an := key(a)
		bo, bn := key(b)
		if c := ao.Compare(bo); c != 0 {
			return c
		}
		return strings.Compare(an, bn)
	}
	sorted := true
	for i := 1; i < len(facts) && sorted; i++ {
		sorted = compare(&facts[i-1], &facts[i]) <= 0
	}
	if sorted {
		return
	}
	order := make([]*T, len(facts))
	for i := range facts {
		order[i] = &facts[i]
	}
	slices.SortStableFunc(order, compare)
	moved := make([]T, len(facts))
	for i, f := range order {
		moved[i] = *f
	}
	copy(facts, moved)
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func sortFacts(f *graph.Facts) {
	sortBy(f.Entities, func(t *graph.Entity) (graph.Origin, string) { return t.Origin, t.Name })
	sortBy(f.Names, func(n *graph.Name) (graph.Origin, string) { return n.Origin, n.Name })
	sortBy(f.Members, func(m *graph.Member) (graph.Origin, string) { return m.Origin, m.Of.Name })
	sortBy(f.Labeled, func(o *graph.LabeledObject) (graph.Origin, string) { return o.Origin, o.Name })
	sortBy(f.Calls, func(c *graph.CallFact) (graph.Origin, string) { return c.Origin, c.To.Host.Host + c.To.Ref.Name })
	sortBy(f.Values, func(v *graph.Value) (graph.Origin, string) { return v.Origin, v.Key })
	sortBy(f.Configs, func(c *graph.Config) (graph.Origin, string) { return c.Origin, c.Name })
	sortBy(f.Uses, func(u *graph.Use) (graph.Origin, string) { return u.Origin, u.Config.Name })
	sortBy(f.Scalers, func(s *graph.Scaler) (graph.Origin, string) { return s.Origin, s.Of.Name })
	sortBy(f.Budgets, func(b *graph.Budget) (graph.Origin, string) { return b.Origin, b.Name })
	sortBy(f.Policies, func(p *graph.Policy) (graph.Origin, string) { return p.Origin, p.Object })
	sortBy(f.Overrides, func(o *graph.Override) (graph.Origin, string) { return o.Origin, o.To })
	sortBy(f.Listeners, func(l *graph.Listener) (graph.Origin, string) { return l.Origin, l.To.Ref.Name })
	sortBy(f.Namespaces, func(n *graph.Namespace) (graph.Origin, string) { return n.Origin, n.Name })
	sortBy(f.Subsets, func(s *graph.Subset) (graph.Origin, string) { return s.Origin, s.Name })
	dropDuplicates(f)
}
