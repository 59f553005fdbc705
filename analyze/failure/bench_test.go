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

// Each service calls a pool of three later ones.
func pools(n int) *graph.Graph {
	rnd := rand.New(rand.NewPCG(3, uint64(n)))
	services := make([]graph.Service, n)
	var calls []graph.Call
	for i := range n {
		services[i] = graph.Service{ID: fmt.Sprintf("s%06d", i)}
		fact := &graph.GroupFact{Kind: graph.Pool, Need: 2, Origin: graph.Source{File: "pools.yaml"}.At(int32(i+1), 0)}
		for range 3 * min(1, n-1-i) {
			to := graph.Node(i + 1 + rnd.IntN(n-1-i))
			evidence := graph.Evidence{Strength: graph.Strong, In: &graph.Place{Group: fact}}
			calls = append(calls, graph.Call{From: graph.Node(i), To: to, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Evidence: []graph.Evidence{evidence}})
		}
	}
	return graphtest.New(services, calls)
}

// A gateway with so many routes.
func routes(n int) *graph.Graph {
	services := []graph.Service{{ID: "gateway"}}
	fact := &graph.GroupFact{Kind: graph.Split, Multiplexes: true, Origin: graph.Source{File: "routes.yaml"}.At(1, 0)}
	var calls []graph.Call
	for i := range n {
		services = append(services, graph.Service{ID: fmt.Sprintf("s%06d", i)})
		evidence := graph.Evidence{Strength: graph.Strong, In: &graph.Place{Group: fact}}
		calls = append(calls, graph.Call{From: 0, To: graph.Node(i + 1), Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard, Evidence: []graph.Evidence{evidence}})
	}
	return graphtest.New(services, calls)
}

func BenchmarkGroups(b *testing.B) {
	for _, bench := range []struct {
		name string
		g    func(int) *graph.Graph
		n    int
	}{{"pools", pools, 1_000}, {"pools", pools, 10_000}, {"routes", routes, 1_000}, {"routes", routes, 10_000}} {
		b.Run(fmt.Sprintf("%s=%d", bench.name, bench.n), func(b *testing.B) {
			g := bench.g(bench.n)
			m := modelWith(g, func(graph.Edge) bool { return false })
			inject := map[graph.Node]Injection{graph.Node(g.Len() - 1): {Mode: Hang}}
			for b.Loop() {
				m.Solve(inject).Victims()
			}
		})
	}
}
