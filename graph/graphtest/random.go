package graphtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/weirgraph/weir/graph"
)

// numbered are n services whose IDs sort as their numbers do.
func numbered(n int) []graph.Service {
	services := make([]graph.Service, n)
	for v := range services {
		services[v] = graph.Service{ID: fmt.Sprintf("s%08d", v), Kind: graph.KindService}
	}
	return services
}

// Random has so many services and about so many calls, evenly spread.
func Random(services, calls int, seed uint64) *graph.Graph {
	rnd := rand.New(rand.NewPCG(seed, 0))
	ss := numbered(services)
	cs := make([]graph.Call, calls)
	for e := range cs {
		cs[e] = randomCall(rnd, graph.Node(rnd.IntN(services)), graph.Node(rnd.IntN(services)))
	}
	return graph.New(ss, cs)
}

// Layered is Random without loops, and deeper: the worst case for a
// closure, which a loop would shrink.
func Layered(services, calls int, seed uint64) *graph.Graph {
	rnd := rand.New(rand.NewPCG(seed, 0))
	ss := numbered(services)
	cs := make([]graph.Call, calls)
	for e := range cs {
		u := rnd.IntN(services - 1)
		v := u + 1 + rnd.IntN(min(services-u-1, services/20+1))
		cs[e] = randomCall(rnd, graph.Node(u), graph.Node(v))
	}
	return graph.New(ss, cs)
}

func randomCall(rnd *rand.Rand, from, to graph.Node) graph.Call {
	c := graph.Call{From: from, To: to, Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard}
	if rnd.IntN(5) == 0 {
		c.Mode = graph.Async
	}
	if rnd.IntN(5) == 0 {
		c.Need = graph.Soft
	}
	return c
}

// Looped is Layered in which every tenth call leads back a little, so that
// there are loops of many sizes.
func Looped(services, calls int, seed uint64) *graph.Graph {
	rnd := rand.New(rand.NewPCG(seed, 2))
	ss := numbered(services)
	cs := make([]graph.Call, calls)
	for e := range cs {
		u, far := rnd.IntN(services), services/20+1
		if rnd.IntN(10) == 0 && u%50 > 0 {
			cs[e] = randomCall(rnd, graph.Node(u), graph.Node(u-1-rnd.IntN(u%50)))
			continue
		}
		cs[e] = randomCall(rnd, graph.Node(u), graph.Node(min(services-1, u+50-u%50+rnd.IntN(far))))
	}
	return graph.New(ss, cs)
}

// Chain is n services that call each other in a row, the last one closing a loop
// if it is closed.
func Chain(n int, closed bool) *graph.Graph {
	services := numbered(n)
	var calls []graph.Call
	for v := range n {
		if v+1 < n || closed {
			calls = append(calls, graph.Call{
				From: graph.Node(v), To: graph.Node((v + 1) % n),
				Strength: graph.Strong, Mode: graph.Sync, Need: graph.Hard,
			})
		}
	}
	return New(services, calls)
}
