package failure

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// A large estate: ten calls for each service, loops, policies on a tenth of them.
func large(n int) *graph.Graph {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	says := wire{timeout: 2e9, retries: 2, breaker: "call"}.says()
	services := make([]graph.Service, n)
	for i := range services {
		services[i] = graph.Service{ID: fmt.Sprintf("s%06d", i)}
	}
	calls := make([]graph.Call, 0, 10*n)
	for i := range n {
		for range 10 {
			c := graph.Call{From: graph.Node(i), To: graph.Node(rnd.IntN(n)), Mode: graph.Sync, Need: graph.Hard}
			if rnd.IntN(10) == 0 {
				c.Evidence = []graph.Evidence{{Says: says}}
			}
			calls = append(calls, c)
		}
	}
	return graphtest.New(services, calls)
}

// model is that of an estate in which nearly all services are on one big cycle.
func model(g *graph.Graph) *Model { return modelWith(g, func(graph.Edge) bool { return true }) }

func BenchmarkNew(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			g := large(n)
			for b.Loop() {
				model(g)
			}
		})
	}
}

func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			m := model(large(n))
			for b.Loop() {
				m.Solve(map[graph.Node]Injection{0: {Mode: Hang}})
			}
		})
	}
}

func BenchmarkVictims(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			o := model(large(n)).Solve(map[graph.Node]Injection{0: {Mode: Hang}})
			for b.Loop() {
				o.Victims()
			}
		})
	}
}
