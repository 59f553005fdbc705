package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// withoutReturns is g without the loops that close only in a proxy that spreads requests
// over the caller's own kind: a service asks the balancer in front of itself, and one of
// its replicas answers. That is a call to itself and no loop of services.
//
// The members of the kind are those of a pool, or of a split by weights, of a caller that
// multiplexes; or one service with several replicas. Either the calls of the members to the
// proxy are left out, or those of the proxy to the members, whichever is on no other loop.
// If both are, the loop stays.
func withoutReturns(g *graph.Graph) *graph.Graph {
	kinds := spreads(g)
	if len(kinds) == 0 {
		return g
	}
	gone := make([]bool, g.Calls())
	f := &reach{g: g, of: findComponents(g).Of, seen: make([]int, g.Len())}
	for i := range kinds {
		k := &kinds[i]
		if back := f.from(k.proxy, k.others(g)); !slices.ContainsFunc(k.members, back) {
			k.eachReturn(g, func(to, _ graph.Edge) { gone[to] = true })
			continue
		}
		callers := slices.DeleteFunc(g.Callers(k.proxy), func(v graph.Node) bool { return slices.Contains(k.members, v) })
		if back := f.from(k.proxy, k.members); !slices.ContainsFunc(callers, back) {
			k.eachReturn(g, func(_, from graph.Edge) { gone[from] = true })
		}
	}
	return g.Where(func(e graph.Edge) bool { return !gone[e] })
}

// A spread is a proxy and services of one kind over which it spreads requests, some of
// which call the proxy.
type spread struct {
	proxy   graph.Node
	members []graph.Node // sorted
}

// spreads returns the spreads of g with a member that calls the proxy.
func spreads(g *graph.Graph) []spread {
	var list []spread
	add := func(proxy graph.Node, members []graph.Node) {
		if slices.ContainsFunc(members, func(v graph.Node) bool { _, calls := g.Edge(v, proxy); return calls && v != proxy }) {
			list = append(list, spread{proxy, members})
		}
	}
	for i, group := range g.Groups() {
		id := graph.GroupID(i)
		if !group.Multiplexes && !g.Groups()[g.Outermost(id)].Multiplexes {
			continue
		}
		if group.Kind == graph.Split && slices.ContainsFunc(group.Members, func(m graph.GroupMember) bool { return m.Share == 0 }) {
			continue // routes
		}
		var members []graph.Node
		for _, e := range g.CallsIn(id) {
			members = append(members, g.To(e))
		}
		add(group.Caller, members)
	}
	for v := range graph.Node(g.Len()) {
		gateway := g.Service(v).Kind == graph.KindGateway
		for e, end := g.Out(v); e < end; e++ {
			if !gateway && g.Class(e) != graph.ClassIngress {
				continue
			}
			if n := g.Service(g.To(e)).Replicas; n.Set() && n.Value > 1 {
				add(v, []graph.Node{g.To(e)})
			}
		}
	}
	return list
}

// others returns what the proxy calls besides the members.
func (k *spread) others(g *graph.Graph) []graph.Node {
	return slices.DeleteFunc(slices.Clone(g.Callees(k.proxy)), func(v graph.Node) bool { return slices.Contains(k.members, v) })
}

// eachReturn calls f with the call of every member to the proxy and the one back, if the
// member makes such a call.
func (k *spread) eachReturn(g *graph.Graph, f func(to, from graph.Edge)) {
	for _, v := range k.members {
		to, calls := g.Edge(v, k.proxy)
		from, answers := g.Edge(k.proxy, v)
		if calls && answers {
			f(to, from)
		}
	}
}

// A reach finds what services call, within their component and not through one of them.
type reach struct {
	g     *graph.Graph
	of    []int32
	seen  []int // by node: the search that found it
	count int
}

// from returns whether a service is one of starts or called by them, directly or not, on a
// way that does not lead through the service around.
func (f *reach) from(around graph.Node, starts []graph.Node) func(graph.Node) bool {
	f.count++
	search := f.count
	var queue []graph.Node
	add := func(v graph.Node) {
		if v != around && f.seen[v] != search && f.of[v] == f.of[around] {
			f.seen[v] = search
			queue = append(queue, v)
		}
	}
	for _, v := range starts {
		add(v)
	}
	for i := 0; i < len(queue); i++ {
		for _, w := range f.g.Callees(queue[i]) {
			add(w)
		}
	}
	return func(v graph.Node) bool { return f.seen[v] == search }
}
