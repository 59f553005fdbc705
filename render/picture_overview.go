package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A picture of more than about 150 calls is not readable, and dot needs minutes for one
// of a thousand.
const (
	readableCalls = 150
	readableBoxes = 100
)

func readable(d *drawing) bool {
	return d.Graph.Calls() <= readableCalls && d.Graph.Len() <= readableBoxes
}

// An overview is the picture of an estate that is too large to be drawn: a box for each group of
// services, and the services that matter most as boxes of their own.
const (
	overviewServices = 12 // boxes of single services
	overviewGroups   = 30 // more groups are grouped by how they call each other
	overviewOthers   = 8  // more services of no group share a box
)

// overview turns a drawing into an overview, unless there are no groups.
func (d *drawing) overview(h *highlighting) {
	groups := groupsBy(d.Graph, grouping(d.Graph))
	if !slices.ContainsFunc(groups, func(name string) bool { return name != "" }) {
		return
	}
	alone := d.mattersMost(h)
	before := d.Graph.Len()
	rest, outside := 0, 0
	for v := range graph.Node(d.Graph.Len()) {
		if groups[v] == "" && !alone[v] {
			if d.Graph.Service(v).Kind == graph.KindExternal {
				outside++
			} else {
				rest++
			}
		}
	}
	boxOf := func(v graph.Node) string {
		external := d.Graph.Service(v).Kind == graph.KindExternal
		switch {
		case alone[v]:
			return d.Graph.ID(v)
		case groups[v] != "":
			return groups[v]
		case external && outside > overviewOthers:
			return "external hosts"
		case !external && rest > overviewOthers:
			return "other services"
		}
		return d.Graph.ID(v)
	}
	d.regroup(func(v graph.Node) (string, bool) { return boxOf(v), true }, true)
	if d.groupCount() > overviewGroups {
		d.groupGroups()
	}
	for v := range graph.Node(d.Graph.Len()) { // no frames around single boxes
		if s := d.Graph.Service(v); s.Namespace != "" {
			s.Name, s.Namespace = s.ID, ""
		}
	}
	inside := before - (d.Graph.Len() - d.groupCount())
	d.omit("%s drawn as %s, calls within one not drawn", english.Count(inside, "service"), english.Count(d.groupCount(), "group"))
}

// groupCount is the number of boxes with several services.
func (d *drawing) groupCount() int {
	n := 0
	for v := range graph.Node(d.Graph.Len()) {
		if d.Graph.Service(v).Kind == graph.KindUnknown {
			n++
		}
	}
	return n
}

// groupGroups makes one box of the groups that call each other more than others.
func (d *drawing) groupGroups() {
	g := d.Graph
	clusters := analyze.Clusters(g)
	if clusters == nil {
		return
	}
	size, most := map[int]int{}, map[int]graph.Node{}
	for v := range graph.Node(g.Len()) {
		if g.Service(v).Kind != graph.KindUnknown {
			continue
		}
		c := clusters[v]
		size[c]++
		if m, ok := most[c]; !ok || degree(g, v) > degree(g, m) {
			most[c] = v
		}
	}
	d.regroup(func(v graph.Node) (string, bool) {
		if c := clusters[v]; g.Service(v).Kind == graph.KindUnknown && size[c] > 1 {
			return fmt.Sprintf("%s and %s", g.ID(most[c]), english.Count(size[c]-1, "other")), true
		}
		return g.ID(v), true
	}, true)
}

// mattersMost chooses the services that an overview shows by themselves: those that fail or change,
// those with findings, the worst first; gateways; those that most services call.
func (d *drawing) mattersMost(h *highlighting) map[graph.Node]bool {
	g := d.Graph
	order := make([]graph.Node, g.Len())
	for i := range order {
		order[i] = graph.Node(i)
	}
	gateway := func(v graph.Node) int {
		if g.Service(v).Kind == graph.KindGateway {
			return 1
		}
		return 0
	}
	slices.SortFunc(order, func(a, b graph.Node) int {
		return cmp.Or(-cmp.Compare(h.box[a], h.box[b]), -cmp.Compare(gateway(a), gateway(b)), -cmp.Compare(len(g.In(a)), len(g.In(b))), cmp.Compare(a, b))
	})
	alone := map[graph.Node]bool{}
	take := func(most int, fits func(graph.Node) bool) {
		for _, v := range order {
			if most > 0 && len(alone) < overviewServices && !alone[v] && fits(v) {
				alone[v] = true
				most--
			}
		}
	}
	take(overviewServices/2, func(v graph.Node) bool { return h.box[v] >= faulty })
	take(overviewServices/4, func(v graph.Node) bool { return gateway(v) > 0 })
	slices.SortStableFunc(order, func(a, b graph.Node) int { return -cmp.Compare(len(g.In(a)), len(g.In(b))) })
	take(overviewServices, func(v graph.Node) bool { return len(g.In(v)) >= crowd })
	return alone
}

// crowd is from how many callers on a service matters for a whole estate.
const crowd = 8

// keepArrows leaves out arrows until so many are left: those of the fewest calls first, but for those
// in color, and for the arrow of most calls of each box.
func (d *drawing) keepArrows(h *highlighting, most int) {
	g := d.Graph
	if g.Calls() <= most {
		return
	}
	best := map[graph.Node]graph.Edge{}
	for e := range graph.Edge(g.Calls()) {
		for _, v := range []graph.Node{g.From(e), g.To(e)} {
			if other, ok := best[v]; !ok || d.Weight(e) > d.Weight(other) {
				best[v] = e
			}
		}
	}
	rank := make([]int, g.Calls())
	for _, e := range best {
		rank[e] = 1
	}
	for e, as := range h.arrow {
		if as >= faulty {
			rank[e] = 2
		}
	}
	order := make([]graph.Edge, g.Calls())
	for i := range order {
		order[i] = graph.Edge(i)
	}
	slices.SortFunc(order, func(a, b graph.Edge) int {
		return cmp.Or(-cmp.Compare(rank[a], rank[b]), -cmp.Compare(d.Weight(a), d.Weight(b)), cmp.Compare(a, b))
	})
	keep, lost := map[graph.Edge]bool{}, 0
	for i, e := range order {
		if i < most {
			keep[e] = true
		} else {
			lost += d.Weight(e)
		}
	}
	d.keepCalls(func(e graph.Edge) bool { return keep[e] })
	d.omit("%s of %s, those with the fewest calls", english.Count(len(order)-most, "arrow"), english.Count(lost, "call"))
}

// grouping returns what to group the services of g by: the first property that most of them
// have, with enough values to be worth a picture and few enough to be drawn; else the one with the
// fewest values; and how they call each other if there is none.
func grouping(g *graph.Graph) string {
	fewest, found := math.MaxInt, byCalls
	for _, by := range []string{"namespace", "system", "owner", "team"} {
		groups := map[string]bool{}
		grouped := 0
		for v := range graph.Node(g.Len()) {
			if name := analyze.Property(g, v, by); name != "" {
				groups[name] = true
				grouped++
			}
		}
		if len(groups) < 4 || grouped <= g.Len()/2 {
			continue
		}
		if len(groups) <= overviewGroups {
			return by
		}
		if len(groups) < fewest {
			fewest, found = len(groups), by
		}
	}
	return found
}

// keepBusiest keeps the highlighted boxes, those with the most calls, and those that these call
// or are called by.
func (d *drawing) keepBusiest(h *highlighting) {
	g := d.Graph
	near := make([]int, g.Len()) // arrows to boxes that are kept
	keep := make([]bool, g.Len())
	kept := 0
	better := func(a, b graph.Node) bool {
		return cmp.Or(cmp.Compare(max(h.box[a], warned), max(h.box[b], warned)), cmp.Compare(near[a], near[b]), cmp.Compare(degree(g, a), degree(g, b)), cmp.Compare(b, a)) > 0
	}
	for ; kept < readableBoxes/2; kept++ {
		best := graph.Node(-1)
		for v := range graph.Node(g.Len()) {
			if !keep[v] && (best < 0 || better(v, best)) {
				best = v
			}
		}
		keep[best] = true
		for _, v := range g.Callees(best) {
			near[v]++
		}
		for _, e := range g.In(best) {
			near[g.From(e)]++
		}
	}
	d.omit("%s with fewer calls than those drawn", english.Count(g.Len()-kept, "box"))
	d.keepOnly(func(n graph.Node) bool { return keep[n] })
}
