package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// A boxedGroup is a group of a drawing that is made of another one.
type boxedGroup struct {
	graph.Group // but for the members
	members     []boxedMember
}

// A boxedMember is a call of the drawing, or a group.
type boxedMember struct {
	graph.GroupMember
	inner *boxedGroup // nil for a call
}

// groupsOf returns the groups of a drawing: those of old, with the members that are drawn.
// Members in one box are one member, and groups with all members in one box are none. boxOf
// and arrowOf return how a service and a call are drawn, and false if they are not.
func groupsOf(old *graph.Graph, boxOf func(graph.Node) (graph.Node, bool), arrowOf func(graph.Edge) (graph.Edge, bool)) []graph.Group {
	if len(old.Groups()) == 0 {
		return nil
	}
	r := regrouping{old: old, arrowOf: arrowOf, alone: map[graph.Edge]bool{}}
	for e := range graph.Edge(old.Calls()) {
		if into, ok := arrowOf(e); ok && !old.Grouped(e) && isNeed(old.Call(e)) {
			r.alone[into] = true
		}
	}
	var list []*boxedGroup
	for id := range graph.GroupID(len(old.Groups())) {
		caller, drawn := boxOf(old.Groups()[id].Caller)
		if old.Groups()[id].In != graph.NoGroup || !drawn {
			continue
		}
		if b := r.boxed(id); len(b.members) > 1 || len(b.members) == 1 && b.Hidden > 0 {
			b.Caller = caller
			list = append(list, b)
		}
	}
	slices.SortStableFunc(list, func(a, b *boxedGroup) int { return int(a.Caller - b.Caller) })
	met := map[string]bool{}
	var groups []graph.Group
	for _, b := range list {
		if what := fmt.Sprint(b.Caller, b); !met[what] { // several callers in one box have the same servers
			met[what] = true
			groups = b.appendTo(groups, b.Caller, graph.NoGroup)
		}
	}
	return groups
}

// isNeed reports whether the failure of the callee of c matters to the caller.
func isNeed(c graph.Call) bool {
	return c.Class.Core() && c.Strength > graph.Allowed && !c.Mirror && !c.Fallback
}

type regrouping struct {
	old     *graph.Graph
	arrowOf func(graph.Edge) (graph.Edge, bool)
	alone   map[graph.Edge]bool // by drawn call: one of the calls that it represents is in no group
}

// boxed returns one group with the members that are drawn, maybe none.
func (r *regrouping) boxed(id graph.GroupID) *boxedGroup {
	b := &boxedGroup{Group: r.old.Groups()[id]}
	for _, m := range r.old.Groups()[id].Members {
		if boxed, ok := r.member(m); ok {
			b.add(boxed)
		} else {
			b.Hidden++
		}
	}
	kind := func(m boxedMember) int { // calls before groups
		if m.inner == nil {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(b.members, func(m, n boxedMember) int {
		return cmp.Or(cmp.Compare(m.Rank, n.Rank), cmp.Compare(kind(m), kind(n)), cmp.Compare(m.Call, n.Call))
	})
	return b
}

// member returns a member as it is drawn, and false if nothing of it is.
func (r *regrouping) member(m graph.GroupMember) (boxedMember, bool) {
	if m.Group == graph.NoGroup {
		e, ok := r.arrowOf(m.Call)
		m.Call, m.Alone = e, m.Alone || r.alone[e]
		return boxedMember{m, nil}, ok
	}
	inner := r.boxed(m.Group)
	m.Group = graph.NoGroup
	if len(inner.members) == 1 && inner.Hidden == 0 { // all in one box
		only := inner.members[0]
		m.Call, m.Alone, inner = only.Call, only.Alone, only.inner
		return boxedMember{m, inner}, true
	}
	return boxedMember{m, inner}, len(inner.members) > 0
}

// add adds a member, or adds to the one that is the same call.
func (b *boxedGroup) add(m boxedMember) {
	i := slices.IndexFunc(b.members, func(o boxedMember) bool { return o.inner == nil && o.Call == m.Call })
	if i < 0 || m.inner != nil {
		b.members = append(b.members, m)
		return
	}
	o := &b.members[i]
	o.Share += m.Share
	o.Rank = min(o.Rank, m.Rank)
	o.Alone = o.Alone || m.Alone
	if m.Match != o.Match {
		o.Match = strings.Trim(o.Match+", "+m.Match, ", ")
	}
}

// String is the same for groups with the same members.
func (b *boxedGroup) String() string {
	words := fmt.Sprint(b.Kind, b.Need, b.Hidden)
	for _, m := range b.members {
		if m.inner != nil {
			words += m.inner.String()
		}
		words += fmt.Sprint(" ", m.Call, " ", m.Share, " ", m.Rank, " ", m.Match, ";")
	}
	return "(" + words + ")"
}

// appendTo appends the group, then those in it.
func (b *boxedGroup) appendTo(groups []graph.Group, caller graph.Node, in graph.GroupID) []graph.Group {
	id := graph.GroupID(len(groups))
	groups = append(groups, b.Group)
	members := make([]graph.GroupMember, len(b.members))
	for i, m := range b.members {
		members[i] = m.GroupMember
		if m.inner != nil {
			members[i].Group = graph.GroupID(len(groups))
			groups = m.inner.appendTo(groups, caller, id)
		}
	}
	groups[id].Caller, groups[id].In, groups[id].Members = caller, in, members
	return groups
}
