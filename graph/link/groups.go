package link

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
)

// maxMembers is how many facts one fact between groups may become. Two sets of a hundred
// accounts are below it.
const maxMembers = 20_000

// expandGroups replaces every fact between groups by the facts between their members,
// and groups that policies name by their members.
func (l *linker) expandGroups() {
	groups, through := map[graph.Ref][]*graph.Member{}, map[graph.Ref][]graph.Ref{}
	for i := range l.f.Members {
		m := &l.f.Members[i]
		if m.Through {
			through[m.Of] = append(through[m.Of], m.Party.Group)
			continue
		}
		groups[m.Of] = append(groups[m.Of], m)
	}
	calls, places := make([]graph.CallFact, 0, len(l.f.Calls)), nesting{}
	for _, call := range l.f.Calls {
		if len(through) > 0 {
			call.Via = transitiveVia(through, call.Via)
		}
		if call.From.Group.IsZero() && call.To.Group.IsZero() {
			calls = append(calls, call)
			continue
		}
		froms, tos := l.members(groups, graph.Member{Party: call.From}, call.Origin, places), l.members(groups, graph.Member{Party: call.To, In: call.In}, call.Origin, places)
		if len(froms)*len(tos) > maxMembers {
			l.coverage.Problems = append(l.coverage.Problems, graph.Problem{
				Origin: call.Origin, Level: graph.Skipped, Message: "too many calls between the members of two groups",
			})
			continue
		}
		for _, from := range froms {
			for _, to := range tos {
				one := call
				one.From, one.To = from.Party, to.Party
				one.Mirror = call.Mirror || from.Mirror || to.Mirror
				one.Fallback = call.Fallback || from.Fallback || to.Fallback
				if to.Idle {
					one.Strength = graph.Allowed
				}
				one.In = to.In
				calls = append(calls, one)
			}
		}
	}
	l.f.Calls = calls
	policies := slices.Clone(l.f.Policies)
	for i := range policies {
		p := &policies[i]
		p.From, p.To = memberParties(groups, p.From, p.Origin), memberParties(groups, p.To, p.Origin)
	}
	l.f.Policies = policies
}

// maxThrough is how many objects one call may go through.
const maxThrough = 100

// transitiveVia adds to the objects that a call goes through those that these go through.
func transitiveVia(through map[graph.Ref][]graph.Ref, via []graph.Ref) []graph.Ref {
	all := slices.Clip(via)
	for i := 0; i < len(all) && len(all) < maxThrough; i++ {
		for _, next := range through[all[i]] {
			if !slices.Contains(all, next) {
				all = append(all, next)
			}
		}
	}
	return all
}

// memberParties replaces the groups among parties by their members. A group without members
// is kept; no service belongs to it.
func memberParties(groups map[graph.Ref][]*graph.Member, parties []graph.EndpointRef, o graph.Origin) []graph.EndpointRef {
	if !slices.ContainsFunc(parties, func(p graph.EndpointRef) bool { return !p.Group.IsZero() }) {
		return parties
	}
	var all []graph.EndpointRef
	for _, p := range parties {
		found := membersOf(groups, graph.Member{Party: p}, o, nesting{})
		if len(found) == 0 {
			all = append(all, p)
		}
		for _, m := range found {
			all = append(all, m.Party)
		}
	}
	return all
}

// members is membersOf, and reports if there are none.
func (l *linker) members(groups map[graph.Ref][]*graph.Member, of graph.Member, o graph.Origin, places nesting) []graph.Member {
	found := membersOf(groups, of, o, places)
	if set := of.Party.Group; len(found) == 0 {
		l.unresolved(-1, set.Name, "", o, "no "+kindWord(set)+" of this name is in the inputs, or it has no members")
	}
	return found
}

// membersOf returns the members of a party if it is a group, else the party itself. A group
// that is its own member adds nothing.
func membersOf(groups map[graph.Ref][]*graph.Member, of graph.Member, o graph.Origin, places nesting) []graph.Member {
	if of.Party.Group.IsZero() {
		return []graph.Member{of}
	}
	var found []graph.Member
	open := []graph.Member{of}
	seen := []graph.Ref{of.Party.Group}
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		listed := nearest(groups[next.Party.Group], o.File())
		for _, m := range listed {
			one := graph.Member{
				Party: m.Party, Mirror: next.Mirror || m.Mirror, Fallback: next.Fallback || m.Fallback, Idle: next.Idle || m.Idle,
				In: places.member(next.In, m, len(listed) > 1),
			}
			switch group := m.Party.Group; {
			case group.IsZero():
				found = append(found, one)
			case !slices.Contains(seen, group):
				seen, open = append(seen, group), append(open, one)
			}
		}
	}
	return found
}

// nearest drops the members that other documents of the group's name list, if their files
// are farther from the given one. Of files equally near all are kept.
func nearest(members []*graph.Member, file string) []*graph.Member {
	most, several := -1, false
	for i, m := range members {
		most = max(most, commonDirectories(m.Origin.File(), file))
		several = several || !m.Joins && m.Origin.File() != members[0].Origin.File() && i > 0
	}
	if !several {
		return members
	}
	return slices.DeleteFunc(slices.Clone(members), func(m *graph.Member) bool {
		return !m.Joins && commonDirectories(m.Origin.File(), file) < most
	})
}

// commonDirectories counts the directories that two files have in common, and one more if
// they are the same file.
func commonDirectories(a, b string) int {
	if a == b {
		return strings.Count(a, "/") + 1
	}
	as, bs := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	return n
}
