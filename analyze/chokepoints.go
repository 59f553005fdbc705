package analyze

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Chokepoint is a service between the entry points and others: by hard
// synchronous calls without a fallback they reach the others only through it. Where that
// is a pool or a failover, none of its members is one, but all of them together are.
type Chokepoint struct {
	Node   graph.Node
	Or     []graph.Node // the other members of the group, sorted; nil if it is a single service
	Behind []graph.Node // services and gateways, sorted
	Lacks  []string     // what keeps it from surviving the loss of a replica, in words; nil if nothing is known to
}

// entryPoints returns where users come in, sorted: the services that are declared
// to be entry points or that traces show to be, and gateways without callers. Where
// there are none, it presumes the services without callers.
func entryPoints(g *graph.Graph) (entries []graph.Node, presumed bool) {
	var uncalled []graph.Node
	for v := range graph.Node(g.Len()) {
		s := g.Service(v)
		entry, _ := s.Entry()
		called := slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return g.From(e) != v })
		switch {
		case entry:
			entries = append(entries, v)
		case s.Entrypoint.Set():
		case called:
		case s.Kind == graph.KindGateway:
			entries = append(entries, v)
		case s.Kind == graph.KindService:
			uncalled = append(uncalled, v)
		}
	}
	if len(entries) == 0 {
		return uncalled, true
	}
	return entries, false
}

// Chokepoints are the services between the entry points and others.
type Chokepoints struct {
	entries []graph.Node // sorted
	Tree    *dominators
	Behind  []Sample     // by service: the services of the estate that entry points reach only through it
	calls   *graph.Graph // essential
}

// FindChokepoints finds the gates of g over its essential calls. A service that is only
// presumed to be an entry point is no chokepoint: no request is known to take that path.
// Neither is one that no entry point misses, because a group has others for it or for
// what needs it.
func FindChokepoints(g *graph.Graph) *Chokepoints {
	entries, presumed := entryPoints(g)
	calls := essential(g)
	tree := dominate(calls, entries)
	f := &Chokepoints{entries: entries, Tree: tree, calls: calls, Behind: tree.Behind(g.Len(), func(v graph.Node) bool { return IsOwn(g.Service(v)) })}
	if presumed {
		for _, v := range entries {
			f.Behind[v].N = 0
		}
	}
	if len(calls.Groups()) > 0 {
		for v, felt := range feltBy(calls, entries) {
			if !felt {
				f.Behind[v].N = 0
			}
		}
	}
	return f
}

// IsEntry reports whether v is an entry point.
func (f *Chokepoints) IsEntry(v graph.Node) bool {
	_, ok := slices.BinarySearch(f.entries, v)
	return ok
}

// sets returns the services of the estate behind each of the given gates.
func (f *Chokepoints) sets(g *graph.Graph, of []graph.Node) [][]graph.Node {
	sets := f.Tree.sets(of)
	for i := range sets {
		sets[i] = slices.DeleteFunc(sets[i], func(v graph.Node) bool { return !IsOwn(g.Service(v)) })
	}
	return sets
}

// maxChokepoints is how many chokepoints are listed with the services behind them.
const maxChokepoints = 10

// greatest returns the gates with at least two services behind them, those with
// the most first, and not more than maxChokepoints.
func (f *Chokepoints) greatest(r *Analysis) []Chokepoint {
	g := r.Core
	var of []graph.Node
	for v := range f.Behind {
		if f.Behind[v].N >= leastBehind {
			of = append(of, graph.Node(v))
		}
	}
	slices.SortFunc(of, func(a, b graph.Node) int {
		return cmp.Or(cmp.Compare(f.Behind[b].N, f.Behind[a].N), cmp.Compare(a, b))
	})
	of = of[:min(len(of), maxChokepoints)]
	list := make([]Chokepoint, len(of))
	for i, set := range f.sets(g, of) {
		list[i] = Chokepoint{Node: of[i], Behind: set, Lacks: r.weaknesses(of[i])}
	}
	list = append(list, f.groupsBetween(g)...)
	slices.SortStableFunc(list, func(a, b Chokepoint) int {
		return cmp.Or(cmp.Compare(len(b.Behind), len(a.Behind)), cmp.Compare(a.Node, b.Node))
	})
	return list[:min(len(list), maxChokepoints)]
}

// leastBehind is how many services have to be behind a gate that is listed.
const leastBehind = 2

// betweenPatience is how many calls are walked to find which groups are between entry points
// and others: about a tenth of a second.
const betweenPatience = 20_000_000

// groupsBetween returns the pools and failovers of the estate's own services whose members
// are a chokepoint only together. It walks the graph once for each, as long as it has the patience.
func (f *Chokepoints) groupsBetween(g *graph.Graph) []Chokepoint {
	var list []Chokepoint
	known := map[string]bool{}
	all, walked := f.reached(nil), 0
	for id := range f.calls.Groups() {
		c := &f.calls.Groups()[id]
		if walked > betweenPatience || c.Kind == graph.Split || spare(c) == 0 || c.Hidden > 0 || !all[c.Caller] {
			continue
		}
		members := slices.Compact(slices.Sorted(slices.Values(callees(f.calls, f.calls.CallsIn(graph.GroupID(id))))))
		key := fmt.Sprint(members)
		if known[key] || slices.ContainsFunc(members, func(v graph.Node) bool { return !IsOwn(g.Service(v)) }) {
			continue
		}
		known[key] = true
		walked += f.calls.Calls()
		var behind []graph.Node
		for v, without := range f.reached(members) {
			if all[v] && !without && !slices.Contains(members, graph.Node(v)) && IsOwn(g.Service(graph.Node(v))) {
				behind = append(behind, graph.Node(v))
			}
		}
		if len(behind) >= leastBehind {
			list = append(list, Chokepoint{Node: members[0], Or: members[1:], Behind: behind})
		}
	}
	return list
}

// reached returns which services the entry points reach if some are gone.
func (f *Chokepoints) reached(gone []graph.Node) []bool {
	found := make([]bool, f.calls.Len())
	var work []graph.Node
	find := func(v graph.Node) {
		if !found[v] && !slices.Contains(gone, v) {
			found[v] = true
			work = append(work, v)
		}
	}
	for _, v := range f.entries {
		find(v)
	}
	for i := 0; i < len(work); i++ {
		for _, w := range f.calls.Callees(work[i]) {
			find(w)
		}
	}
	return found
}

// weaknesses is what keeps a service from surviving the loss of one replica, or a word
// that it is not known to.
func (r *Analysis) weaknesses(v graph.Node) []string {
	switch n := Replicas(r.Core.Service(v)); {
	case !n.Set():
		return []string{"an unknown number of replicas"}
	case n.Value == 1:
		return []string{"a single replica"}
	case n.Value > 1:
		return r.RedundancyGaps(v)
	}
	return nil // it is switched off
}
