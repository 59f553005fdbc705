package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Need is one of the things that a caller depends on: a call, or a group of calls whose
// callees are alternatives.
type Need struct {
	Call  graph.Edge    // graph.NoEdge if it is a group
	Group graph.GroupID // graph.NoGroup if it is a call
}

// allNeeds returns what v depends on by the calls of g: those that are needed by themselves,
// then the groups that are in no other.
func allNeeds(g *graph.Graph, v graph.Node) []Need {
	var list []Need
	for e, end := g.Out(v); e < end; e++ {
		if !g.Grouped(e) {
			list = append(list, Need{e, graph.NoGroup})
		}
	}
	for _, id := range g.GroupsOf(v) {
		list = append(list, Need{graph.NoEdge, id})
	}
	return list
}

// NeedsOthers returns what v depends on by the calls of g, without calls of v to itself.
func NeedsOthers(g *graph.Graph, v graph.Node) []Need {
	return slices.DeleteFunc(allNeeds(g, v), func(n Need) bool { return n.Group == graph.NoGroup && g.To(n.Call) == v })
}

// Calls returns the calls of a need, sorted.
func (n Need) Calls(g *graph.Graph) []graph.Edge {
	if n.Group == graph.NoGroup {
		return []graph.Edge{n.Call}
	}
	return g.CallsIn(n.Group)
}

// callees are those of a list of calls.
func callees(g *graph.Graph, calls []graph.Edge) []graph.Node {
	list := make([]graph.Node, len(calls))
	for i, e := range calls {
		list[i] = g.To(e)
	}
	return list
}

// NeedOf returns the need that the call e is one of, the first if it is in several groups.
func NeedOf(g *graph.Graph, e graph.Edge) Need {
	if !g.Grouped(e) {
		return Need{e, graph.NoGroup}
	}
	return Need{graph.NoEdge, g.Outermost(g.GroupsWith(e)[0])}
}

// Breaks reports whether the caller fails if all callees of a need fail.
func (n Need) Breaks(g *graph.Graph) bool {
	if n.Group == graph.NoGroup {
		return Breaks(g, n.Call)
	}
	return groupFails(g, n.Group, func(e graph.Edge) bool { return MayBreak(g, e) })
}

// spare is how many of its members a group can do without. Those that are out of view
// work.
func spare(c *graph.Group) int {
	all := len(c.Members) + c.Hidden
	if c.Kind == graph.Pool {
		return max(0, all-max(c.Need, 1))
	}
	return all - 1
}

// groupFails reports whether a group has too few members left if the callees of those
// calls are gone that lost is true for.
func groupFails(g *graph.Graph, id graph.GroupID, lost func(graph.Edge) bool) bool {
	c := &g.Groups()[id]
	gone, most := 0, spare(c)
	for i, m := range c.Members {
		if gone+len(c.Members)-i <= most { // whatever the others are
			return false
		}
		if m.Group != graph.NoGroup && groupFails(g, m.Group, lost) || m.Group == graph.NoGroup && lost(m.Call) {
			gone++
		}
	}
	return gone > most
}

// failsWith reports whether one of the groups that e is a member of fails.
func failsWith(g *graph.Graph, e graph.Edge, lost func(graph.Edge) bool) bool {
	return slices.ContainsFunc(g.GroupsWith(e), func(id graph.GroupID) bool { return groupFails(g, g.Outermost(id), lost) })
}

// Replaceable reports whether the caller of e needs it only as one of several, and goes on
// unharmed without it: a server of a pool that can do with fewer, or of a failover. The
// caller of one way of a split loses the requests that go there.
func Replaceable(g *graph.Graph, e graph.Edge) bool {
	return g.Grouped(e) && !slices.ContainsFunc(g.GroupsWith(e), func(id graph.GroupID) bool {
		for ; id != graph.NoGroup; id = g.Groups()[id].In {
			if c := &g.Groups()[id]; c.Kind != graph.Split && spare(c) > 0 {
				return false
			}
		}
		return true
	})
}

// Others returns the pool or failover that e is a member of, with the pools and failovers
// around it; NoGroup if it is in none.
func Others(g *graph.Graph, e graph.Edge) graph.GroupID {
	others := graph.NoGroup
	if g.Grouped(e) {
		for id := g.GroupsWith(e)[0]; id != graph.NoGroup && g.Groups()[id].Kind != graph.Split; id = g.Groups()[id].In {
			others = id
		}
	}
	return others
}

// Checked reports whether the caller of e learns that the callee is gone, because it checks
// the members of each group that e is in.
func Checked(g *graph.Graph, e graph.Edge) bool {
	return g.Grouped(e) && !slices.ContainsFunc(g.GroupsWith(e), func(id graph.GroupID) bool {
		for ; id != graph.NoGroup; id = g.Groups()[id].In {
			if c := &g.Groups()[id]; c.Kind != graph.Split && c.Checked {
				return false
			}
		}
		return true
	})
}

// ReplacedByOthers reports whether v has callers that wait for it, and each of them goes on
// with other members of a group if v is gone.
func ReplacedByOthers(g *graph.Graph, v graph.Node) bool {
	some := false
	for _, e := range g.In(v) {
		if g.From(e) == v || g.Mode(e) != graph.Sync {
			continue
		}
		if !Replaceable(g, e) {
			return false
		}
		some = true
	}
	return some
}

// A collapse finds which services fail because others do, by the calls of a graph, each of
// which fails its caller unless it is a member of a group with enough others.
type collapse struct {
	g     *graph.Graph
	fails []int32 // by service: the number of the last search in which it failed
	clock int32
}

func newCollapse(g *graph.Graph) *collapse { return &collapse{g: g, fails: make([]int32, g.Len())} }

// of returns the services that are gone, then those that fail with them, nearest first.
func (c *collapse) of(gone ...graph.Node) []graph.Node {
	g := c.g
	c.clock++
	work := slices.Clone(gone)
	for _, v := range work {
		c.fails[v] = c.clock
	}
	lost := func(e graph.Edge) bool { return c.fails[g.To(e)] == c.clock }
	for i := 0; i < len(work); i++ {
		for _, e := range g.In(work[i]) {
			if u := g.From(e); c.fails[u] != c.clock && (!g.Grouped(e) || failsWith(g, e, lost)) {
				c.fails[u] = c.clock
				work = append(work, u)
			}
		}
	}
	return work
}
