package analyze

import (
	"cmp"
	"maps"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// A Fate is what several services share: when it is gone, they are gone together. It
// is a database, cache, broker, topic or outside host that two or more call, or a
// place that two or more are in.
type Fate struct {
	Kind      string         // a word for a graph.Kind, or one of fatePlaces
	Node      graph.Node     // the shared service, none for a place
	Name      string         // of the place
	Redundant bool           // the shared service is declared to run several replicas
	Fail      []graph.Node   // who cannot do without it, or is in the place; sorted
	Suffer    []graph.Node   // who uses it and can do without, or sends it events; sorted
	Also      []graph.Node   // who fails because those that fail do, besides them; sorted
	Entries   []graph.Node   // of all that fail, the entry points; sorted
	Critical  []graph.Node   // of all that fail, those that declare tier 1; sorted
	Lost      []LostFallback // fallbacks, and pools, without effect then, by caller, then callee
}

// A LostFallback is a call of which the callee fails together with services that are
// asked instead, or one of several members of a group that fail together.
type LostFallback struct {
	From, To graph.Node
	Instead  []graph.Node // those of them that fail, in the order in which they are asked
	Left     bool         // there is another answer still: one of the caller's own, or of a service that stays
	Pool     bool         // the services are members of a pool
}

// Fates is what the services of a graph share.
type Fates struct {
	Shared  []Fate // those that lose fallbacks first, then what is called before places, then by entry points, tier 1 and services that fail
	Skipped int    // shared things for which there was no patience to find who fails behind those that use it
}

// fatePlaces are the places that services can share, by labels and names.
var fatePlaces = []string{"node", "zone", "namespace"}

// nodeLabel is where Kubernetes says on which machine something runs.
const nodeLabel = "kubernetes.io/hostname"

// fatePatience is how many calls are walked to find who fails with what is shared.
const fatePatience = 200_000_000

// SharedFates finds what the services of g share by its calls. It costs a walk over
// those who fail for each thing that is shared.
func SharedFates(g *graph.Graph) *Fates {
	f := newFateFinder(NewAnalysis(g))
	fates := &Fates{}
	for v := range graph.Node(g.Len()) {
		if !shareable(g.Service(v).Kind) {
			continue
		}
		fate := Fate{Kind: g.Service(v).Kind.String(), Node: v, Redundant: IsRedundant(g.Service(v))}
		for _, e := range g.In(v) {
			switch u := g.From(e); {
			case u == v:
			case Breaks(g, e) && !HasFallback(g, e):
				fate.Fail = append(fate.Fail, u)
			default:
				fate.Suffer = append(fate.Suffer, u)
			}
		}
		if !f.complete(&fate, []graph.Node{v}) {
			fates.Skipped++
		}
		if len(fate.Fail)+len(fate.Suffer) > 1 || len(fate.Lost) > 0 {
			fates.Shared = append(fates.Shared, fate)
		}
	}
	for _, fate := range placesShared(g) {
		if !f.complete(&fate, fate.Fail) {
			fates.Skipped++
		}
		fates.Shared = append(fates.Shared, fate)
	}
	slices.SortStableFunc(fates.Shared, func(a, b Fate) int {
		return cmp.Or(
			cmp.Compare(b.loss(), a.loss()),
			lastIf(a.Node == None, b.Node == None), lastIf(a.Redundant, b.Redundant),
			cmp.Compare(len(b.Entries), len(a.Entries)), cmp.Compare(len(b.Critical), len(a.Critical)),
			cmp.Compare(len(b.Fail)+len(b.Also), len(a.Fail)+len(a.Also)),
			cmp.Compare(len(b.Suffer), len(a.Suffer)),
		)
	})
	return fates
}

// loss is 2 where a call has no answer left, 1 where one of its fallbacks is gone.
func (f *Fate) loss() int {
	loss := 0
	for _, l := range f.Lost {
		if l.Left {
			loss = max(loss, 1)
		} else {
			loss = 2
		}
	}
	return loss
}

// lastIf orders what something is true of after what it is not.
func lastIf(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// shareable reports whether something of a kind is there for several to share.
func shareable(k graph.Kind) bool {
	switch k {
	case graph.KindDatabase, graph.KindCache, graph.KindBroker, graph.KindTopic, graph.KindExternal:
		return true
	}
	return false
}

// placesShared returns the nodes, zones and namespaces with two services or more, each by
// name.
func placesShared(g *graph.Graph) []Fate {
	var list []Fate
	for _, kind := range fatePlaces {
		in := map[string][]graph.Node{}
		for v := range graph.Node(g.Len()) {
			s := g.Service(v)
			name := s.Namespace
			switch kind {
			case "zone":
				name = s.Labels[zoneLabel]
			case "node":
				name = s.Labels[nodeLabel]
			}
			if name != "" && s.Kind != graph.KindExternal {
				in[name] = append(in[name], v)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(in)) {
			if len(in[name]) > 1 {
				list = append(list, Fate{Kind: kind, Node: None, Name: name, Fail: in[name]})
			}
		}
	}
	return list
}

// A fateFinder finds who fails with what.
type fateFinder struct {
	r       *Analysis
	backed  map[graph.Node][]rescue // by caller: calls with services to fall back on
	rescues map[graph.Node][]rescue // of those, the calls that fail their caller if no callee is left
	spared  map[graph.Edge]rescue   // calls in groups with a fallback: who all has to fail; nil if there is always an answer
	entry   []bool
	fails   []int32 // by service: the number of the last search in which it failed
	clock   int32
	left    int
}

// A rescue is a call with fallback services: the callee, then who is asked
// instead.
type rescue []graph.Node

func newFateFinder(r *Analysis) *fateFinder {
	g := r.Core
	f := &fateFinder{r: r, backed: map[graph.Node][]rescue{}, rescues: map[graph.Node][]rescue{}, spared: map[graph.Edge]rescue{}, entry: make([]bool, g.Len()), fails: make([]int32, g.Len()), left: fatePatience}
	entries, _ := entryPoints(g)
	for _, v := range entries {
		f.entry[v] = true
	}
	for e := range graph.Edge(g.Calls()) {
		if !g.Fallback(e) {
			if instead := r.FallbackCalls(e); instead != nil {
				f.backed[g.From(e)] = append(f.backed[g.From(e)], append(rescue{g.To(e)}, callees(g, instead)...))
			}
		}
		switch options := r.alternatives(e); {
		case g.Grouped(e):
			if HasFallback(g, e) {
				f.spared[e] = options
			}
		case options != nil:
			f.rescues[g.From(e)] = append(f.rescues[g.From(e)], options)
		}
	}
	return f
}

// complete adds to a fate what follows when those in gone are gone. It reports
// whether it had the patience.
func (f *fateFinder) complete(fate *Fate, gone []graph.Node) bool {
	if f.left < 0 {
		return false
	}
	g := f.r.Core
	f.clock++
	var asked []graph.Node // callers with rescues
	work := slices.Clone(gone)
	for _, v := range work {
		f.fails[v] = f.clock
	}
	for i := 0; i < len(work); i++ {
		in := g.In(work[i])
		f.left -= len(in)
		for _, e := range in {
			u := g.From(e)
			if len(f.backed[u]) > 0 || g.GroupsWith(e) != nil {
				asked = append(asked, u)
			}
			if f.fails[u] != f.clock && (!g.Grouped(e) && Breaks(g, e) && !HasFallback(g, e) || f.lost(u)) {
				f.fails[u] = f.clock
				work = append(work, u)
			}
		}
	}
	for _, v := range work {
		_, member := slices.BinarySearch(fate.Fail, v)
		switch {
		case v == fate.Node:
			continue
		case !member:
			fate.Also = append(fate.Also, v)
		}
		if f.entry[v] {
			fate.Entries = append(fate.Entries, v)
		}
		if DeclaresTier1(g.Service(v)) {
			fate.Critical = append(fate.Critical, v)
		}
	}
	slices.Sort(fate.Also)
	slices.Sort(fate.Entries)
	slices.Sort(fate.Critical)
	slices.Sort(asked)
	for _, u := range slices.Compact(asked) {
		for _, r := range f.backed[u] {
			if lost, ok := f.fallback(u, r); ok {
				fate.Lost = append(fate.Lost, lost)
			}
		}
		if fate.Kind != "namespace" {
			fate.Lost = append(fate.Lost, f.membersLost(u)...)
		}
	}
	// Who fails only because its fallbacks do is no less failed.
	fate.Suffer = slices.DeleteFunc(fate.Suffer, func(v graph.Node) bool { return f.fails[v] == f.clock })
	return true
}

// fallback returns what is lost of the fallbacks of a call of u, and false if nothing
// is, or they are not asked.
func (f *fateFinder) fallback(u graph.Node, r rescue) (LostFallback, bool) {
	lost := LostFallback{From: u, To: r[0], Left: f.fails[u] != f.clock || !f.allGone(r)}
	if f.fails[r[0]] != f.clock {
		return lost, false
	}
	for _, v := range r[1:] {
		if f.fails[v] == f.clock && !slices.Contains(lost.Instead, v) {
			lost.Instead = append(lost.Instead, v)
		}
	}
	return lost, lost.Instead != nil
}

// membersLost returns the pools and failovers of u of which two members or more fail.
func (f *fateFinder) membersLost(u graph.Node) (list []LostFallback) {
	g := f.r.Core
	for _, id := range g.AllGroupsOf(u) {
		c := &g.Groups()[id]
		var gone []graph.Node
		for _, m := range c.Members {
			if m.Group == graph.NoGroup && f.lostCall(m.Call) {
				gone = append(gone, g.To(m.Call))
			}
		}
		if c.Kind == graph.Split || spare(c) == 0 || len(gone) < 2 {
			continue
		}
		around := id // by which there may be others for the group
		for c.In != graph.NoGroup && g.Groups()[c.In].Kind != graph.Split {
			around = c.In
			c = &g.Groups()[c.In]
		}
		list = append(list, LostFallback{From: u, To: gone[0], Instead: gone[1:], Left: !groupFails(g, around, f.lostCall), Pool: g.Groups()[id].Kind == graph.Pool})
	}
	return list
}

// lostCall reports whether a call in a group has no callee left to answer it.
func (f *fateFinder) lostCall(e graph.Edge) bool {
	g := f.r.Core
	if list, spared := f.spared[e]; spared {
		return list != nil && f.allGone(list)
	}
	return MayBreak(g, e) && f.fails[g.To(e)] == f.clock
}

// lost reports whether one of the calls of u with fallbacks has no callee left
// to answer it, or one of its groups too few.
func (f *fateFinder) lost(u graph.Node) bool {
	return slices.ContainsFunc(f.rescues[u], func(r rescue) bool { return f.allGone(r) }) ||
		slices.ContainsFunc(f.r.Core.GroupsOf(u), func(id graph.GroupID) bool { return groupFails(f.r.Core, id, f.lostCall) })
}

func (f *fateFinder) allGone(list []graph.Node) bool {
	return !slices.ContainsFunc(list, func(v graph.Node) bool { return f.fails[v] != f.clock })
}
