package link

import (
	"cmp"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// nesting puts the groups of callees within sets into the places of those who name the sets.
// A group that is used in two places becomes two.
type nesting map[nestedGroup]*graph.GroupFact

type nestedGroup struct {
	in    *graph.Place
	group *graph.GroupFact // nil is the split over the members of a set
	of    graph.Ref        // the set
}

// member returns the place of a member of a set that is used in a place. Several members
// without a place of their own are a split.
func (n nesting) member(in *graph.Place, m *graph.Member, several bool) *graph.Place {
	p := m.In
	if p == nil && several && in != nil && in.Group != nil {
		p = &graph.Place{}
	}
	return n.within(in, p, m.Of)
}

// within returns place p of a set if that is used in place in.
func (n nesting) within(in, p *graph.Place, of graph.Ref) *graph.Place {
	switch {
	case in == nil || p == nil:
		return cmp.Or(p, in)
	case p.Group == nil && in.Group == nil: // a route behind a route
		q := *p
		q.Match = narrower(in.Match, p.Match)
		return &q
	}
	key := nestedGroup{in, p.Group, of}
	group := n[key]
	if group == nil {
		group = &graph.GroupFact{Kind: graph.Split, Multiplexes: true}
		var around *graph.Place
		if p.Group != nil {
			*group, around = *p.Group, p.Group.In
		}
		group.In = n.within(in, around, of)
		n[key] = group
	}
	q := *p
	q.Group = group
	return &q
}

// narrower joins what selects a route and a route behind it.
func narrower(outer, inner string) string {
	if outer == "" || strings.HasPrefix(inner, strings.TrimSuffix(outer, "*")) {
		return inner
	}
	return strings.TrimSpace(outer + " " + inner)
}
