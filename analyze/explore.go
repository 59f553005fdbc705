package analyze

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze/failure"
	"github.com/weirgraph/weir/graph"
)

// An Exploration is what a reader who has the report without weir may ask about its graph:
// what fails when any one service fails, or all that have a property in common, and which
// policies act on each call.
type Exploration struct {
	Modes    []string     // the modes that services fail in, as --mode of weir blast takes them
	Sets     []ServiceSet // of at least two services, by property and value
	Rows     []MatrixRow  // by call, then by match
	Clusters []int        // by service: the number of the services that it talks to most, from 0; nil if the graph is too large

	Available []*Availability // by service; nil if neither it nor anything that it needs declares an objective

	scope *graph.Graph
}

// A ServiceSet is all services that have a property in common.
type ServiceSet struct {
	Property string // one of Selectors
	Value    string
	Services []graph.Node // sorted
}

const (
	// maxExplored bounds the work of an Exploration: services times scenarios.
	maxExplored = 20_000_000
	// maxExploredTries bounds the search for what helps most in each scenario: services that
	// suffer, times changes to try.
	maxExploredTries = 4_000
	// maxSets bounds how many sets of one property are tried.
	maxSets = 200
)

// exploredModes are the modes that an Exploration tries.
var exploredModes = []struct {
	word   string
	inject failure.Injection
}{
	{"stop", failure.Injection{Mode: failure.Stop}},
	{"hang", failure.Injection{Mode: failure.Hang}},
	{"slow=2s", failure.Injection{Mode: failure.SlowDown, Delay: 2 * time.Second}},
	{"partial=1/3", failure.Injection{Mode: failure.Partial, Stopped: 1, Replicas: 3}},
}

// Explore prepares the answers for scope, which is a part of g.
func Explore(g, scope *graph.Graph) *Exploration {
	x := &Exploration{Rows: PolicyMatrix(g, scope, MatrixFilter{}).Rows, Sets: serviceSets(g), Clusters: Clusters(scope), scope: scope}
	for _, m := range exploredModes {
		x.Modes = append(x.Modes, m.word)
	}
	rows := make([]FanRow, scope.Len())
	NewAnalysis(scope).setAvailability(rows)
	for i := range rows {
		x.Available = append(x.Available, rows[i].Available)
	}
	return x
}

// TooLarge reports whether there are too many scenarios to try each.
func (x *Exploration) TooLarge() bool {
	return (x.scope.Len()+len(x.Sets))*len(x.Modes) > maxExplored/max(1, x.scope.Len())
}

// Incidents tries every service, then every set of services, in each of the modes. None is kept, since
// together they need the square of the services in memory.
func (x *Exploration) Incidents() iter.Seq[Incident] {
	return func(yield func(Incident) bool) {
		sim := NewSimulator(x.scope)
		sim.maxTries = maxExploredTries
		try := func(services ...graph.Node) bool {
			for _, m := range exploredModes {
				s := Scenario{Mode: m.word, Inject: make(map[graph.Node]failure.Injection, len(services))}
				for _, v := range services {
					s.Inject[v] = m.inject
				}
				if !yield(sim.Try(s)) {
					return false
				}
			}
			return true
		}
		for v := range graph.Node(x.scope.Len()) {
			if !try(v) {
				return
			}
		}
		for _, set := range x.Sets {
			if !try(set.Services...) {
				return
			}
		}
	}
}

// serviceSets returns the sets of services by property and value. A property with too many values
// is left out.
func serviceSets(g *graph.Graph) []ServiceSet {
	var sets []ServiceSet
	for _, property := range Selectors {
		if property == "kind" { // services of a kind do not fail together
			continue
		}
		by := map[string][]graph.Node{}
		for v := range graph.Node(g.Len()) {
			if value := Property(g, v, property); value != "" {
				by[value] = append(by[value], v)
			}
		}
		if len(by) > maxSets {
			continue
		}
		from := len(sets)
		for value, services := range by {
			if len(services) > 1 {
				sets = append(sets, ServiceSet{property, value, services})
			}
		}
		slices.SortFunc(sets[from:], func(a, b ServiceSet) int { return strings.Compare(a.Value, b.Value) })
	}
	return sets
}
