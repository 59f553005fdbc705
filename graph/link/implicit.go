package link

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// implicitSets returns an empty set for every product that is known to act on a call,
// with a policy or without: the mesh that the caller is in, the gateway that the caller
// is.
func (b *binder) implicitSets(e graph.Edge) []policy.Set {
	if !b.g.Class(e).Core() || b.asks(e) {
		return nil
	}
	var sets []policy.Set
	caller := b.g.Service(b.g.From(e))
	add := func(p *policy.Product) { sets = append(sets, policy.Set{Product: p, Layer: p.Layer}) }
	for _, m := range caller.Meshes {
		// A product that acts only on calls to its own proxy needs a policy for the call or
		// evidence. An ambient proxy without a waypoint does not handle requests.
		p := m.Product.OrNative()
		if m.In && b.passes(e, p) && (!m.Ambient || proxied(p, caller, b.g.Service(b.g.To(e)))) {
			add(p)
		}
	}
	if caller.Kind == graph.KindGateway && len(sets) == 0 && len(caller.Origins) > 0 {
		class := caller.Annotations["kubernetes.io/ingress.class"]
		if p := markedFor(caller); p != nil {
			add(p)
			class = ""
		}
		for _, p := range product.All {
			if p.Name == caller.Origins[0].Reader() || class != "" && slices.Contains(p.IngressClasses, class) {
				add(p)
			}
		}
	}
	return sets
}

// markedFor returns the product that has no class of its own and alone has annotations on an Ingress,
// nil for none.
func markedFor(ingress *graph.Service) *policy.Product {
	var only *policy.Product
	for _, p := range product.All {
		if p.IngressPrefix == "" || !hasPrefix(ingress.Annotations, p.IngressPrefix) {
			continue
		}
		if only != nil || p.IngressClasses != nil {
			return nil
		}
		only = p
	}
	return only
}

func hasPrefix(annotations graph.Labels, prefix string) bool {
	for key := range annotations {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// passes reports whether it is known that a call of a member of the mesh of p goes through
// the caller's proxy.
func (b *binder) passes(e graph.Edge, p *policy.Product) bool {
	if !p.OnlyAddressed && !p.BetweenMembers {
		return true
	}
	callee, _ := b.g.Service(b.g.To(e)).Member(p)
	return p.BetweenMembers && callee.In || b.addressed(e, p)
}

// addressed reports whether evidence shows that a call goes to the caller's proxy of p.
func (b *binder) addressed(e graph.Edge, p *policy.Product) bool {
	return slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return slices.Contains(p.OrNative().AddressedWays, ev.Way) })
}
