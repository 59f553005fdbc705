package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// hasReplica reports whether a replica of one of the services has the labels of the subset
// of p, and true if no replica is in the inputs.
func (b *binder) hasReplica(p *graph.Policy, services []graph.Node) bool {
	subset, known := graph.Selector{Labels: p.Selects}, false
	for _, v := range services {
		for _, c := range b.replicas(v) {
			labels := b.l.podLabels(c)
			known = known || len(labels) > 0
			if matches(&subset, labels) {
				return true
			}
		}
	}
	return !known
}

// replicas returns the entities of a service that workloads declare.
func (b *binder) replicas(v graph.Node) []int {
	if b.entities == nil {
		b.entities = map[graph.Node][]int{}
		for c := range b.l.entities {
			if n, ok := b.node[b.l.find(c)]; ok && len(b.l.entities[c].things) > 0 {
				b.entities[n] = append(b.entities[n], c)
			}
		}
	}
	return b.entities[v]
}

// markUnusedSubsets marks the policies for subsets that no call is routed to.
func (b *binder) markUnusedSubsets() {
	for _, p := range b.policies {
		if p.Subset != "" && !p.acts && len(p.Calls) > 0 && !slices.ContainsFunc(p.Shadows, func(s graph.Shadow) bool { return s.Field == "" }) {
			p.Calls, p.UnboundReason = nil, graph.NoSubset
		}
	}
}

// findBypasses finds the calls that no policy acts on, although a policy for gateways names
// their callee.
func (b *binder) findBypasses() {
	for _, p := range b.policies {
		if len(p.BypassHosts) == 0 || p.Says.Empty() {
			continue
		}
		for i := range p.BypassHosts {
			for _, root := range b.roots(&p.BypassHosts[i]) {
				v, ok := b.node[root]
				if !ok || !b.g.Service(v).Defined || b.g.Service(v).Kind != graph.KindService {
					continue
				}
				for _, e := range slices.Concat(b.g.In(v), b.through[v]) {
					if b.bypasses(p, e) {
						p.BypassedBy = append(p.BypassedBy, e)
					}
				}
			}
		}
		slices.Sort(p.BypassedBy)
		p.BypassedBy = slices.Compact(p.BypassedBy)
	}
}

// bypasses reports whether a program in the mesh of a policy makes a call that no policy of
// its product for sidecars applies to.
func (b *binder) bypasses(p *binding, e graph.Edge) bool {
	caller := b.g.Service(b.g.From(e))
	m, known := caller.Member(p.Product)
	if !known || !m.In || caller.Kind == graph.KindGateway || !b.g.Class(e).Core() {
		return false
	}
	for leg := range b.legs(e) {
		if slices.ContainsFunc(b.rival[leg], func(c candidate) bool {
			return c.bound.Product.Is(p.Product) && c.bound.Group == sidecarRoutes
		}) {
			return false
		}
	}
	return true
}

// sidecarRoutes is the group of policies by which sidecars choose the route of a call.
const sidecarRoutes = "route"
