package pairs

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestOrder compares with a sort by comparison.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 7, 1000} {
		for _, length := range []int{0, 1, 2, 50, 3000} {
			a, b := random(r, length, n), random(r, length, n)
			got, want := Order(a, b, n), compared(a, b)
			if got == nil {
				got = places(length)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d pairs of numbers below %d: %v, want %v", length, n, got, want)
			}
		}
	}
}

func TestOrderIsKept(t *testing.T) {
	if got := Order([]int32{0, 0, 0, 2}, []int32{1, 1, 3, 0}, 4); got != nil {
		t.Errorf("%v, want nil for pairs in order", got)
	}
}

func random(r *rand.Rand, length, n int) []int32 {
	list := make([]int32, length)
	for i := range list {
		list[i] = r.Int32N(int32(n))
	}
	return list
}

func places(length int) []int32 {
	list := make([]int32, length)
	for i := range list {
		list[i] = int32(i)
	}
	return list
}

func compared(a, b []int32) []int32 {
	order := places(len(a))
	slices.SortStableFunc(order, func(i, j int32) int { return cmp.Or(cmp.Compare(a[i], a[j]), cmp.Compare(b[i], b[j])) })
	return order
}

func BenchmarkOrder(b *testing.B) {
	const n, edges = 100_000, 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	from, to := random(r, edges, n), random(r, edges, n)
	b.Run(fmt.Sprintf("counted/edges=%d", edges), func(b *testing.B) {
		for b.Loop() {
			Order(from, to, n)
		}
	})
	b.Run(fmt.Sprintf("compared/edges=%d", edges), func(b *testing.B) {
		for b.Loop() {
			keys := make([]uint64, edges)
			for i := range keys {
				keys[i] = uint64(from[i])<<32 | uint64(to[i])
			}
			slices.Sort(keys)
		}
	})
}
