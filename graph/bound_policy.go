package graph

import (
	"github.com/weirgraph/weir/policy"
)

// A Shadow reports that a policy of higher precedence acts in place of a policy, or of
// one of its fields.
type Shadow struct {
	By    *Policy
	Field string // "timeout.total"; empty for all that the policy says
	Calls []Edge // sorted
	// OtherVersion is set if the two are in files of which only one is applied at a time: both
	// declare the same object.
	OtherVersion bool
}

// An Ignored is a field of a policy of an API that the product that carries it out on some
// calls does not take.
type Ignored struct {
	Product *policy.Product
	Field   string // "timeout.perTry"
	Origin  Origin
	Calls   []Edge // sorted
}

// A Missed are the calls that a policy is not for, for one reason: NoCaller, NotExported,
// NotLookedUp, NoPort or OtherMesh.
type Missed struct {
	Reason UnboundReason
	Calls  []Edge // sorted
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

// A BoundPolicy is a part of a policy object with the calls that it applies to.
type BoundPolicy struct {
	*Policy
	Calls         []Edge // that meet its conditions and that it acts on, sorted
	Shadows       []Shadow
	Outside       []Edge        // calls that meet its conditions, but no proxy of its mesh can act on; sorted
	Opaque        []Edge        // calls that meet its conditions, but whose requests its product does not see: see L7Only and NeedsRequests; sorted
	OpaqueBy      *Policy       // with NeedsRequests, the one that declares the protocol of the first of these
	Unsaid        []Edge        // calls that it acts on by NeedsRequests only if the inputs leave out what declares their protocol; sorted
	BypassedBy    []Edge        // calls from its mesh to its BypassHosts that no other policy of its kind applies to; sorted
	Ignored       []Ignored     // fields that the products that carry it out do not take
	Missed        []Missed      // calls to the callees that it names, which one of its other conditions excludes
	UnboundReason UnboundReason // set if Calls, Outside and Opaque are empty
}

// renumbered returns a copy of the policy for a part of its graph: here gives the number
// in the part for each call that is in it.
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
	c.Opaque, c.Unsaid = edges(b.Opaque), edges(b.Unsaid)
	c.Missed = nil
	for _, m := range b.Missed {
		if m.Calls = edges(m.Calls); len(m.Calls) > 0 {
			c.Missed = append(c.Missed, m)
		}
	}
	c.Ignored = nil
	for _, i := range b.Ignored {
		if i.Calls = edges(i.Calls); len(i.Calls) > 0 {
			c.Ignored = append(c.Ignored, i)
		}
	}
	for _, s := range b.Shadows {
		if s.Calls = edges(s.Calls); len(s.Calls) > 0 {
			c.Shadows = append(c.Shadows, s)
		}
	}
	return &c
}

// Routes returns the parts of e and the policies that act on them, nil for a call for
// which nothing is declared.
func (g *Graph) Routes(e Edge) []Route { return g.routes[g.OriginalEdge(e)] }

// Policies returns the parts of all policy objects in the inputs, by origin, with the
// calls of this graph that they apply to. Policies that are declared together with their
// own call are not among them.
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
