package analyze

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
	"gonum.org/v1/gonum/graph/traverse"
)

// callsPerService is what the graphs of benchmarks have on average; real systems
// have fewer.
const callsPerService = 10

var benchSizes = []int{1_000, 10_000, 100_000}

// benchmark runs f on random graphs, in which most services are on one big cycle,
// and on layered ones, in which none is.
func benchmark(b *testing.B, f func(g *graph.Graph)) {
	for _, n := range benchSizes {
		for _, shape := range []struct {
			name string
			make func(services, calls int, seed uint64) *graph.Graph
		}{{"random", graphtest.Random}, {"layered", graphtest.Layered}} {
			g := shape.make(n, n*callsPerService, 1)
			b.Run(fmt.Sprintf("shape=%s/services=%d", shape.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f(g)
				}
			})
		}
	}
}

// gonumSimple is the graph as gonum's own simple.DirectedGraph, which has no calls
// of a service to itself.
func gonumSimple(g *graph.Graph) *simple.DirectedGraph {
	h := simple.NewDirectedGraph()
	for v := range g.Len() {
		h.AddNode(simple.Node(v))
	}
	for e := range graph.Edge(g.Calls()) {
		if from, to := g.From(e), g.To(e); from != to {
			h.SetEdge(simple.Edge{F: simple.Node(from), T: simple.Node(to)})
		}
	}
	return h
}

// against runs the same question on the graph and on gonum's, in one run, on as many
// calls as performance is quoted for too. Only their ratio says anything about weir:
// the machine may be busy.
func against(b *testing.B, weir func(g *graph.Graph), gonum func(h *simple.DirectedGraph)) {
	for _, size := range []struct{ services, calls int }{{1_000, 10_000}, {10_000, 100_000}, {100_000, 1_000_000}, {125_000, 1_000_000}} {
		g := graphtest.Looped(size.services, size.calls, 1)
		name := fmt.Sprintf("services=%d/calls=%d", size.services, size.calls)
		b.Run(name+"/by=weir", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				weir(g)
			}
		})
		if gonum == nil {
			continue
		}
		h := gonumSimple(g)
		b.Run(name+"/by=gonum", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				gonum(h)
			}
		})
	}
}

// The graph in memory, without names: two adjacencies and what each call is.
func BenchmarkBuild(b *testing.B) {
	for _, size := range []struct{ services, calls int }{{1_000, 10_000}, {10_000, 100_000}, {100_000, 1_000_000}, {125_000, 1_000_000}} {
		g := graphtest.Looped(size.services, size.calls, 1)
		calls := make([]graph.Call, g.Calls())
		for e := range calls {
			calls[e] = g.Call(graph.Edge(e))
		}
		services := slices.Clone(g.Services())
		name := fmt.Sprintf("services=%d/calls=%d", size.services, size.calls)
		b.Run(name+"/by=weir", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				graph.New(services, slices.Clone(calls))
			}
			perCall(b, len(calls), func() any { return graph.New(services, slices.Clone(calls)) })
		})
		b.Run(name+"/by=gonum", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				gonumSimple(g)
			}
			perCall(b, len(calls), func() any { return gonumSimple(g) })
		})
	}
}

// perCall reports what is kept in memory for each call by what build returns.
func perCall(b *testing.B, calls int, build func() any) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(calls), "B/call")
	runtime.KeepAlive(kept)
}

func BenchmarkAgainstSCC(b *testing.B) {
	against(b, func(g *graph.Graph) { findComponents(g) }, func(h *simple.DirectedGraph) { topo.TarjanSCC(h) })
}

// One radius: who calls the last service, directly or not. gonum walks callees, so
// it is given the first.
func BenchmarkAgainstRadius(b *testing.B) {
	all := func(graph.Edge) bool { return true }
	against(b, func(g *graph.Graph) { searchCallers(g, []graph.Node{graph.Node(g.Len() - 1)}, all) },
		func(h *simple.DirectedGraph) { (&traverse.BreadthFirst{}).Walk(h, simple.Node(0), nil) })
}

func BenchmarkAgainstDominators(b *testing.B) {
	against(b, func(g *graph.Graph) { dominate(g, []graph.Node{0}) },
		func(h *simple.DirectedGraph) { flow.Dominators(simple.Node(0), h) })
}

// All radii at once. gonum has no such thing but a search for each, which takes
// hours on the largest; its closest is timed by BenchmarkAgainstRadius.
func BenchmarkAllRadii(b *testing.B) { against(b, func(g *graph.Graph) { countCallers(g) }, nil) }

// The whole incident: model, both solutions, who suffers and why.
func BenchmarkIncident(b *testing.B) {
	against(b, func(g *graph.Graph) { Simulate(g, stopping(graph.Node(g.Len()-1))) }, nil)
}

func BenchmarkSCC(b *testing.B) { benchmark(b, func(g *graph.Graph) { findComponents(g) }) }

func BenchmarkSCCByGonum(b *testing.B) {
	benchmark(b, func(g *graph.Graph) { topo.TarjanSCC(g.Directed()) })
}

func BenchmarkDominators(b *testing.B) {
	benchmark(b, func(g *graph.Graph) { dominate(g, []graph.Node{0}) })
}

func BenchmarkDominatorsByGonum(b *testing.B) {
	benchmark(b, func(g *graph.Graph) { flow.Dominators(g.Directed().Node(0), g.Directed()) })
}

func BenchmarkSimulate(b *testing.B) {
	benchmark(b, func(g *graph.Graph) { Simulate(g, stopping(graph.Node(g.Len()-1))) })
}

func BenchmarkBlastAll(b *testing.B) { benchmark(b, func(g *graph.Graph) { BlastAll(g) }) }

func BenchmarkLoops(b *testing.B) { benchmark(b, func(g *graph.Graph) { Loops(g) }) }

func BenchmarkMetrics(b *testing.B) { benchmark(b, func(g *graph.Graph) { Metrics(g) }) }

func BenchmarkScope(b *testing.B) { benchmark(b, func(g *graph.Graph) { Scope(g, graph.Weak) }) }

func BenchmarkClusters(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		g := graphtest.Landscape(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Clusters(g)
			}
		})
	}
}
