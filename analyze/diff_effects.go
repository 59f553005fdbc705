package analyze

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
)

// Effects are what a change does to an estate as a whole.
type Effects struct {
	Radii        []RadiusChange // those that grow the most first, then by ID
	Bottlenecks  []BottleneckChange
	Loops        []Cycle // of the new graph, with synchronous calls only, that the old one does not have
	Amplified    []NumberChange
	Availability []NumberChange // at best, in percent, where it falls: see Availability.Promised
}

func (e *Effects) empty() bool {
	return len(e.Radii)+len(e.Bottlenecks)+len(e.Loops)+len(e.Amplified)+len(e.Availability) == 0
}

// A RadiusChange is a service that takes others down with it, when it stops, than it did before.
type RadiusChange struct {
	ID       string
	Added    bool     // the service is new
	More     []string // services that fail with it now and were there before, sorted; not those on a new loop with it
	Fewer    []string // services that did, and are still there; sorted
	Entries  []string // of More, the entry points and services of tier 1; sorted
	Failing  int      // how many fail with it now
	Previous int      // and how many did
}

// A BottleneckChange is a service that is known to have no redundancy and that others can be reached only through, see
// FanRow.Behind, and could not, or at most one could not, before.
type BottleneckChange struct {
	ID     string
	Behind int
}

// A NumberChange is a number of a service that is worse than before.
type NumberChange struct {
	ID       string
	Old, New float64
	Path     []string // on which it comes about; may be nil
}

// maxRadii is how many services are asked which others fail with them: those first for which
// the number of those has changed the most.
const maxRadii = 500

// effectsOf compares the calls that failures travel along.
func effectsOf(was, is *graph.Graph) Effects {
	old, now := Metrics(was), Metrics(is)
	rows := map[string]*FanRow{}
	for i := range old.Services {
		rows[was.ID(old.Services[i].Node)] = &old.Services[i]
	}
	gaps := NewAnalysis(is)
	e := Effects{Loops: newLoops(was, is)}
	e.Radii = radiusChanges(was, is, e.Loops)
	for i := range now.Services {
		row := &now.Services[i]
		id := is.ID(row.Node)
		before := rows[id]
		if row.Behind >= bottleneck && (before == nil || before.Behind < bottleneck) && Replicas(is.Service(row.Node)).Set() && gaps.weaknesses(row.Node) != nil {
			e.Bottlenecks = append(e.Bottlenecks, BottleneckChange{id, row.Behind})
		}
		if before == nil {
			continue
		}
		if row.Amp > before.Amp*(1+tolerance) {
			e.Amplified = append(e.Amplified, NumberChange{id, before.Amp, row.Amp, idsOf(is, row.AmpPath)})
		}
		if a, b := before.Available, row.Available; a != nil && b != nil && b.Promised < a.Promised {
			e.Availability = append(e.Availability, NumberChange{id, a.Promised, b.Promised, nil})
		}
	}
	slices.SortFunc(e.Bottlenecks, func(a, b BottleneckChange) int {
		return cmp.Or(cmp.Compare(b.Behind, a.Behind), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(e.Amplified, func(a, b NumberChange) int {
		return cmp.Or(cmp.Compare(b.New, a.New), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(e.Availability, func(a, b NumberChange) int {
		return cmp.Or(cmp.Compare(a.New, b.New), cmp.Compare(a.ID, b.ID))
	})
	return e
}

// bottleneck is how many services are behind one that is worth saying.
const bottleneck = 2

// tolerance is a share below which computed numbers are the same.
const tolerance = 1e-6

func idsOf(g *graph.Graph, nodes []graph.Node) []string {
	var ids []string
	for _, v := range nodes {
		ids = append(ids, g.ID(v))
	}
	return ids
}

// radiusChanges compares which services fail with each, for those whose radius may differ.
func radiusChanges(was, is *graph.Graph, loops []Cycle) []RadiusChange {
	before, after := breaking(was), breaking(is)
	oldCount, newCount := failing(before), failing(after)
	type candidate struct {
		v     graph.Node
		delta int
	}
	var list []candidate
	for v, may := range behindChanges(before, after) {
		if !may {
			continue
		}
		c := candidate{graph.Node(v), int(newCount[v])}
		if old, ok := before.Node(after.ID(c.v)); ok {
			c.delta -= int(oldCount[old])
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(abs(b.delta), abs(a.delta)) })
	entries, _ := entryPoints(is)
	loop := map[string]int{}
	for i, c := range loops {
		for _, v := range c.Services {
			loop[is.ID(v)] = i + 1
		}
	}
	oldCollapse, newCollapse := newCollapse(before), newCollapse(after)
	var changes []RadiusChange
	for _, c := range list[:min(len(list), maxRadii)] {
		now := idsOf(is, newCollapse.of(c.v)[1:])
		change := RadiusChange{ID: is.ID(c.v), Added: true, Failing: len(now)}
		var then []string
		if old, ok := before.Node(change.ID); ok {
			then = idsOf(was, oldCollapse.of(old)[1:])
			change.Added, change.Previous = false, len(then)
		}
		slices.Sort(now)
		slices.Sort(then)
		// What a new service needs are its calls; that it fails with them is no change of theirs. And
		// that services of a new loop fail together is the news of the loop.
		change.More = slices.DeleteFunc(missingIn(now, then), func(id string) bool {
			_, old := was.Node(id)
			return !old || loop[id] > 0 && loop[id] == loop[change.ID]
		})
		change.Fewer = slices.DeleteFunc(missingIn(then, now), func(id string) bool { _, ok := is.Node(id); return !ok })
		for _, id := range change.More {
			v, _ := is.Node(id)
			_, entry := slices.BinarySearch(entries, v)
			if tier := is.Service(v).Tier; entry || tier.Set() && tier.Value == 1 {
				change.Entries = append(change.Entries, id)
			}
		}
		if len(change.More)+len(change.Fewer) > 0 {
			changes = append(changes, change)
		}
	}
	slices.SortFunc(changes, func(a, b RadiusChange) int {
		return cmp.Or(cmp.Compare(len(b.Entries), len(a.Entries)), cmp.Compare(len(b.More), len(a.More)), cmp.Compare(a.ID, b.ID))
	})
	return changes
}

func abs(n int) int { return max(n, -n) }

// behindChanges marks the services of after that are behind a call which differs between the
// graphs: no other can have another radius.
func behindChanges(before, after *graph.Graph) []bool {
	behind := make([]bool, after.Len())
	var work []graph.Node
	add := func(id string) {
		if v, ok := after.Node(id); ok && !behind[v] {
			behind[v] = true
			work = append(work, v)
		}
	}
	differ := func(g, h *graph.Graph) {
		for e := range graph.Edge(g.Calls()) {
			from, to := g.ID(g.From(e)), g.ID(g.To(e))
			if f, ok := edgeBetween(h, from, to); !ok || alternativesOf(g, e) != alternativesOf(h, f) {
				add(to)
			}
		}
	}
	differ(after, before)
	differ(before, after)
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		for _, g := range []*graph.Graph{after, before} {
			if u, ok := g.Node(after.ID(v)); ok {
				for _, callee := range g.Callees(u) {
					add(g.ID(callee))
				}
			}
		}
	}
	return behind
}

// missingIn returns what is in a and not in b, both sorted.
func missingIn(a, b []string) []string {
	var list []string
	for _, s := range a {
		if _, ok := slices.BinarySearch(b, s); !ok {
			list = append(list, s)
		}
	}
	return list
}

// newLoops returns the loops of synchronous calls of is that have services which are on
// no common loop of was.
func newLoops(was, is *graph.Graph) []Cycle {
	of := map[string]int{}
	for i, c := range Loops(was).Components {
		if c.Sync {
			for _, v := range c.Services {
				of[was.ID(v)] = i + 1
			}
		}
	}
	var list []Cycle
	for _, c := range Loops(is).Components {
		known := of[is.ID(c.Services[0])]
		if c.Sync && (known == 0 || slices.ContainsFunc(c.Services, func(v graph.Node) bool { return of[is.ID(v)] != known })) {
			list = append(list, c)
		}
	}
	return list
}
