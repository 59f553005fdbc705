package render

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// keepOnly drops services and their calls from the drawing. Roles stay those of
// the whole graph.
func (d *drawing) keepOnly(keep func(graph.Node) bool) {
	d.regroup(func(n graph.Node) (string, bool) { return d.Graph.ID(n), keep(n) }, false)
}

// keepCalls drops calls from the drawing.
func (d *drawing) keepCalls(keep func(graph.Edge) bool) {
	kept := make([]int, 0, d.Graph.Calls())
	h := d.Graph.Where(func(e graph.Edge) bool {
		if !keep(e) {
			return false
		}
		kept = append(kept, d.Weight(e))
		return true
	})
	if h.Calls() == d.Graph.Calls() {
		return
	}
	d.Graph = h
	if d.weight != nil {
		d.weight = kept
	}
}

// collapse draws one box for all services of one group. Services that belong to none stay as
// they are.
func (d *drawing) collapse(by string) {
	before := d.Graph.Len()
	name := groupsBy(d.Graph, by)
	groups := map[string]bool{}
	for _, group := range name {
		if group != "" {
			groups[group] = true
		}
	}
	if len(groups) == 0 {
		if by == byCalls {
			d.omit("nothing is collapsed, no services are grouped by their calls")
		} else {
			d.omit("nothing is collapsed, no service has %s", withArticle(by))
		}
		return
	}
	d.regroup(func(n graph.Node) (string, bool) {
		if name[n] != "" {
			return name[n], true
		}
		return d.Graph.ID(n), true
	}, true)
	inside := before - (d.Graph.Len() - len(groups))
	what := by
	if by == byCalls {
		what = "group"
	}
	d.omit("%s drawn as %s, calls within one not drawn", english.Count(inside, "service"), english.Count(len(groups), what))
}

// byCalls groups services by how they call each other.
const byCalls = "calls"

// CollapseChoices are the words for what the services of a picture are grouped by.
var CollapseChoices = []string{"namespace", "team", "owner", "system", byCalls}

// groupsBy returns the name of the group of each service, such as "namespace shop", "" for none.
func groupsBy(g *graph.Graph, by string) []string {
	names := make([]string, g.Len())
	if by != byCalls {
		for v := range names {
			if value := analyze.Property(g, graph.Node(v), by); value != "" {
				names[v] = by + " " + value
			}
		}
		return names
	}
	clusters := analyze.Clusters(g)
	if clusters == nil {
		return names
	}
	size, most := map[int]int{}, map[int]graph.Node{}
	for v, c := range clusters {
		size[c]++
		if m, ok := most[c]; !ok || degree(g, graph.Node(v)) > degree(g, m) {
			most[c] = graph.Node(v)
		}
	}
	for v, c := range clusters {
		if size[c] > 1 {
			names[v] = "around " + g.ID(most[c])
		}
	}
	return names
}

func degree(g *graph.Graph, v graph.Node) int { return len(g.Callees(v)) + len(g.In(v)) }

// regroup replaces the drawing by one with a box for every key. A box whose key is the
// ID of its service is that service; any other is a group. With merge there are groups.
func (d *drawing) regroup(key func(graph.Node) (string, bool), merge bool) {
	old := d.Graph
	keys := make([]string, 0, old.Len())
	for i := range old.Len() {
		if k, ok := key(graph.Node(i)); ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)

	services := make([]graph.Service, len(keys))
	roles := map[graph.Node]graph.Role{}
	members := make([]int, len(keys))
	box := make([]graph.Node, old.Len())
	for i := range box {
		k, ok := key(graph.Node(i))
		if !ok {
			box[i] = absent
			continue
		}
		at, _ := slices.BinarySearch(keys, k)
		box[i] = graph.Node(at)
		s := old.Service(graph.Node(i))
		if k == s.ID && services[at].ID == "" {
			services[at], roles[graph.Node(at)] = *s, s.Role
		} else {
			services[at] = graph.Service{ID: k, Name: k, Defined: true}
		}
		members[at] += d.Members(graph.Node(i))
	}

	calls, weight := mergeCalls(d, box)
	drawn := graph.New(services, calls)
	boxOf := func(v graph.Node) (graph.Node, bool) { return box[v], box[v] != absent }
	arrowOf := func(e graph.Edge) (graph.Edge, bool) { return drawnAs(old, e, drawn, box) }
	d.Graph = drawn.With(graph.Details{Observed: observedOf(old, drawn, box), Routes: routesOf(old, drawn, box), Groups: groupsOf(old, boxOf, arrowOf)})
	for n, role := range roles {
		d.Graph.Service(n).Role = role
	}
	d.box = compose(d.box, box)
	if merge || d.members != nil {
		d.members, d.weight = members, weight
	}
}

// observedOf returns what traces show of the drawn calls: the sum over the calls of old
// that each of them represents.
func observedOf(old, drawn *graph.Graph, box []graph.Node) []*graph.Observed {
	observed := make([]*graph.Observed, drawn.Calls())
	for e := range graph.Edge(old.Calls()) {
		seen := old.Observed(e)
		if seen == nil {
			continue
		}
		if into, ok := drawnAs(old, e, drawn, box); ok {
			if observed[into] == nil {
				observed[into] = &graph.Observed{}
			}
			observed[into].Add(seen)
		}
	}
	return observed
}

// routesOf returns the routes of the drawn calls: those of the calls of old that each
// of them represents, if these have equal routes.
func routesOf(old, drawn *graph.Graph, box []graph.Node) map[graph.Edge][]graph.Route {
	routes := map[graph.Edge][]graph.Route{}
	const unset, same, different = 0, 1, 2
	state := make([]uint8, drawn.Calls())
	for e := range graph.Edge(old.Calls()) {
		into, ok := drawnAs(old, e, drawn, box)
		if !ok {
			continue
		}
		switch its := old.Routes(e); {
		case state[into] == unset:
			state[into] = same
			routes[into] = its
		case state[into] == same && !reflect.DeepEqual(routes[into], its):
			state[into] = different
			delete(routes, into)
		}
	}
	return routes
}

// drawnAs returns the drawn call that represents e of old, and false if none does.
func drawnAs(old *graph.Graph, e graph.Edge, drawn *graph.Graph, box []graph.Node) (graph.Edge, bool) {
	from, to := box[old.From(e)], box[old.To(e)]
	if from == absent || to == absent || from == to && old.From(e) != old.To(e) {
		return 0, false
	}
	return drawn.Edge(from, to)
}

// mergeCalls returns the calls between different boxes, and calls of a service to itself
// if its box has no other service. A call that represents several has the strongest
// evidence of them, and is synchronous, or required, if one of them is.
func mergeCalls(d *drawing, box []graph.Node) (calls []graph.Call, weight []int) {
	old := d.Graph
	type drawn struct {
		graph.Call
		weight int
	}
	all := make([]drawn, 0, old.Calls())
	for i := range old.Calls() {
		e := graph.Edge(i)
		c := old.Call(e)
		self := c.From == c.To
		c.From, c.To = box[c.From], box[c.To]
		if c.From == absent || c.To == absent || c.From == c.To && !self {
			continue
		}
		all = append(all, drawn{c, d.Weight(e)})
	}
	slices.SortStableFunc(all, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, c := range all {
		last := len(calls) - 1
		if last < 0 || calls[last].From != c.From || calls[last].To != c.To {
			calls, weight = append(calls, c.Call), append(weight, c.weight)
			continue
		}
		mergeInto(&calls[last], c.Call)
		weight[last] += c.weight
	}
	return calls, weight
}

// mergeInto merges o into c.
func mergeInto(c *graph.Call, o graph.Call) {
	c.Strength = max(c.Strength, o.Strength)
	c.Mode = min(c.Mode, o.Mode) // Sync is before Async
	c.Need = min(c.Need, o.Need) // Hard is before Soft
	c.Class = min(c.Class, o.Class)
	if c.Protocol != o.Protocol {
		c.Protocol = ""
	}
	c.Declared = c.Declared || o.Declared
	c.Observed = c.Observed || o.Observed
	c.InCode = c.InCode || o.InCode
	c.Fallback = c.Fallback && o.Fallback
	c.Mirror = c.Mirror && o.Mirror
	c.Tolerant, c.FreshnessCritical = c.Tolerant && o.Tolerant, c.FreshnessCritical || o.FreshnessCritical
	c.Evidence = slices.Concat(c.Evidence, o.Evidence)
}

// compose follows first, then second; nil is the identity.
func compose(first, second []graph.Node) []graph.Node {
	if first == nil {
		return second
	}
	both := make([]graph.Node, len(first))
	for i, n := range first {
		both[i] = absent
		if n != absent {
			both[i] = second[n]
		}
	}
	return both
}
