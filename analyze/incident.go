package analyze

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// A Scenario is what happens to some services at once.
type Scenario struct {
	Mode     string // in the user's words
	Inject   map[graph.Node]failure.Injection
	Overload bool // services that retries may overload slow down, too
}

// An Incident is what comes of a scenario, with the policies of every call.
type Incident struct {
	Failed   []graph.Node // sorted
	Mode     string
	Victims  []failure.Victim  // nearest first, then by ID; never a failed service itself
	Others   int               // services in the graph besides the failed ones
	Naive    int               // of those, how many call a failed one at any distance and wait for the answer
	Stays    bool              // some wait for answers that are late, and no breaker ends that
	Starved  []failure.Starved // who gets no new events, sorted
	Entries  []graph.Node      // entry points that suffer, sorted
	Critical []graph.Node      // services of tier 1 that suffer, sorted
	Traffic  *Traffic          // of what was seen, how much is hit; nil if nothing was seen
	Loads    []Load            // of the failed services, where calls are retried; the greatest first
	Retried  bool              // calls to the failed services are repeated
	Shifts   []failure.Shift   // pools that go on with fewer members, by caller
	Bound    bool              // policies of calls to the failed services are known
	Change   *Change           // the cheapest that helps most; nil if none helps, or the graph is too large to try
}

// A Load is how many requests a failed service can get for one.
type Load struct {
	Node     graph.Node
	Factor   float64      // +Inf if there is no end of them
	Path     []graph.Node // a path on which it gets as many, first call first
	Overload bool         // more than services are built for
	Also     []graph.Node // services behind it that get as many, since it still calls them; sorted
}

// A Change is one thing that people could do about a call.
type Change struct {
	Call     graph.Edge
	Also     []graph.Edge     // calls that may be made instead and need the same, sorted
	Remedies []failure.Remedy // any one of them, all as good
	Failed   int              // services that still fail then
	Degraded int              // and that degrade
}

// Count returns how many services have a label.
func (in *Incident) Count(l failure.Label) int {
	n := 0
	for i := range in.Victims {
		if in.Victims[i].Label == l {
			n++
		}
	}
	return n
}

// Suffering is the policy-aware radius: who fails, degrades or is slow.
func (in *Incident) Suffering() int { return len(in.Victims) - in.Count(failure.Protected) }

// overload is how many requests for one are more than a service is built for: three
// layers of retries, or two that try three times each.
const overload = 9

// Simulate tries a scenario on the calls of g.
func Simulate(g *graph.Graph, s Scenario) Incident { return NewSimulator(g).Try(s) }

// A Simulator tries one scenario after the other on a graph. It is not for several goroutines
// at once.
type Simulator struct {
	analysis *Analysis
	model    *failure.Model
	maxTries int // bounds the search for the cheapest change: services that suffer, times changes to try
}

// NewSimulator returns a Simulator of the calls of g.
func NewSimulator(g *graph.Graph) *Simulator {
	r := NewAnalysis(g)
	return &Simulator{analysis: r, model: failure.New(g, r.Effective, r.inLoop()), maxTries: 200_000}
}

// Try tries a scenario.
func (sim *Simulator) Try(s Scenario) Incident {
	r, g, m := sim.analysis, sim.analysis.Core, sim.model
	in := Incident{Failed: slices.Sorted(maps.Keys(s.Inject)), Mode: s.Mode, Others: g.Len() - len(s.Inject)}
	walk := searchCallers(g, in.Failed, func(e graph.Edge) bool { return g.Mode(e) == graph.Sync })
	in.Naive = len(walk.order) - len(in.Failed)
	in.Loads = r.loads(s, in.Failed)
	in.Retried = r.retried(s, in.Failed)
	inject := s.Inject
	if s.Overload {
		inject = maps.Clone(inject)
		for _, l := range in.Loads {
			for _, v := range l.Also {
				if _, failed := inject[v]; !failed && l.Overload {
					inject[v] = failure.Injection{Mode: failure.SlowDown}
				}
			}
		}
	}
	o := m.Solve(inject)
	in.Shifts = o.Shifts()
	if more := overloaded(inject, in.Shifts); s.Overload && more != nil {
		inject = more
		o = m.Solve(inject)
	}
	in.Victims, in.Starved = o.Victims(), o.Starved()
	in.count(g)
	in.Traffic = traffic(g, &in)
	in.Change = sim.cheapestChange(inject, in.Victims)
	if in.Change != nil {
		for _, e := range m.Alternatives(in.Change.Call) {
			if e != in.Change.Call {
				in.Change.Also = append(in.Change.Also, g.OriginalEdge(e))
			}
		}
		in.Change.Call = g.OriginalEdge(in.Change.Call)
	}
	return in
}

// overloadShift is how many times the load before is more than the members of a pool are built for.
const overloadShift = 2

// Overloads reports whether a shift is more than services are built for.
func Overloads(s failure.Shift) bool { return s.Factor >= overloadShift }

// overloaded is inject with the members that get too much load slow; nil if there are none.
func overloaded(inject map[graph.Node]failure.Injection, shifts []failure.Shift) map[graph.Node]failure.Injection {
	var all map[graph.Node]failure.Injection
	for _, s := range shifts {
		for _, v := range s.Services {
			if _, failed := inject[v]; failed || !Overloads(s) {
				continue
			}
			if all == nil {
				all = maps.Clone(inject)
			}
			all[v] = failure.Injection{Mode: failure.SlowDown}
		}
	}
	return all
}

// inLoop returns a function for whether caller and callee of a call wait for each other.
func (r *Analysis) inLoop() func(graph.Edge) bool {
	g, c := r.Core, r.syncComponents()
	for v := range graph.Node(g.Len()) {
		if waits(g, v) {
			c = findComponents(g.Where(func(e graph.Edge) bool { return failure.Waits(g, e) }))
			break
		}
	}
	return func(e graph.Edge) bool { return c.Of[g.From(e)] == c.Of[g.To(e)] }
}

// waits reports whether a broker waits for others.
func waits(g *graph.Graph, broker graph.Node) bool {
	if !isBus(g, broker) {
		return false
	}
	for e, end := g.Out(broker); e < end; e++ {
		if failure.Waits(g, e) {
			return true
		}
	}
	return false
}

// count completes in by who its victims are.
func (in *Incident) count(g *graph.Graph) {
	entries, presumed := entryPoints(g)
	stays, eased := false, false
	for i := range in.Victims {
		v := &in.Victims[i]
		stays, eased = stays || v.Steady.Pace > failure.Fast, eased || v.Steady != v.Onset
		if v.Label == failure.Protected {
			continue
		}
		if _, entry := slices.BinarySearch(entries, v.Node); entry && !presumed {
			in.Entries = append(in.Entries, v.Node)
		}
		if tier := g.Service(v.Node).Tier; tier.Set() && tier.Value == 1 {
			in.Critical = append(in.Critical, v.Node)
		}
	}
	in.Stays = stays && !eased
	slices.Sort(in.Entries)
	slices.Sort(in.Critical)
	for _, v := range in.Failed {
		in.Bound = in.Bound || slices.ContainsFunc(g.In(v), func(e graph.Edge) bool { return g.Routes(e) != nil })
	}
}

// loads is what the retries of others do to the services that fail.
func (r *Analysis) loads(s Scenario, failed []graph.Node) []Load {
	a := r.Amplification()
	var list []Load
	for _, v := range failed {
		if s.Inject[v].Mode == failure.Degrade {
			continue // answers are not tried again
		}
		l := Load{Node: v}
		var last graph.Edge
		l.Factor, last = a.inMode(v, s.Inject[v])
		if last != NoCall {
			l.Path = a.Path(last)
		}
		if math.IsInf(a.Before(v), 1) {
			l.Factor = math.Inf(1)
		}
		if l.Factor <= 1 {
			continue
		}
		l.Overload = l.Factor >= overload
		if mode := s.Inject[v].Mode; mode == failure.Hang || mode == failure.SlowDown {
			l.Also = calledBy(r.Sync, v)
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b Load) int { return cmp.Compare(b.Factor, a.Factor) })
	return list
}

// retried reports whether a call to one of the services that fail is made again.
func (r *Analysis) retried(s Scenario, failed []graph.Node) bool {
	return slices.ContainsFunc(failed, func(v graph.Node) bool {
		return slices.ContainsFunc(r.Core.In(v), func(e graph.Edge) bool { return r.atEnd(e, s.Inject[v]) > 1 })
	})
}

// calledBy returns the services that v calls at any distance, sorted, without v.
func calledBy(g *graph.Graph, v graph.Node) []graph.Node {
	found := make([]bool, g.Len())
	found[v] = true
	var list []graph.Node
	for work := []graph.Node{v}; len(work) > 0; work = work[1:] {
		for _, w := range g.Callees(work[0]) {
			if !found[w] {
				found[w] = true
				work, list = append(work, w), append(list, w)
			}
		}
	}
	slices.Sort(list)
	return list
}

// remedies are the changes to one call, the cheapest first.
var remedies = []failure.Remedy{failure.AddTimeout, failure.AddFallback, failure.MakeOptional, failure.AddTimeoutAndFallback}

// A impact is how bad an outcome is: services that fail, that hang, that degrade,
// that are slow.
type impact [4]int

func (h impact) compare(k impact) int { return slices.Compare(h[:], k[:]) }

// cheapestChange tries every remedy on every call by which the failure spread.
func (sim *Simulator) cheapestChange(inject map[graph.Node]failure.Injection, victims []failure.Victim) *Change {
	g, m := sim.analysis.Core, sim.model
	calls := map[graph.Edge]bool{}
	for i := range victims {
		v := &victims[i]
		if e, ok := g.Edge(v.Node, v.Via); ok && v.Label != failure.Protected {
			calls[e] = true
		}
	}
	if len(calls)*len(remedies)*len(victims) > sim.maxTries {
		return nil
	}
	worst := impactOf(m.Solve(inject), inject)
	var best *Change
	least := worst
	for _, e := range slices.Sorted(maps.Keys(calls)) {
		for _, remedy := range remedies {
			o, ok := m.Try(e, remedy, inject)
			if !ok {
				continue
			}
			h := impactOf(o, inject)
			switch order := h.compare(least); {
			case order < 0:
				least, best = h, &Change{Call: e, Remedies: []failure.Remedy{remedy}, Failed: h[0], Degraded: h[2]}
			case order == 0 && best != nil && best.Call == e && remedy != failure.AddTimeoutAndFallback:
				best.Remedies = append(best.Remedies, remedy)
			}
		}
	}
	return best
}

func impactOf(o *failure.Outcome, inject map[graph.Node]failure.Injection) impact {
	var h impact
	for v, s := range o.Steady {
		if _, failed := inject[graph.Node(v)]; failed {
			continue
		}
		switch {
		case s.Answers == failure.Failed:
			h[0]++
		case s.Answers == failure.Degraded:
			h[2]++
		case s.Pace == failure.Slow:
			h[3]++
		}
		if s.Pace == failure.Hung {
			h[1]++
		}
	}
	return h
}

// Selectors are the words for what services can be chosen by, besides their names.
var Selectors = []string{"namespace", "team", "owner", "system", "kind", "zone"}

// Property returns one of Selectors of a service, "" for none.
func Property(g *graph.Graph, v graph.Node, name string) string {
	s := g.Service(v)
	switch name {
	case "namespace":
		return s.Namespace
	case "team":
		return s.Team
	case "owner":
		return s.Owner
	case "system":
		return s.System
	case "kind":
		return s.Kind.String()
	case "zone":
		return s.Labels[zoneLabel]
	}
	return ""
}

// Select returns the services of which a property has this value.
func Select(g *graph.Graph, property, value string) []graph.Node {
	var list []graph.Node
	for v := range graph.Node(g.Len()) {
		if value != "" && Property(g, v, property) == value {
			list = append(list, v)
		}
	}
	return list
}

// zoneLabel is where Kubernetes says in which zone something runs.
const zoneLabel = "topology.kubernetes.io/zone"
