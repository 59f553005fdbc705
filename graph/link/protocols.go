package link

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// protocolOf returns the policy that declares the protocol of a service to a product: one for it before
// one for all, and of several the last with the greatest Rank. It is nil if there is none.
func (l *linker) protocolOf(p *policy.Product, root int) *graph.Policy {
	if l.protocols == nil {
		l.protocols = map[declaredAt]*graph.Policy{}
		for i := range l.f.Policies {
			if p := &l.f.Policies[i]; p.Protocol != "" {
				l.declareProtocol(p)
			}
		}
	}
	if by := l.protocols[declaredAt{p.Name, l.find(root)}]; by != nil {
		return by
	}
	return l.protocols[declaredAt{p.Name, anyService}]
}

func (l *linker) declareProtocol(p *graph.Policy) {
	roots := []int{anyService}
	if len(p.To) > 0 {
		roots = nil
		for i := range p.To {
			roots = append(roots, l.existing(&p.To[i])...)
		}
	}
	slices.Sort(roots)
	for _, root := range slices.Compact(roots) {
		at := declaredAt{p.Product.Name, root}
		if other := l.protocols[at]; other == nil || other.Rank <= p.Rank {
			l.protocols[at] = p
		}
	}
}

// withoutRequests reports whether a protocol without requests is declared for a service to a product.
func (l *linker) withoutRequests(p *policy.Product, root int) bool {
	by := l.protocolOf(p, root)
	return by != nil && !policy.HasRequests(by.Protocol)
}
