package graph

import (
	"iter"
	"slices"
)

// A Group is a set of calls of one caller to interchangeable callees: routes that each
// request takes one of, servers of which any will do, a second service that is asked when
// the first one fails. A call that is in no group is needed by itself.
//
// Groups nest: the member of a group is a call or another group of the same caller. A call
// may be in several groups, as a server behind two routes is.
type Group struct {
	Caller  Node
	Kind    GroupKind
	Name    string        // in the words of the input: "upstream quotes", "KAFKA_BROKERS"; may be empty
	Members []GroupMember // by rank, then calls by callee, then groups; at least one
	In      GroupID       // the group that it is a member of; NoGroup if none
	Need    int           // of a Pool: how many members have to work; 0 is unknown
	Hidden  int           // members that are not in this graph but in the one that Where made it of: they are out of view, not gone
	Checked bool          // the caller learns of failed members by other means than the policies on its calls
	Same    bool          // of a Failover: the later members answer as well as the first one
	// Multiplexes is set if the caller does not wait for one member while it serves the
	// requests for others: gateways and proxies do not, ordinary programs have only so many workers.
	Multiplexes bool
	Origin      Origin
}

// A GroupID is the number of a group in one Graph, from 0 to len(Groups())-1.
type GroupID int32

// NoGroup is no group, NoEdge no call.
const (
	NoGroup GroupID = -1
	NoEdge  Edge    = -1
)

// A GroupMember is a call, or a group within a group.
type GroupMember struct {
	Call  Edge    // NoEdge if the member is a group
	Group GroupID // NoGroup if the member is a call
	Share float64 // of a Split: the part of the requests that it gets, 0 to 1; 0 is unknown
	Rank  int     // of a Failover: the member with the lowest rank is asked first
	Match string  // of a Split: which requests it gets, "/v2*"; empty if a share decides, or nothing is known
	Alone bool    // the caller makes this call outside the group, too, and needs it there
}

// AllRoutes is the name of the split over all that a gateway routes to. The builder makes it;
// no document states it.
const AllRoutes = "routes"

// GroupKind is how the callees of a group replace each other.
type GroupKind uint8

const (
	Split    GroupKind = iota // each request goes to exactly one member
	Pool                      // any Need members will do
	Failover                  // the first member that works, in order of rank
)

// groupKinds are the words for GroupKind, in the order of its constants.
var groupKinds = []string{"split", "pool", "failover"}

func (k GroupKind) String() string { return groupKinds[k] }

// ParseGroupKind returns the kind that word names, and false if none is.
func ParseGroupKind(word string) (GroupKind, bool) {
	i := slices.Index(groupKinds, word)
	return GroupKind(max(i, 0)), i >= 0
}

// A GroupFact is a group as one document declares it. The members point to it: evidence
// for calls by Evidence.In, other groups by their own In. Each caller of its members gets
// a Group of its own. A group with a single member is no group.
type GroupFact struct {
	Kind        GroupKind
	Name        string
	In          *Place // its place in another group; nil if it is in none
	Need        int    // of a Pool; 0 is unknown
	Checked     bool
	Same        bool
	Multiplexes bool
	// Key is set for a group of a graph that was read as a whole: nothing is made of it but
	// what it declares, and facts with the same Key about one caller are one group.
	Key    string
	Origin Origin
}

// A Place is the place of a member in a group.
type Place struct {
	Group *GroupFact // nil is the split of the caller's requests over all that it routes to
	Share float64    // the weight as written, relative to those of the other members; 0 is unknown
	Rank  int        // of a Failover, the lowest first
	Match string     // of a Split: which requests the member gets
	// Profile is what a Value has: the program routes to the member only with these profiles.
	Profile string
}

// Groups returns all groups, by caller, then origin; a group comes before those in it. The
// edges are those of this graph.
func (g *Graph) Groups() []Group { return g.groups }

// Grouped reports whether e is made only as a member of groups, and so is not needed by
// itself. It costs nothing.
func (g *Graph) Grouped(e Edge) bool { return g.attrs[e]&flagGrouped != 0 }

// GroupsOf returns the groups of a caller that are in no other group, in order.
func (g *Graph) GroupsOf(v Node) []GroupID {
	var ids []GroupID
	lo, hi := g.groupsFrom(v)
	for id := lo; id < hi; id++ {
		if g.groups[id].In == NoGroup {
			ids = append(ids, id)
		}
	}
	return ids
}

// AllGroupsOf returns the groups of a caller, those in others included, in order.
func (g *Graph) AllGroupsOf(v Node) []GroupID {
	var ids []GroupID
	for id, hi := g.groupsFrom(v); id < hi; id++ {
		ids = append(ids, id)
	}
	return ids
}

// groupsFrom returns the range of the groups of v.
func (g *Graph) groupsFrom(v Node) (lo, hi GroupID) {
	of := func(group Group, v Node) int { return int(group.Caller - v) }
	i, _ := slices.BinarySearchFunc(g.groups, v, of)
	j, _ := slices.BinarySearchFunc(g.groups, v+1, of)
	return GroupID(i), GroupID(j)
}

// A placing is that of a call or a group in a group.
type placing struct {
	group  GroupID
	member int32 // its first place among the members
}

// placings are the places of all calls and groups in groups. The zero value is that of no groups.
type placings struct {
	first  []int32   // first[e] to first[e+1] are those of a call
	calls  []placing // by call, then group
	groups []int32   // by GroupID, the place in the group around it
}

func placingsOf(groups []Group, calls int) placings {
	p := placings{first: make([]int32, calls+1), groups: make([]int32, len(groups))}
	last := make([]GroupID, calls) // the group that a call was last seen in
	each := func(do func(e Edge, id GroupID, member int)) {
		for e := range last {
			last[e] = NoGroup
		}
		for id := range groups {
			for i, m := range groups[id].Members {
				switch {
				case m.Group != NoGroup:
					p.groups[m.Group] = int32(i)
				case last[m.Call] != GroupID(id):
					last[m.Call] = GroupID(id)
					do(m.Call, GroupID(id), i)
				}
			}
		}
	}
	each(func(e Edge, _ GroupID, _ int) { p.first[e+1]++ })
	for e := range last {
		p.first[e+1] += p.first[e]
	}
	p.calls = make([]placing, p.first[calls])
	next := slices.Clone(p.first)
	each(func(e Edge, id GroupID, member int) {
		p.calls[next[e]] = placing{id, int32(member)}
		next[e]++
	})
	return p
}

func (p *placings) of(e Edge) []placing {
	if p.first == nil {
		return nil
	}
	return p.calls[p.first[e]:p.first[e+1]]
}

// GroupsWith returns the groups that e is a member of, in order: the innermost, which have e
// among their Members.
func (g *Graph) GroupsWith(e Edge) []GroupID {
	places := g.placings.of(e)
	if places == nil {
		return nil
	}
	ids := make([]GroupID, len(places))
	for i, p := range places {
		ids[i] = p.group
	}
	return ids
}

// Memberships returns the first place of e in each group that it is a member of, with the group,
// as GroupsWith.
func (g *Graph) Memberships(e Edge) iter.Seq2[GroupID, *GroupMember] {
	return func(yield func(GroupID, *GroupMember) bool) {
		for _, p := range g.placings.of(e) {
			if !yield(p.group, &g.groups[p.group].Members[p.member]) {
				return
			}
		}
	}
}

// Membership returns the place of a group in the group around it, which it must have.
func (g *Graph) Membership(id GroupID) *GroupMember {
	return &g.groups[g.groups[id].In].Members[g.placings.groups[id]]
}

// Outermost returns the group around id that is in no other group.
func (g *Graph) Outermost(id GroupID) GroupID {
	for g.groups[id].In != NoGroup {
		id = g.groups[id].In
	}
	return id
}

// CallsIn returns the calls in a group and in the groups in it, sorted, each once.
func (g *Graph) CallsIn(id GroupID) []Edge {
	var calls []Edge
	var collect func(GroupID)
	collect = func(id GroupID) {
		for _, m := range g.groups[id].Members {
			if m.Group != NoGroup {
				collect(m.Group)
			} else {
				calls = append(calls, m.Call)
			}
		}
	}
	collect(id)
	slices.Sort(calls)
	return slices.Compact(calls)
}

// setGroups takes over groups and marks the calls that are in them.
func (g *Graph) setGroups(groups []Group) {
	g.groups, g.placings = groups, placings{}
	if len(groups) == 0 {
		return
	}
	g.placings = placingsOf(groups, len(g.attrs))
	g.attrs = slices.Clone(g.attrs)
	for e := range g.attrs {
		g.attrs[e] &^= flagGrouped
	}
	for i := range groups {
		for _, m := range groups[i].Members {
			if m.Group == NoGroup && !m.Alone {
				g.attrs[m.Call] |= flagGrouped
			}
		}
	}
}

// groupsAmong returns the groups of g with only the calls that are in a part of it: here
// gives their numbers in the part, NoEdge for the others. Groups that have no members left
// are left out. A group keeps its kind and shares even if a single member is left, and counts
// the others as Hidden.
func (g *Graph) groupsAmong(here []Edge) []Group {
	now := make([]GroupID, len(g.groups))
	kept := make([]bool, len(g.groups))
	for i := len(g.groups) - 1; i >= 0; i-- { // those in it come after a group
		for _, m := range g.groups[i].Members {
			kept[i] = kept[i] || m.Group != NoGroup && kept[m.Group] || m.Group == NoGroup && here[m.Call] != NoEdge
		}
	}
	var next GroupID
	for i := range kept {
		now[i] = NoGroup
		if kept[i] {
			now[i] = next
			next++
		}
	}
	groups := make([]Group, 0, next)
	for i := range g.groups {
		if !kept[i] {
			continue
		}
		c := g.groups[i]
		if c.In != NoGroup {
			c.In = now[c.In]
		}
		c.Members = make([]GroupMember, 0, len(g.groups[i].Members))
		for _, m := range g.groups[i].Members {
			switch {
			case m.Group != NoGroup && kept[m.Group]:
				m.Group = now[m.Group]
			case m.Group == NoGroup && here[m.Call] != NoEdge:
				m.Call = here[m.Call]
			default:
				c.Hidden++
				continue
			}
			c.Members = append(c.Members, m)
		}
		groups = append(groups, c)
	}
	return groups
}
