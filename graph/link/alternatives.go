package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
)

// alternatives returns the groups of interchangeable callees, as the evidence for
// the calls of g declares them: those that documents state (graph.GroupFact), and for every
// gateway the split of its requests over its routes.
func alternatives(g *graph.Graph) []graph.Group {
	var all []graph.Group
	for v := range graph.Node(g.Len()) {
		if c := collectAlternatives(g, v); c != nil {
			all = c.appendTo(all)
		}
	}
	return all
}

// A collector gathers the groups of one caller.
type collector struct {
	g      *graph.Graph
	caller graph.Node
	groups map[any]*gathered // by factKey
	order  []*gathered       // in the order in which they were met
	alone  map[graph.Edge]bool
	routes *graph.GroupFact // of a gateway: the split over all that it routes to
}

// A gathered group has the members found so far.
type gathered struct {
	fact    *graph.GroupFact
	top     bool // it is in no other group
	routes  bool // it is the split over all routes
	members []gatheredMember
	index   map[memberKey]int // of members
}

// A memberKey is what two mentions of one member of a group have in common.
type memberKey struct {
	call   graph.Edge
	group  *gathered // while groups are gathered
	likely string    // what groups of the same calls have in common, once they are reduced
	parted bool      // a route for a part of the requests that match
	match  string
}

type gatheredMember struct {
	call    graph.Edge // graph.NoEdge if it is a group
	group   *gathered
	share   float64
	rank    int
	matches []string
	spare   bool           // it is called only instead of the others
	at      []*graph.Place // those that share counts
}

// collectAlternatives returns nil if v calls nothing as a member of a group.
func collectAlternatives(g *graph.Graph, v graph.Node) *collector {
	var c *collector
	var one [1]graph.Evidence
	for e, end := g.Out(v); e < end; e++ {
		evidence := g.EvidenceIn(e, &one)
		strongest, placed := graph.Allowed, hasPlace(evidence)
		for i := range evidence { // the strongest come first: a start order adds no group to those of addresses
			ev := &evidence[i]
			routed := isRouted(g, v, e, ev)
			if !counts(ev) || ev.In == nil && !routed || ev.Observed && placed || ev.Strength < strongest {
				continue
			}
			if c == nil {
				c = &collector{g: g, caller: v, groups: map[any]*gathered{}, alone: map[graph.Edge]bool{}}
			}
			c.add(e, ev, routed)
			strongest = max(strongest, ev.Strength)
		}
		if strongest > graph.Allowed {
			c.alone[e] = slices.ContainsFunc(evidence, func(ev graph.Evidence) bool {
				return counts(&ev) && ev.In == nil && !ev.Observed && ev.Strength >= strongest && !isRouted(g, v, e, &ev)
			})
		}
	}
	return c
}

// hasPlace reports whether a document says in which group a call is: then what traces show
// of the call adds none.
func hasPlace(evidence []graph.Evidence) bool {
	return slices.ContainsFunc(evidence, func(ev graph.Evidence) bool {
		return !ev.Observed && counts(&ev) && (ev.In != nil || ev.Class == graph.ClassIngress)
	})
}

// counts reports whether evidence shows a call whose failure matters.
func counts(ev *graph.Evidence) bool {
	return ev.Class.Core() && ev.Strength > graph.Allowed && !ev.Mirror && (!ev.Fallback || ev.In != nil)
}

// isRouted reports whether evidence shows a route of a gateway. What traces show of a gateway
// is one, unless it is a store of the gateway's own.
func isRouted(g *graph.Graph, v graph.Node, e graph.Edge, ev *graph.Evidence) bool {
	if ev.Class == graph.ClassIngress {
		return true
	}
	if !ev.Observed || g.Service(v).Kind != graph.KindGateway {
		return false
	}
	kind := g.Service(g.To(e)).Kind
	return kind == graph.KindService || kind == graph.KindExternal
}

// add notes one piece of evidence for a call as a member of its group and of those around.
func (c *collector) add(e graph.Edge, ev *graph.Evidence, routed bool) {
	place := graph.Place{}
	if ev.In != nil {
		place = *ev.In
	}
	if place.Group == nil || place.Group.Kind == graph.Split && place.Group.Key == "" && place.Group.In == nil && !routed {
		place.Match = cmp.Or(place.Match, ev.Match)
	}
	into := c.group(place.Group, routed, ev.Match)
	one := gatheredMember{call: e, share: place.Share}
	if place.Match != "" {
		one.matches = strings.Split(place.Match, ", ")
	}
	i, met := into.find(into.keyOf(&one), gatheredMember{call: e, rank: place.Rank, spare: true})
	if met && (into.fact.Key != "" && into.members[i].share > 0 || slices.Contains(into.members[i].at, ev.In)) {
		place.Share = 0 // other evidence, or another part of the graph, repeats it
	}
	if place.Share > 0 {
		into.members[i].at = append(into.members[i].at, ev.In)
	}
	into.members[i].spare = into.members[i].spare && ev.Fallback
	into.members[i].note(&place)
}

// note adds what one place says to a member that may be met several times.
func (m *gatheredMember) note(p *graph.Place) {
	o := gatheredMember{share: p.Share, rank: p.Rank}
	if p.Match != "" {
		o.matches = strings.Split(p.Match, ", ")
	}
	m.merge(o)
}

// allRoutes is the split of a gateway's requests over its routes: the one that a graph has
// that was read, or a new one.
func (c *collector) allRoutes() *graph.GroupFact {
	for e, end := c.g.Out(c.caller); e < end && c.routes == nil; e++ {
		for _, ev := range c.g.Evidence(e) {
			for p := ev.In; p != nil && p.Group != nil; p = p.Group.In {
				if p.Group.Key != "" && p.Group.Name == graph.AllRoutes && p.Group.Multiplexes && p.Group.In == nil {
					c.routes = p.Group
				}
			}
		}
	}
	if c.routes == nil {
		c.routes = &graph.GroupFact{Kind: graph.Split, Name: graph.AllRoutes, Multiplexes: true}
		if o := c.g.Service(c.caller).Origins; len(o) > 0 {
			c.routes.Origin = o[0]
		}
	}
	return c.routes
}

// group returns the gathered group of a fact, nil being the split over all routes, and makes
// it with those around it. A group of routes that is in no other one is in the split over
// all routes, as that part of them that match selects.
func (c *collector) group(f *graph.GroupFact, routed bool, match string) *gathered {
	if f == nil {
		f = c.allRoutes()
	}
	in := f.In
	if in == nil && routed && f != c.routes && f.Key == "" {
		in = &graph.Place{Match: match}
	}
	n := c.groups[factKey(f)]
	if n == nil {
		n = &gathered{fact: f, top: in == nil, routes: f == c.routes && f.Key == ""}
		c.groups[factKey(f)] = n
		c.order = append(c.order, n)
	} else if in == n.fact.In || f.Key != "" {
		return n
	}
	if in != nil {
		n.top = false
		around := c.group(in.Group, routed, match)
		i, _ := around.find(memberKey{call: graph.NoEdge, group: n}, gatheredMember{call: graph.NoEdge, group: n, rank: in.Rank})
		around.members[i].note(in)
	}
	return n
}

// factKey is what facts about one group of a caller have in common.
func factKey(f *graph.GroupFact) any {
	if f != nil && f.Key != "" {
		return f.Key
	}
	return f
}

// appendTo appends the groups with two members or more, sorted, a group before those in it.
func (c *collector) appendTo(all []graph.Group) []graph.Group {
	var top []gatheredMember
	for _, n := range c.order {
		if n.top {
			top = append(top, n.reduced(gatheredMember{call: graph.NoEdge, group: n}))
		}
	}
	slices.SortStableFunc(top, compareMembers)
	have := map[string]bool{} // a setting may be written twice
	for i := range top {
		if top[i].group != nil {
			before := len(all)
			all = c.append(all, &top[i], graph.NoGroup)
			key := string(appendGroupKey(nil, all, graph.GroupID(before)))
			if have[key] {
				all = all[:before]
			}
			have[key] = true
		}
	}
	return all
}

// reduced replaces a group of one member by that member, in the place of the group, within
// all groups below.
func (n *gathered) reduced(as gatheredMember) gatheredMember {
	gathered := n.members
	n.members, n.index = nil, nil
	for _, m := range gathered {
		if m.group != nil {
			m = m.group.reduced(m)
		}
		m.matches = distinct.Of(m.matches)
		if i, met := n.find(n.keyOf(&m), m); met {
			n.members[i].merge(m)
		}
	}
	n.index = nil
	for i := range n.members {
		n.members[i].matches = distinct.Of(n.members[i].matches)
	}
	n.setSparesApart()
	n.splitAlikeRoutes()
	as.spare = !slices.ContainsFunc(n.members, func(m gatheredMember) bool { return !m.spare })
	if len(n.members) > 1 {
		return as
	}
	only := n.members[0]
	as.call, as.group = only.call, only.group
	if len(as.matches) == 0 {
		as.matches = only.matches
	}
	return as
}

// setSparesApart makes of a split with members that are called only instead of the others
// a failover from those. Among routes the others are those for the same requests.
func (n *gathered) setSparesApart() {
	if n.fact.Kind != graph.Split || n.fact.Key != "" || !slices.ContainsFunc(n.members, func(m gatheredMember) bool { return m.spare }) {
		return
	}
	if !n.routes {
		n.fact, n.members = failover(n.fact, n.members)
		return
	}
	var members []gatheredMember
	for _, alike := range n.routesAlike() {
		matches := alike[0].matches
		split := &graph.GroupFact{Kind: graph.Split, Multiplexes: true, Origin: n.fact.Origin}
		f, parts := failover(split, alike)
		if f.Kind != graph.Failover {
			members = append(members, alike...)
			continue
		}
		for k := range parts {
			parts[k].matches = nil
		}
		members = append(members, gatheredMember{call: graph.NoEdge, group: &gathered{fact: f, members: parts}, matches: matches})
	}
	n.members = members
}

// find returns the place of the member with this key, which is appended unless it was met.
func (n *gathered) find(key memberKey, m gatheredMember) (i int, met bool) {
	if i, met = n.index[key]; met {
		return i, true
	}
	if n.index == nil {
		n.index = map[memberKey]int{}
	}
	n.index[key] = len(n.members)
	n.members = append(n.members, m)
	return len(n.members) - 1, false
}

// keyOf returns the key of a member that is a call or a group that is reduced. Routes to one
// callee are one, unless they get parts of different requests.
func (n *gathered) keyOf(m *gatheredMember) memberKey {
	key := memberKey{call: m.call}
	if m.group != nil {
		key.likely = string(m.group.appendKey(nil))
	}
	if n.routes && m.share > 0 {
		key.parted, key.match = true, strings.Join(m.matches, ", ")
	}
	return key
}

// appendKey appends what groups of the same calls have in common.
func (n *gathered) appendKey(b []byte) []byte {
	total := totalShare(n.members)
	b = fmt.Appendf(b, "%d,%d,%t,%t[", n.fact.Kind, n.fact.Need, n.fact.Checked, total == 0)
	for i := range n.members {
		m := &n.members[i]
		b = fmt.Appendf(b, "%d,%d,", m.call, m.rank)
		if total > 0 {
			b = strconv.AppendFloat(b, m.share/total, 'g', -1, 64)
		}
		if m.group != nil {
			b = m.group.appendKey(b)
		}
		b = append(b, ';')
	}
	return append(b, ']')
}

// takeApart replaces a route for several kinds of requests by one for each of those that
// another route has a part of, and one for the rest.
func (n *gathered) takeApart() {
	parted := map[string]bool{}
	for i := range n.members {
		if n.members[i].share > 0 {
			for _, match := range n.members[i].matches {
				parted[match] = true
			}
		}
	}
	var members []gatheredMember
	for _, m := range n.members {
		var rest []string
		for _, match := range m.matches {
			if !parted[match] {
				rest = append(rest, match)
				continue
			}
			one := m
			one.matches = []string{match}
			members = append(members, one)
		}
		if len(rest) > 0 || len(m.matches) == 0 {
			m.matches = rest
			members = append(members, m)
		}
	}
	n.members = members
}

// routesAlike returns the members of a split over routes that are for the same requests
// together, in order.
func (n *gathered) routesAlike() [][]gatheredMember {
	var all [][]gatheredMember
	places := map[string]int{}
	for _, m := range n.members {
		match := strings.Join(m.matches, ", ")
		i, met := places[match]
		if !met {
			i = len(all)
			places[match] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], m)
	}
	return all
}

// failover returns the group with the members that are called only instead of the others as
// a failover, or as it is if there are none or no others.
func failover(fact *graph.GroupFact, members []gatheredMember) (*graph.GroupFact, []gatheredMember) {
	var spares []gatheredMember
	usual := &gathered{fact: fact}
	for _, m := range members {
		if m.spare {
			m.rank, m.share = 1, 0
			spares = append(spares, m)
		} else {
			usual.members = append(usual.members, m)
		}
	}
	if len(usual.members) == 0 || len(spares) == 0 {
		return fact, members
	}
	first := gatheredMember{call: graph.NoEdge, group: usual}
	if len(usual.members) == 1 {
		first = usual.members[0]
		first.share = 0
	}
	f := *fact
	f.Kind = graph.Failover
	return &f, append([]gatheredMember{first}, spares...)
}

// splitAlikeRoutes makes a split of the routes that are for the same requests, if one of them
// says what part of these it gets, of 100. Those that do not say share the rest.
func (n *gathered) splitAlikeRoutes() {
	if !n.routes || !slices.ContainsFunc(n.members, func(m gatheredMember) bool { return m.share > 0 }) {
		return
	}
	n.takeApart()
	var members []gatheredMember
	for _, alike := range n.routesAlike() {
		rest, open := 100.0, 0.0
		for _, m := range alike {
			if rest -= m.share; m.share == 0 {
				open++
			}
		}
		switch {
		case rest == 100: // no part is known
			members = append(members, alike...)
		case len(alike) == 1:
			alike[0].share = 0
			members = append(members, alike[0])
		default:
			matches := alike[0].matches
			for k := range alike {
				if alike[k].matches = nil; alike[k].share == 0 {
					alike[k].share = max(0, rest) / open
				}
			}
			split := &gathered{fact: &graph.GroupFact{Kind: graph.Split, Multiplexes: true, Origin: n.fact.Origin}, members: alike}
			members = append(members, gatheredMember{call: graph.NoEdge, group: split, matches: matches})
		}
	}
	n.members = members
}

// merge adds what is known of a member that is met again.
func (m *gatheredMember) merge(o gatheredMember) {
	m.share += o.share
	m.rank = min(m.rank, o.rank)
	m.matches = append(m.matches, o.matches...)
}

// append appends one group and those in it.
func (c *collector) append(all []graph.Group, m *gatheredMember, in graph.GroupID) []graph.Group {
	f, members := m.group.fact, m.group.members
	slices.SortStableFunc(members, compareMembers)
	id := graph.GroupID(len(all))
	all = append(all, graph.Group{
		Caller: c.caller, Kind: f.Kind, Name: f.Name, In: in, Need: f.Need, Checked: f.Checked, Same: f.Same, Multiplexes: f.Multiplexes,
		Origin: f.Origin,
	})
	total := totalShare(members)
	list := make([]graph.GroupMember, len(members))
	for i := range members {
		n := &members[i]
		list[i] = graph.GroupMember{Call: n.call, Group: graph.NoGroup, Rank: n.rank, Match: strings.Join(n.matches, ", "), Alone: n.group == nil && c.alone[n.call]}
		if total > 0 {
			list[i].Share = n.share / total
		}
		if n.group != nil {
			list[i].Group = graph.GroupID(len(all))
			all = c.append(all, n, id)
		}
	}
	all[id].Members = list
	return all
}

// totalShare is the sum of the shares of members, 0 if that of one is unknown. It is 1 for
// shares that are parts of a whole already.
func totalShare(members []gatheredMember) float64 {
	var total float64
	for i := range members {
		if members[i].share == 0 {
			return 0
		}
		total += members[i].share
	}
	if math.Abs(total-1) < 1e-9 {
		return 1
	}
	return total
}

// compareMembers orders members by rank, calls by callee and before groups, groups by origin,
// name and members.
func compareMembers(a, b gatheredMember) int {
	switch {
	case a.rank != b.rank:
		return cmp.Compare(a.rank, b.rank)
	case a.group == nil || b.group == nil:
		return cmp.Or(order(a.group != nil, b.group != nil), cmp.Compare(a.call, b.call))
	}
	return cmp.Or(a.group.fact.Origin.Compare(b.group.fact.Origin), strings.Compare(a.group.fact.Name, b.group.fact.Name),
		slices.CompareFunc(a.group.members, b.group.members, compareMembers))
}

// appendGroupKey appends what groups with the same members have in common.
func appendGroupKey(b []byte, all []graph.Group, id graph.GroupID) []byte {
	g := &all[id]
	b = fmt.Appendf(b, "%d,%d[", g.Kind, g.Need)
	for _, m := range g.Members {
		b = fmt.Appendf(b, "%d,%g,%d,%q,%t", m.Call, m.Share, m.Rank, m.Match, m.Alone)
		if m.Group != graph.NoGroup {
			b = appendGroupKey(b, all, m.Group)
		}
	}
	return append(b, ']')
}
