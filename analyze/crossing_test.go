package analyze

import (
	"math"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
)

// A chain between services of one component never leaves it, so it is as long as a
// shortest one of the whole graph.
func TestCrossing(t *testing.T) {
	for seed := range uint64(50) {
		n := 3 + int(seed%10)
		g := graphtest.Random(n, 2*n, seed)
		c := findComponents(g)
		d := distances(adjacency(g, anyCall))
		ways := newCrossing(g, c)
		for v := range graph.Node(n) {
			for w := range graph.Node(n) {
				if c.Of[v] != c.Of[w] {
					continue
				}
				services := d[v][w] + 1
				for most, want := range map[int]int{math.MaxInt: services, services: services, services - 1: 0} {
					if most == 0 {
						continue
					}
					if chain := ways.within(v, w, most); len(chain) != want || !isChain(g, chain) {
						t.Fatalf("seed %d: from %d to %d, of at most %d services: %v, want %d", seed, v, w, most, chain, want)
					}
				}
			}
		}
	}
}
