package analyze

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/graph/flow"
	"gonum.org/v1/gonum/graph/topo"

	"github.com/weirgraph/weir/graph"
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
		}{{"random", randomGraph}, {"layered", layeredGraph}} {
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

func BenchmarkFail(b *testing.B) {
	benchmark(b, func(g *graph.Graph) { Fail(g, stopping(graph.Node(g.Len()-1))) })
}

func BenchmarkBlastAll(b *testing.B) { benchmark(b, func(g *graph.Graph) { BlastAll(g) }) }

func BenchmarkLoops(b *testing.B) { benchmark(b, func(g *graph.Graph) { Loops(g) }) }

func BenchmarkShape(b *testing.B) { benchmark(b, func(g *graph.Graph) { Shape(g) }) }

func BenchmarkScope(b *testing.B) { benchmark(b, func(g *graph.Graph) { Scope(g, graph.Weak) }) }

func BenchmarkRun(b *testing.B) { benchmark(b, func(g *graph.Graph) { Run(g, Options{}) }) }
