package graph

import (
	"github.com/weirgraph/weir/policy"
)

// A Shadow says that something of higher precedence acts in a policy's place, or
// in that of one of its fields.
type Shadow struct {
	By    *Policy
	Field string // "timeout.total"; empty for all that the policy says
	Calls []Edge // sorted
}

// A Route is a part of the calls from one service to another and what acts on it,
// layer by layer, outermost first. A call without different parts has one route
// with an empty Match.
type Route struct {
	Match      string
	Methods    []string // upper case, sorted; nil if unknown
	Idempotent bool
	Layers     []policy.Set
}

// A BoundPolicy is a policy object's part with the calls that it is for.
type BoundPolicy struct {
	*Policy
	Calls         []Edge // that meet its conditions, sorted
	Shadows       []Shadow
	Outside       []Edge        // calls that it is for, between services known to have no proxy of its mesh that could act; sorted
	Opaque        []Edge        // calls that it is for and whose requests its product does not see, see L7Only; sorted
	BypassedBy    []Edge        // calls of programs in its mesh to its BypassHosts, which no other policy of its kind is for; sorted
	UnboundReason UnboundReason // if there are no Calls, nor any Outside or Opaque
}

// renumbered is the policy with the calls that are in here, under their numbers
// there.
func (b *BoundPolicy) renumbered(here map[Edge]Edge) *BoundPolicy {
	edges := func(list []Edge) []Edge {
		var kept []Edge
		for _, e := range list {
			if h, ok := here[e]; ok {
				kept = append(kept, h)
			}
		}
		return kept
	}
	c := *b
	c.Calls, c.Outside, c.BypassedBy, c.Shadows = edges(b.Calls), edges(b.Outside), edges(b.BypassedBy), nil
	c.Opaque = edges(b.Opaque)
	for _, s := range b.Shadows {
		if s.Calls = edges(s.Calls); len(s.Calls) > 0 {
			c.Shadows = append(c.Shadows, s)
		}
	}
	return &c
}

// Routes returns the parts of e and the policies that act on them. It is nil for
// a call that no input says anything about.
func (g *Graph) Routes(e Edge) []Route { return g.routes[g.OriginalEdge(e)] }

// Policies returns every policy object's part in the inputs, by origin, with those
// of the graph's calls that it is for. Policies in the document of their own call are not among
// them.
func (g *Graph) Policies() []*BoundPolicy {
	if g.original == nil || len(g.policies) == 0 {
		return g.policies
	}
	here := make(map[Edge]Edge, len(g.original))
	for e, whole := range g.original {
		here[whole] = Edge(e)
	}
	list := make([]*BoundPolicy, len(g.policies))
	for i, b := range g.policies {
		list[i] = b.renumbered(here)
	}
	return list
}
