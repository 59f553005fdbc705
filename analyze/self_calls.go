package analyze

import (
	"slices"

	"github.com/weirgraph/weir/graph"
)

// withoutReturns is g without its returns.
func withoutReturns(g *graph.Graph) *graph.Graph {
	if gone := returns(g); gone != nil {
		return g.Where(func(e graph.Edge) bool { return !gone[e] })
	}
	return g
}

// returns reports by call whether it closes loops only in a proxy that spreads requests over
// the caller's own kind: a service asks the balancer in front of itself, and one of its replicas
// answers. That is a call to itself and no loop of services. It is nil if there are none.
//
// The kind is the members of a pool, or of a split by weights, of a caller that multiplexes;
// or one service with several replicas. Callers of the proxy that run the images of members are
// of it, too, unless the members call them: by strong evidence, a start order is none.
//
// A call of the kind to the proxy is left out if no other callee of the proxy leads back to
// its caller. Otherwise the calls of the proxy to the members are, if they lead to no other
// caller of it. If they do, too, the loop stays.
func returns(g *graph.Graph) []bool {
	kinds := spreads(g)
	if len(kinds) == 0 {
		return nil
	}
	gone := make([]bool, g.Calls())
	f := &reach{g: g, of: findComponents(g).Of, seen: make([]int, g.Len())}
	for i := range kinds {
		k := &kinds[i]
		isMember := func(v graph.Node) bool { return slices.Contains(k.members, v) }
		called := f.from(k.proxy, k.members, graph.Strong)
		kin := slices.DeleteFunc(slices.Clone(k.kin), called)
		back := f.from(k.proxy, k.others(g), graph.Allowed)
		var kept []graph.Edge // of the proxy to members with another way back
		for _, v := range slices.Concat(k.members, kin) {
			to, calls := g.Edge(v, k.proxy)
			switch from, answers := g.Edge(k.proxy, v); {
			case !calls:
			case !back(v):
				gone[to] = true
			case answers && isMember(v):
				kept = append(kept, from)
			}
		}
		if len(kept) == 0 {
			continue
		}
		forward := f.from(k.proxy, k.members, graph.Allowed)
		if !slices.ContainsFunc(g.Callers(k.proxy), func(v graph.Node) bool { return !isMember(v) && forward(v) }) {
			for _, e := range kept {
				gone[e] = true
			}
		}
	}
	return gone
}

// A spread is a proxy and services of one kind over which it spreads requests, some of
// which call the proxy.
type spread struct {
	proxy   graph.Node
	members []graph.Node // sorted
	kin     []graph.Node // callers of the proxy with the image of a member that are none
}

// spreads returns the spreads of g with a member that calls the proxy.
func spreads(g *graph.Graph) []spread {
	var list []spread
	add := func(proxy graph.Node, members []graph.Node) {
		k := spread{proxy: proxy, members: members}
		images := imagesOf(g, members)
		calls := false
		for _, v := range g.Callers(proxy) {
			switch {
			case slices.Contains(members, v):
				calls = true
			case runsOnly(g, v, images):
				k.kin = append(k.kin, v)
			}
		}
		if calls || len(k.kin) > 0 {
			list = append(list, k)
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

// runsOnly reports whether all images of v are among these.
func runsOnly(g *graph.Graph, v graph.Node, images []string) bool {
	own := imagesOf(g, []graph.Node{v})
	return len(own) > 0 && !slices.ContainsFunc(own, func(name string) bool { return !slices.Contains(images, name) })
}

// imagesOf returns the names of the images of services.
func imagesOf(g *graph.Graph, services []graph.Node) []string {
	var names []string
	for _, v := range services {
		for _, image := range g.Service(v).Images {
			names = append(names, graph.ImageName(image))
		}
	}
	return names
}

// A reach finds what services call, within their component and not through one of them.
type reach struct {
	g     *graph.Graph
	of    []int32
	seen  []int // by node: the search that found it
	count int
}

// from returns whether a service is one of starts or called by them, directly or not, on a
// way that does not lead through the service around, by calls with evidence of at least
// this strength. The answer is valid until the next search.
func (f *reach) from(around graph.Node, starts []graph.Node, least graph.Strength) func(graph.Node) bool {
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
		for e, end := f.g.Out(queue[i]); e < end; e++ {
			if f.g.Strength(e) >= least {
				add(f.g.To(e))
			}
		}
	}
	return func(v graph.Node) bool { return f.seen[v] == search }
}
