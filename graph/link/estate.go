package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// leaveEstate leaves out what parts of the estate declare of services that the inputs declare,
// too: their calls, policies and attributes may be old. Calls of others to them stay.
func (l *linker) leaveEstate() {
	if len(l.coverage.Estate) == 0 {
		return
	}
	declared := map[int]bool{} // roots
	for c := range l.entities {
		if ent := &l.entities[c]; len(ent.things) > 0 && ent.ref.Realm != graph.EstateRealm {
			declared[l.find(c)] = true
		}
	}
	old := func(ref graph.Ref) bool {
		c, ok := l.byRef(ref)
		return ok && ref.Realm == graph.EstateRealm && declared[l.find(c)]
	}
	for c := range l.entities {
		if ent := &l.entities[c]; old(ent.ref) {
			ent.things, ent.names, ent.sure, ent.hint = nil, nil, graph.KindUnknown, graph.KindUnknown
		}
	}
	l.f.Calls = slices.DeleteFunc(l.f.Calls, func(f graph.CallFact) bool { return old(f.From.Ref) })
	l.f.Policies = slices.DeleteFunc(l.f.Policies, func(p graph.Policy) bool {
		return slices.ContainsFunc(p.From, func(e graph.EndpointRef) bool { return old(e.Ref) })
	})
	l.f.Scalers = slices.DeleteFunc(l.f.Scalers, func(s graph.Scaler) bool { return old(s.Of) })
	l.f.Budgets = slices.DeleteFunc(l.f.Budgets, func(b graph.Budget) bool { return old(b.Of) })
	for i := range l.f.Observations {
		l.f.Observations[i].DeleteFrom(func(p *graph.TracePeer) bool { return old(p.Ref) })
	}
	l.f.ObservedServices = slices.DeleteFunc(l.f.ObservedServices, func(s graph.ObservedService) bool { return old(s.Ref) })
	l.f.Pairs = slices.DeleteFunc(l.f.Pairs, func(p graph.PairObservation) bool { return old(p.From.Ref) })
}

// indexEstate adds the names that services of the estate have in the cluster, after those of the
// inputs.
func (l *linker) indexEstate() {
	if len(l.coverage.Estate) == 0 {
		return
	}
	for c := range l.entities {
		ent := &l.entities[c]
		if ent.ref.Realm != graph.EstateRealm || ent.family() == graph.FamilyGateway {
			continue
		}
		for _, t := range ent.things {
			if t.Origin.Reader() != kubernetes {
				continue
			}
			for _, name := range append([]string{ent.ref.Name}, t.Aliases...) {
				l.addName(kubernetes, ent.ref.Namespace, name, l.find(c))
			}
		}
	}
}
