package graph

import "slices"

// exported reports whether p is for callers in the namespace of this one.
func (b *binder) exported(p *Policy, from Node) bool {
	return len(p.FromNamespaces) == 0 || slices.Contains(p.FromNamespaces, b.g.Service(from).Namespace)
}

// obstacle finds out why p, which means froms and tos, is for no call: what keeps
// out the last of those that meet most of its conditions.
func (b *binder) obstacle(p *Policy, froms, tos []Node, anyFrom, anyTo bool) Obstacle {
	switch {
	case !anyTo && len(tos) == 0 && !p.To[0].Group.IsZero():
		return NoRoute // nobody named the object
	case !anyTo && len(tos) == 0:
		return NoCallee
	case !anyFrom && len(froms) == 0:
		return NoCaller
	case !p.Of.IsZero() && len(b.via[p.Of]) == 0:
		return NoRoute
	}
	why := NoCall
	if p.ToName != "" {
		why = NoCallee // unless one of the calls is to it
	}
	for _, e := range b.about(p, froms, tos, anyFrom, anyTo) {
		from, to := b.g.From(e), b.g.To(e)
		_, found := b.lookup(p, from, to)
		switch {
		case !b.g.Class(e).Core(), !anyFrom && !slices.Contains(froms, from), !anyTo && !slices.Contains(tos, to),
			p.NotGateways && b.g.Service(from).Kind == KindGateway, p.ToName != "" && !loosely(b.g.Service(to), p.ToName):
		case !b.exported(p, from):
			why = max(why, NotExported)
		case !found:
			why = max(why, NotLookedUp)
		case p.Port != 0 && !b.onPort(e, p.Port):
			why = max(why, NoPort)
		}
	}
	return why
}
