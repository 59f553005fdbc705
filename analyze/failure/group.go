package failure

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A group is a graph.Group, ready to be applied.
type group struct {
	*graph.Group
	id      graph.GroupID
	members []member
	calls   int  // in it, and in groups in it
	looped  bool // one of them is in a loop
	turn    int32
	// shared is what acts on the group instead of its calls, of pools and failovers that are in
	// no other: a lost member is replaced first, and only then is there anything to fall back from.
	shared *guard
}

// A member of a group is a call or a group.
type member struct {
	graph.GroupMember
	group  *group
	guards []guard // of a call, without what its group shares
}

// addGroups compiles the groups of the graph.
func (m *Model) addGroups() {
	m.outermost = map[graph.GroupID]*group{}
	if len(m.g.Groups()) > 0 {
		m.turn = turns(m.g)
	}
	for i := range m.g.Groups() {
		if id := graph.GroupID(i); m.g.Groups()[i].In == graph.NoGroup {
			n := m.group(id, nil, nil)
			m.mixed, m.outermost[id] = true, n
			for _, e := range m.g.CallsIn(id) {
				with := m.beside(e)
				with.groups = append(with.groups, n)
			}
		}
	}
}

// groups are the groups that e is in, of those that are in no other.
func (m *Model) groups(e graph.Edge) []*group {
	if with := m.links[m.at[e]].beside; with != nil {
		return with.groups
	}
	return nil
}

// group compiles one group; shared and within are of the outermost pool or failover around it:
// what acts on that, and its calls.
func (m *Model) group(id graph.GroupID, shared *guard, within []graph.Edge) *group {
	n := &group{Group: &m.g.Groups()[id], id: id}
	n.turn = m.turn[n.Caller]
	if n.Kind != graph.Split && shared == nil {
		within = m.g.CallsIn(id)
		n.shared = m.sharedBy(within)
		shared = n.shared
	}
	for _, of := range n.Members {
		mem := member{GroupMember: of}
		if of.Group != graph.NoGroup {
			mem.group = m.group(of.Group, shared, within)
			n.calls += mem.group.calls
			n.looped = n.looped || mem.group.looped
		} else {
			mem.guards = slices.Clone(m.guards(of.Call))
			for i := range mem.guards {
				n.looped = n.looped || mem.guards[i].loops()
				mem.guards[i].without(shared)
				mem.guards[i].withoutSteps(within)
				mem.guards[i].replaced = n.Kind != graph.Split
			}
			n.calls++
		}
		n.members = append(n.members, mem)
	}
	if n.Kind == graph.Failover {
		n.joinRanks()
	}
	return n
}

// joinRanks makes a pool of the members of each rank, any of which will do.
func (n *group) joinRanks() {
	var ranks []member
	for i, m := range n.members {
		if i == 0 || m.Rank != n.members[i-1].Rank {
			ranks = append(ranks, m)
			continue
		}
		last := &ranks[len(ranks)-1]
		if last.group == nil || last.Group != graph.NoGroup {
			first := *last
			alike := &graph.Group{Caller: n.Caller, Kind: graph.Pool, Need: 1, Checked: n.Checked, Multiplexes: n.Multiplexes, Origin: n.Origin}
			*last = member{GroupMember: graph.GroupMember{Call: graph.NoEdge, Group: graph.NoGroup, Rank: m.Rank}}
			last.group = &group{Group: alike, members: []member{first}, calls: first.calls(), looped: n.looped}
		}
		last.group.members = append(last.group.members, m)
		last.group.calls += m.calls()
	}
	n.members = ranks
}

// sharedBy is what all parts of some calls have: cache, fallback, optional, tolerant.
func (m *Model) sharedBy(calls []graph.Edge) *guard {
	first := m.guards(calls[0])[0]
	d := &guard{async: first.async, publish: first.publish, cache: first.cache, steps: first.steps, soft: first.soft, tolerant: first.tolerant}
	for _, e := range calls {
		for _, o := range m.guards(e) {
			if !o.cache.set() {
				d.cache = setting{}
			}
			if !o.soft.set() {
				d.soft = setting{}
			}
			if !o.tolerant.set() {
				d.tolerant = setting{}
			}
			if !slices.EqualFunc(o.steps, d.steps, func(a, b step) bool { return a.words == b.words && a.asks == b.asks && a.kept == b.kept }) {
				d.steps = nil
			}
			d.looped = d.looped || o.loops()
			d.publish = d.publish && o.publish // there is an outbox for events only
		}
	}
	return d
}

// without takes from d what acts on its group.
func (d *guard) without(shared *guard) {
	if shared == nil {
		return
	}
	if shared.cache.set() {
		d.cache = setting{}
	}
	if shared.soft.set() {
		d.soft = setting{}
	}
	if shared.tolerant.set() {
		d.tolerant = setting{}
	}
	if len(shared.steps) > 0 {
		d.steps = nil
	}
}

// withoutSteps takes from d the steps of its fallback that ask other members of its pool or
// failover: the group says when these are asked. A split does not ask another member.
func (d *guard) withoutSteps(within []graph.Edge) {
	asksMember := func(s step) bool { return s.asks != noCall && slices.Contains(within, s.asks) }
	if slices.ContainsFunc(d.steps, asksMember) {
		d.steps = slices.DeleteFunc(slices.Clone(d.steps), asksMember)
	}
}

// callees are those of m.
func (m *member) callees(g *graph.Graph) []graph.Node {
	if m.group == nil {
		return []graph.Node{g.To(m.Call)}
	}
	var list []graph.Node
	for i := range m.group.members {
		list = append(list, m.group.members[i].callees(g)...)
	}
	return list
}

// calls is how many calls there are in m.
func (m *member) calls() int {
	if m.group == nil {
		return 1
	}
	return m.group.calls
}

// Alternatives are the calls that a remedy on e has to be put on: it, and all that may be made
// instead. Sorted.
func (m *Model) Alternatives(e graph.Edge) []graph.Edge {
	calls := []graph.Edge{e}
	for _, id := range m.g.GroupsWith(e) {
		top := graph.NoGroup
		for ; id != graph.NoGroup && m.g.Groups()[id].Kind != graph.Split; id = m.g.Groups()[id].In {
			top = id
		}
		if top != graph.NoGroup {
			calls = append(calls, m.g.CallsIn(top)...)
		}
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}
