package link

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// indexedCalls returns the calls that a policy can apply to, sorted, by the narrowest of its
// conditions that has an index.
func (b *binder) indexedCalls(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) []graph.Edge {
	if p.Rule.IsZero() {
		return b.callsBetween(p, froms, tos, anyFrom, anyTo)
	}
	// A route may have many parts, each with a policy for its own calls.
	key := fmt.Sprint(p.Rule, p.Of, froms, tos, anyFrom, anyTo)
	o := b.offered[key]
	if o == nil {
		o = &offer{all: b.callsBetween(p, froms, tos, anyFrom, anyTo)}
		for _, e := range o.all {
			if slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return !slices.Contains(ev.Via, p.Rule) }) {
				o.rest = append(o.rest, e)
			}
		}
		b.offered[key] = o
	}
	edges := slices.Clone(o.rest)
	for _, e := range b.ofRule[ruleMatch{p.Rule, p.Match}] {
		if _, ok := slices.BinarySearch(o.all, e); ok {
			edges = append(edges, e)
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// callsBetween returns the calls that go through the object of a policy, or between its ends, sorted.
func (b *binder) callsBetween(p *graph.Policy, froms, tos []graph.Node, anyFrom, anyTo bool) []graph.Edge {
	var edges []graph.Edge
	switch {
	case !p.Of.IsZero():
		edges = slices.Clone(b.via[p.Of])
	case !anyTo:
		for _, v := range tos {
			edges = append(edges, b.g.In(v)...)
			edges = append(edges, b.through[v]...)
		}
	case !anyFrom:
		for _, v := range froms {
			lo, hi := b.g.Out(v)
			for e := lo; e < hi; e++ {
				edges = append(edges, e)
			}
		}
	default:
		for e := range graph.Edge(b.g.Calls()) {
			edges = append(edges, e)
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// nodes returns the services of parties, sorted; anyone is true if there are no parties, which is
// every service. The list must not be changed.
func (b *binder) nodes(p *graph.Policy, parties []graph.EndpointRef) (nodes []graph.Node, anyone bool) {
	if len(parties) == 0 {
		return nil, true
	}
	if len(parties) == 1 {
		return b.party(&parties[0]), false
	}
	for i := range parties {
		nodes = append(nodes, b.party(&parties[i])...)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), false
}

// party returns the services of a party, sorted. The list must not be changed.
func (b *binder) party(p *graph.EndpointRef) []graph.Node {
	pattern := strings.HasPrefix(p.Host.Host, "*")
	if nodes, known := b.matched[p.Host.Host]; known && pattern {
		return nodes
	}
	var nodes []graph.Node
	for _, root := range b.roots(p) {
		if n, ok := b.node[root]; ok {
			nodes = append(nodes, n)
		}
	}
	slices.Sort(nodes)
	nodes = slices.Clip(slices.Compact(nodes))
	if pattern {
		b.matched[p.Host.Host] = nodes
	}
	return nodes
}

// isAmong reports whether a service is in a sorted list.
func isAmong(nodes []graph.Node, n graph.Node) bool {
	_, ok := slices.BinarySearch(nodes, n)
	return ok
}

// listeners returns the services that the callers of a policy reach at the ports of their own
// machines that it is for.
func (b *binder) listeners(p *graph.Policy, froms []graph.Node) []graph.Node {
	var tos []graph.Node
	for i := range p.To {
		if host := &p.To[i].Host; address.IsLocal(host.Host) {
			for _, v := range froms {
				if to, ok := b.l.listener(b.root[v], host.Port); ok {
					tos = append(tos, b.node[to])
				}
			}
		}
	}
	slices.Sort(tos)
	return slices.Compact(tos)
}

// roots resolves a party of a policy. Unlike a call, a policy makes no node of what it
// names, and its host may be a pattern.
func (b *binder) roots(p *graph.EndpointRef) []int {
	if suffix, ok := strings.CutPrefix(p.Host.Host, "*"); ok {
		return b.endings.of(suffix)
	}
	return b.l.existing(p)
}
