package rules

import (
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// breakerNeeds is what a breaker that is to act on calls lacks to be of use: the share of hosts that
// it may eject, in an object of a kind, and what besideBreaker gives each call.
func breakerNeeds(p *Pass, b *graph.BoundPolicy, kind string, calls []graph.Edge) (edits []analyze.FieldEdit, f analyze.Fix) {
	if b.Says.Breaker == nil {
		return nil, f
	}
	for _, e := range calls {
		for _, part := range p.Effective(e) {
			hosts, ejects := part.Facts.Replicas.Value, b.Says.Breaker.MaxEject
			share, ok := b.Product.RemediationIn(b.Says.Layer, policy.EjectionShare, kind)
			if most := int(ejects.Value * float64(hosts)); hosts > 1 && most == 0 && ok && edits == nil {
				percent := strconv.FormatFloat(shareOfOne(hosts)*100, 'f', -1, 64)
				edits = append(edits, analyze.FieldEdit{Edit: policy.Edit{Path: share.Edits[0].Path, Value: percent}})
			}
			f = f.And(besideBreaker(p, e, &part)).And(hostsToEject(p, b.Product, e, &part))
		}
	}
	return edits, f
}

// hostsToEject is what a callee with one replica needs for a breaker of a product that ejects hosts: a
// second one.
func hostsToEject(p *Pass, in *policy.Product, e graph.Edge, part *analyze.Part) (f analyze.Fix) {
	if callee := p.Core.Service(p.Core.To(e)); hasNoneToEject(p, in, e, part) && callee.Workload != nil {
		f = redundancyFix(callee)
	}
	return f
}

// hasNoneToEject reports whether a breaker of a product ejects hosts but never the last one, and the callee
// has only one.
func hasNoneToEject(p *Pass, in *policy.Product, e graph.Edge, part *analyze.Part) bool {
	ejects := func(b *policy.Breaker) bool { return b != nil && b.Kind.Value == "endpoint" }
	own := in.OrNative()
	return !own.EjectsLast && (ejects(own.Within.Breaker) || ejects(own.Defaults.Breaker)) && hostsOf(p, e, part).Value == 1
}

// coreCalls returns calls of the graph as those of the core.
func coreCalls(p *Pass, calls []graph.Edge) []graph.Edge {
	var list []graph.Edge
	for _, e := range calls {
		from, ok := p.Core.Node(p.Graph.ID(p.Graph.From(e)))
		to, known := p.Core.Node(p.Graph.ID(p.Graph.To(e)))
		if !ok || !known {
			continue
		}
		if e, ok := p.Core.Edge(from, to); ok {
			list = append(list, e)
		}
	}
	return list
}
