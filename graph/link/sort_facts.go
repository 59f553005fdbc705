package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// compareObservations orders observations by calls, source and counts.
func compareObservations(o, p *graph.Observation) int {
	return cmp.Or(compareSeen(&o.From, &p.From), compareSeen(&o.To, &p.To), o.Origin.Compare(p.Origin), strings.Compare(o.Way, p.Way),
		cmp.Compare(o.Mode, p.Mode), strings.Compare(o.Protocol, p.Protocol), cmp.Compare(o.Calls, p.Calls),
		cmp.Compare(o.Errors, p.Errors), cmp.Compare(o.Weighted, p.Weighted))
}

func compareRefs(r, o graph.Ref) int {
	return cmp.Or(strings.Compare(r.Realm, o.Realm), strings.Compare(r.Kind, o.Kind), strings.Compare(r.Namespace, o.Namespace), strings.Compare(r.Name, o.Name))
}

// sortBy sorts facts by place. Facts of one place, which come from one reader,
// keep their order but for the name.
func sortBy[T any](facts []T, key func(*T) (graph.Origin, string)) {
	slices.SortStableFunc(facts, func(a, b T) int {
		ao, an := key(&a)
		bo, bn := key(&b)
		if c := ao.Compare(bo); c != 0 {
			return c
		}
		return strings.Compare(an, bn)
	})
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
	sortBy(f.Listeners, func(l *graph.Listener) (graph.Origin, string) { return l.Origin, l.To.Ref.Name })
	sortBy(f.Namespaces, func(n *graph.Namespace) (graph.Origin, string) { return n.Origin, n.Name })
	slices.SortFunc(f.ObservedServices, func(a, b graph.ObservedService) int {
		return cmp.Or(compareSeen(&a.TracePeer, &b.TracePeer), a.Origin.Compare(b.Origin))
	})
	slices.SortFunc(f.Observations, func(a, b graph.Observation) int { return compareObservations(&a, &b) })
	dropDuplicates(f)
}

func compareSeen(s, o *graph.TracePeer) int {
	return cmp.Or(order(s.Inferred, o.Inferred), order(s.Nameless, o.Nameless), compareRefs(s.Ref, o.Ref), strings.Compare(s.Name, o.Name), strings.Compare(s.Namespace, o.Namespace), strings.Compare(s.Group, o.Group),
		strings.Compare(s.Workload, o.Workload), strings.Compare(s.Host.Host, o.Host.Host), cmp.Compare(s.Host.Port, o.Host.Port), strings.Compare(s.Host.Database, o.Host.Database),
		cmp.Compare(s.Kind, o.Kind))
}
