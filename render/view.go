package render

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/render/pen"
)

// A View selects the part of a graph that is drawn. It is applied before a format writes,
// and never to the graph that an analysis reads.
type View struct {
	Focus       []graph.Node   // only services connected to these; nil is everything
	Depth       int            // at most so many calls from Focus; 0 is no limit
	Collapse    string         // "", or one of CollapseChoices: one box for each
	Only        string         // "", "declared", "observed", "both", "code"
	MinStrength graph.Strength // omit weaker calls
	Reduce      bool           // omit calls that a longer chain implies
	All         bool           // telemetry, control and health calls too, and pictures of any size
}

// A drawing is the part of a graph that is shown, and a list of what is not.
type drawing struct {
	// Graph has a service for every box and a call for every arrow. The box of a
	// group has an ID such as "namespace shop" and no Kind.
	Graph *graph.Graph
	// NotShown lists what is omitted or merged, one clause each, most important first.
	// It is empty if everything is shown.
	NotShown []string

	box     []graph.Node // by node of the whole graph: its node in Graph, or absent; nil if they are the same
	members []int        // by node of Graph: services in the box; nil if one each
	weight  []int        // by edge of Graph: calls that the arrow represents; nil if one each
}

// absent is the box of a service that is not drawn.
const absent graph.Node = -1

// Draw applies the view to g.
func (v View) Draw(g *graph.Graph) *drawing { return v.draw(g, reportScope{}) }

// draw applies the view to the services of a report.
func (v View) draw(g *graph.Graph, about reportScope) *drawing {
	d := &drawing{Graph: g}
	d.filterCalls(v)
	d.filterServices(v, g, about)
	if v.Collapse != "" {
		d.collapse(v.Collapse)
	}
	if v.Reduce {
		d.reduce()
	}
	return d
}

// Box returns where a service of the whole graph is drawn, and false if it is not.
func (d *drawing) Box(v graph.Node) (graph.Node, bool) {
	if d.box == nil {
		return v, true
	}
	return d.box[v], d.box[v] != absent
}

// Arrow returns how the call u -> v of the whole graph is drawn, and false if it
// is not.
func (d *drawing) Arrow(u, v graph.Node) (graph.Edge, bool) {
	from, ok := d.Box(u)
	to, ok2 := d.Box(v)
	if !ok || !ok2 {
		return 0, false
	}
	return d.Graph.Edge(from, to)
}

// Members is the number of services in a box.
func (d *drawing) Members(v graph.Node) int {
	if d.members == nil {
		return 1
	}
	return d.members[v]
}

// Weight is the number of calls that an arrow represents.
func (d *drawing) Weight(e graph.Edge) int {
	if d.weight == nil {
		return 1
	}
	return d.weight[e]
}

func (d *drawing) omit(format string, args ...any) {
	d.NotShown = append(d.NotShown, fmt.Sprintf(format, args...))
}

// filterCalls removes the calls that the view does not select, counted by the first
// reason that applies.
func (d *drawing) filterCalls(v View) {
	g := d.Graph
	classes := make([]int, len(graph.Classes))
	var unfit, feeble int
	keep := func(e graph.Edge) bool {
		switch c := g.Class(e); {
		case isHidden(c) && !v.All:
			classes[c]++
			return false
		case g.Strength(e) < v.MinStrength:
			feeble++
			return false
		case v.Only != "" && !matchesOnly(g.Call(e), v.Only):
			unfit++
			return false
		}
		return true
	}
	h := g.Where(keep)
	if h.Calls() == g.Calls() {
		return
	}
	d.Graph = h
	var names []string
	total := 0
	for c, n := range classes {
		if n > 0 {
			names = append(names, graph.Classes[c])
			total += n
		}
	}
	if total > 0 {
		d.omit("%s for %s", english.Count(total, "call"), english.List(names))
	}
	if feeble > 0 {
		d.omit("%s with weaker evidence than %s", english.Count(feeble, "call"), v.MinStrength)
	}
	if unfit > 0 {
		d.omit("%s not %s", english.Count(unfit, "call"), map[string]string{
			"declared": "declared", "observed": "observed", "both": "both declared and observed", "code": "in source code",
		}[v.Only])
	}
}

// isHidden reports whether calls of class c are drawn with All only: they connect most
// services and do not propagate failures.
func isHidden(c graph.Class) bool {
	return c == graph.ClassTelemetry || c == graph.ClassControl || c == graph.ClassHealth
}

func matchesOnly(c graph.Call, only string) bool {
	if only == "code" {
		return c.InCode
	}
	return (only == "observed" || c.Declared) && (only == "declared" || c.Observed)
}

// A reportScope is the services that a report is about; the zero topic is all of them.
type reportScope struct {
	has    []bool // by node; nil is every service
	others string // a clause about the others
}

// filterServices removes services that the report is not about, that are not connected to
// the focus, and collectors and registries with hidden calls only.
func (d *drawing) filterServices(v View, whole *graph.Graph, about reportScope) {
	g := d.Graph
	var connected []bool
	if v.Focus != nil {
		connected = connectedTo(g, v.Focus, v.Depth)
	}
	var unrelated, far, idle int
	keep := make([]bool, g.Len())
	for i := range keep {
		switch n := graph.Node(i); {
		case about.has != nil && !about.has[n]:
			unrelated++
		case connected != nil && !connected[n]:
			far++
		case !v.All && connected == nil && servesHidden(whole, n):
			idle++
		default:
			keep[i] = true
		}
	}
	if unrelated > 0 {
		d.omit("%s %s", english.Count(unrelated, "service"), about.others)
	}
	if far > 0 {
		d.omit("%s %s", english.Count(far, "service"), farWords(g, v))
	}
	if idle > 0 {
		d.omit("%s with no other call", english.Count(idle, "service"))
	}
	if unrelated+far+idle > 0 {
		d.keepOnly(func(n graph.Node) bool { return keep[n] })
	}
}

// servesHidden reports whether n is part of the platform: it has hidden calls only.
func servesHidden(g *graph.Graph, n graph.Node) bool {
	s := g.Service(n)
	if s.Defined && s.Kind != graph.KindTelemetry || len(g.Callees(n)) > 0 {
		return false
	}
	in := g.In(n)
	for _, e := range in {
		if !isHidden(g.Class(e)) {
			return false
		}
	}
	return len(in) > 0
}

func isIsolated(g *graph.Graph, n graph.Node) bool {
	return len(g.Callees(n)) == 0 && len(g.In(n)) == 0
}

// farWords is the reason why a service is outside of the focus.
func farWords(g *graph.Graph, v View) string {
	ids := make([]string, len(v.Focus))
	for i, n := range v.Focus {
		ids[i] = pen.Short(pen.Clean(g.ID(n)))
	}
	name := english.List(ids)
	if v.Depth > 0 {
		return "more than " + english.Count(v.Depth, "hop") + " from " + name
	}
	return "not connected to " + name
}

// connectedTo marks the transitive callees and callers of focus, over at most depth
// calls.
func connectedTo(g *graph.Graph, focus []graph.Node, depth int) []bool {
	connected := make([]bool, g.Len())
	for _, next := range []func(graph.Node) []graph.Node{g.Callees, g.Callers} {
		met := make([]bool, g.Len())
		front := slices.Clone(focus)
		for _, n := range front {
			met[n] = true
		}
		for hops := 0; len(front) > 0 && (depth == 0 || hops < depth); hops++ {
			var further []graph.Node
			for _, n := range front {
				for _, m := range next(n) {
					if !met[m] {
						met[m] = true
						further = append(further, m)
					}
				}
			}
			front = further
		}
		for n, yes := range met {
			connected[n] = connected[n] || yes
		}
	}
	return connected
}
