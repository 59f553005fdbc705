package wire

import (
	"reflect"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Group is a set of calls of one caller to interchangeable callees. Its number is
// its position in the document, from 0. A call that is in no group is needed by itself.
type Group struct {
	Caller string `json:"caller"` // ID
	// Kind is split (each request goes to exactly one member), pool (any members will do, as
	// many as Need) or failover (the first member that works, in order of Rank).
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"` // in the words of the input: "upstream quotes"
	Need int    `json:"need,omitempty"` // of a pool: how many members have to work; missing if unknown

	Checked     bool `json:"checked,omitempty"`     // the caller learns of failed members by other means than the policies on its calls
	Same        bool `json:"same,omitempty"`        // of a failover: the later members answer as well as the first
	Multiplexes bool `json:"multiplexes,omitempty"` // a member that hangs does not hold up the requests for others

	// In is the number of the group that this one is a member of, which is before it in the
	// document. It is missing for a group of the caller.
	In      *int          `json:"in,omitempty"`
	Members []GroupMember `json:"members"`          // by rank, then calls by callee, then groups
	Hidden  int           `json:"hidden,omitempty"` // members that a drawing leaves out
	Origin  *Origin       `json:"origin,omitempty"`
}

// A GroupMember is a call, or a group within a group.
type GroupMember struct {
	To    string  `json:"to,omitempty"`    // ID of the callee; missing for a group
	Group *int    `json:"group,omitempty"` // number of the group; missing for a call
	Share float64 `json:"share,omitempty"` // of a split: the part of the requests that it gets; missing if unknown
	Rank  int     `json:"rank,omitempty"`  // of a failover: the lowest is asked first
	Match string  `json:"match,omitempty"` // of a split: which requests it gets, "/v2*"
	Alone bool    `json:"alone,omitempty"` // the caller also needs the call outside of the group
}

// FromGroup returns a group as a document has it.
func FromGroup(g *graph.Graph, id graph.GroupID) Group {
	group := &g.Groups()[id]
	return Group{
		Caller: g.ID(group.Caller), Kind: group.Kind.String(), Name: group.Name, Need: group.Need,
		Checked: group.Checked, Same: group.Same, Multiplexes: group.Multiplexes, In: fromGroupID(group.In), Hidden: group.Hidden,
		Members: convert(group.Members, func(m graph.GroupMember) GroupMember {
			w := GroupMember{Group: fromGroupID(m.Group), Share: m.Share, Rank: m.Rank, Match: m.Match, Alone: m.Alone}
			if m.Group == graph.NoGroup {
				w.To = g.ID(g.To(m.Call))
			}
			return w
		}),
		Origin: KnownOrigin(group.Origin),
	}
}

func fromGroupID(id graph.GroupID) *int {
	if id == graph.NoGroup {
		return nil
	}
	n := int(id)
	return &n
}

// fromGroups says in which groups a call is, and which evidence puts it there.
func (w *Call) fromGroups(g *graph.Graph, e graph.Edge, list []graph.Evidence) {
	with := g.GroupsWith(e)
	if len(with) == 0 {
		return
	}
	w.Group = convert(with, func(id graph.GroupID) int { return int(id) })
	used := make([]int, len(with)) // by how many pieces of evidence
	first := -1
	for i := range list {
		if list[i].In == nil && list[i].Class != graph.ClassIngress || !list[i].Class.Core() || list[i].Strength == graph.Allowed || list[i].Mirror || list[i].Observed {
			continue
		}
		if k := groupOf(g, e, with, used, &list[i]); k >= 0 {
			used[k]++
			w.Evidence[i].Group = []int{int(with[k])}
			if first < 0 {
				first = i
			}
		}
	}
	for k := range used { // what the builder makes of one declaration may be several groups
		if used[k] == 0 && first >= 0 {
			w.Evidence[first].Group = append(w.Evidence[first].Group, int(with[k]))
		}
	}
	w.Evidence = slices.CompactFunc(w.Evidence, func(a, b Evidence) bool {
		groups := a.Group
		a.Group, b.Group = nil, nil
		return groups != nil && reflect.DeepEqual(a, b)
	})
}

// groupOf returns which of the groups that a call is in a piece of evidence puts it in: the
// innermost that it declares and that is left, for some have a single member or repeat
// another one. Of several that are declared alike it is the one that is used least. It
// returns -1 for none.
func groupOf(g *graph.Graph, e graph.Edge, with []graph.GroupID, used []int, ev *graph.Evidence) int {
	best := -1
	for _, fits := range []func(*graph.GroupFact, *graph.Group) bool{declares, isLike} {
		for p := ev.In; p != nil && p.Group != nil && best < 0; p = p.Group.In {
			for k, id := range with {
				if fits(p.Group, &g.Groups()[id]) && (best < 0 || used[k] < used[best]) {
					best = k
				}
			}
		}
	}
	for k, id := range with {
		if best < 0 && isRoutes(&g.Groups()[id]) {
			best = k
		}
	}
	if best < 0 && !isAlone(g, e, with[0]) {
		best = 0
	}
	return best
}

// declares reports whether f can be what g was made of.
func declares(f *graph.GroupFact, g *graph.Group) bool {
	return isLike(f, g) && f.Origin == g.Origin && f.Name == g.Name && f.Checked == g.Checked && f.Same == g.Same
}

// isLike reports whether g can be another group of the same members as f.
func isLike(f *graph.GroupFact, g *graph.Group) bool {
	return f.Kind == g.Kind && f.Need == g.Need && (f.Name == graph.AllRoutes) == isRoutes(g)
}

// isRoutes reports whether g is the split over all routes of a gateway.
func isRoutes(g *graph.Group) bool { return g.Multiplexes && g.Name == graph.AllRoutes }

// isAlone reports whether the caller needs a call outside of the group, too.
func isAlone(g *graph.Graph, e graph.Edge, id graph.GroupID) bool {
	for _, m := range g.Groups()[id].Members {
		if m.Call == e {
			return m.Alone
		}
	}
	return false
}
