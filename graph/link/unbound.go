package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// exported reports whether p applies to callers in the namespace of from.
func (b *binder) exported(p *graph.Policy, from graph.Node) bool {
	return len(p.FromNamespaces) == 0 || slices.Contains(p.FromNamespaces, b.g.Service(from).Namespace)
}

// unboundReason returns why p, with the callers froms and callees tos, applies to no call:
// the condition that excludes the calls that meet most of the others.
func (b *binder) unboundReason(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) graph.UnboundReason {
	switch {
	case p.Targets != nil:
		return graph.NoTarget
	case !anyTo && len(tos) == 0 && !p.To[0].Group.IsZero():
		return graph.NoRoute // no document names the object
	case !anyTo && len(tos) == 0:
		return graph.NoCallee
	case !anyFrom && len(froms) == 0:
		return graph.NoCaller
	case !p.Of.IsZero() && len(b.via[p.Of]) == 0:
		return graph.NoRoute
	}
	why := graph.NoCall
	if p.CalleeAlias != "" {
		why = graph.NoCallee // unless one of the calls is to it
	}
	calls := b.indexedCalls(p, froms, tos, anyFrom, anyTo)
	isCallee := b.calleeByAlias(p, calls)
	for _, e := range calls {
		from := b.g.From(e)
		onAnyPort := *p
		onAnyPort.Port = 0
		callee, ok := b.calleeOf(&onAnyPort, e, b.g.Evidence(e), tos, anyTo)
		_, found := lookup(p.Lookup, p.Namespace, p.Product, b.g.Service(from), b.g.Service(callee))
		switch {
		case !ok, !anyFrom && !isAmong(froms, from), p.NotGateways && b.g.Service(from).Kind == graph.KindGateway,
			!isCallee(e):
		case !b.exported(p, from):
			why = max(why, graph.NotExported)
		case !b.g.Class(e).Core():
			why = graph.NoCoreCall
		case !found:
			why = max(why, graph.NotLookedUp)
		case p.Port != 0 && !b.onPort(e, p.Port):
			why = max(why, graph.NoPort)
		case !b.ofMesh(p, from, callee):
			why = max(why, graph.OtherMesh)
		}
	}
	return why
}
