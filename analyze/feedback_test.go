package analyze

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirgraph/weir/internal/testlong"
)

// randomArcs are arcs between n services, each pair with some chance.
func randomArcs(rnd *rand.Rand, n int, density float64, costs int) []arc {
	var arcs []arc
	for v := range int32(n) {
		for w := range int32(n) {
			if rnd.Float64() < density {
				arcs = append(arcs, arc{from: v, to: w, cost: int64(1+rnd.IntN(costs)) << tieBits})
			}
		}
	}
	return arcs
}

// loopless reports whether the arcs but those cut have no loop: removing a service that
// has no callers, again and again, leaves nothing.
func loopless(n int, arcs []arc, cut []int32) bool {
	kept := slices.Clone(arcs)
	for _, i := range cut {
		kept[i].cost = 0
	}
	for range n {
		called := make([]bool, n)
		kept = slices.DeleteFunc(kept, func(a arc) bool { return a.cost == 0 })
		for _, a := range kept {
			called[a.to] = true
		}
		for i := range kept {
			if !called[kept[i].from] {
				kept[i].cost = 0
			}
		}
	}
	return len(kept) == 0
}

func costOf(arcs []arc, cut []int32) int64 {
	sum := int64(0)
	for _, i := range cut {
		sum += arcs[i].cost
	}
	return sum
}

// leastCost is what the cheapest cut costs, by trying every order.
func leastCost(n int, arcs []arc) int64 {
	least := int64(-1)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var try func(k int)
	try = func(k int) {
		if k == n {
			at := make([]int, n)
			for i, v := range order {
				at[v] = i
			}
			cost := int64(0)
			for _, a := range arcs {
				if at[a.from] >= at[a.to] {
					cost += a.cost
				}
			}
			if least < 0 || cost < least {
				least = cost
			}
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			try(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	try(0)
	return least
}

func TestFeedbackAgreesWithEveryOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 6))
	for i := range 1500 {
		n := 1 + rnd.IntN(6)
		arcs := randomArcs(rnd, n, rnd.Float64(), 1+rnd.IntN(9))
		if rnd.IntN(4) == 0 { // several between the same two
			arcs = append(arcs, arcs...)
		}
		cut, exact := feedback(n, arcs)
		if want := leastCost(n, arcs); !exact || !loopless(n, arcs, cut) || costOf(arcs, cut) != want {
			t.Fatalf("graph %d, %v: cut %v costs %d (exact %v, loopless %v), want %d", i, arcs, cut, costOf(arcs, cut), exact, loopless(n, arcs, cut), want)
		}
	}
}

// The orders that are found without a table are never better than the best, and
// nearly always as good on small graphs; what claims to be proven is.
func TestGoodOrderAgreesWithTable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 1))
	tried, best, proven := 0, 0, 0
	for range 600 {
		n := 2 + rnd.IntN(9)
		for _, part := range split(n, randomArcs(rnd, n, 0.1+rnd.Float64()/2, 9)) {
			tangle := newMerger(part).tangle()
			if len(tangle.arcs) == 0 {
				continue
			}
			c := &cutter{left: cutPatience}
			order, sure := c.goodOrder(tangle)
			got, want := tangle.backwardCost(order, 0), tangle.backwardCost(tangle.bestOrder(), 0)
			if got < want || sure && got != want {
				t.Fatalf("%v: order %v costs %d (proven %v), the best %d", tangle.arcs, order, got, sure, want)
			}
			if sorted := slices.Sorted(slices.Values(order)); len(sorted) != len(tangle.name) || len(slices.Compact(sorted)) != len(order) {
				t.Fatalf("%v is no order of %d services", order, len(tangle.name))
			}
			tried++
			if got == want {
				best++
			}
			if sure {
				proven++
			}
		}
	}
	if best < tried*9/10 || proven < tried/4 {
		t.Errorf("of %d graphs, %d got a best order and %d a proof of it", tried, best, proven)
	}
}

// In a larger component the cut is one all the same, and none of it can be spared.
func TestFeedbackOfLargeGraphs(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		n := 25 + rnd.IntN(40)
		arcs := randomArcs(rnd, n, 3/float64(n)+rnd.Float64()*0.1, 9)
		cut, _ := feedback(n, arcs)
		if !loopless(n, arcs, cut) {
			t.Fatalf("%d services: a loop is left", n)
		}
		for i := range cut {
			if spared := slices.Delete(slices.Clone(cut), i, i+1); loopless(n, arcs, spared) {
				t.Errorf("%d services: arc %v is cut for nothing", n, arcs[cut[i]])
			}
		}
		again, _ := feedback(n, arcs)
		if !slices.Equal(cut, again) {
			t.Errorf("%d services: not the same cut twice", n)
		}
	}
}

// Rings that hang together in a row are separated by what surrounds them, whatever
// their number: each loses its cheapest arc.
func TestFeedbackOfManyRings(t *testing.T) {
	const size = 5
	rings := testlong.N(5_000, 20_000)
	var arcs []arc
	for r := range int32(rings) {
		for i := range int32(size) {
			cost := int64(9)
			if i == r%size {
				cost = 2
			}
			arcs = append(arcs, arc{from: r*(size-1) + i, to: r*(size-1) + (i+1)%size, cost: cost << tieBits})
		}
	}
	cut, exact := feedback(rings*size, arcs)
	if got := costOf(arcs, cut); !exact || len(cut) != rings || got != 2*int64(rings)<<tieBits {
		t.Errorf("%d arcs at a cost of %d, exact %v; want one of cost 2 from each of %d rings", len(cut), got>>tieBits, exact, rings)
	}
}

func BenchmarkFeedback(b *testing.B) {
	for _, n := range []int{10, 20, 100, 1_000, 10_000} {
		rnd := rand.New(rand.NewPCG(1, uint64(n)))
		var arcs []arc
		for range 4 * n {
			arcs = append(arcs, arc{from: rnd.Int32N(int32(n)), to: rnd.Int32N(int32(n)), cost: int64(1+rnd.IntN(9)) << tieBits})
		}
		b.Run(fmt.Sprintf("services=%d/calls=%d", n, 4*n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				feedback(n, arcs)
			}
		})
	}
}
