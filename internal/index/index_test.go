package index

import (
	"fmt"
	"math/rand/v2"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

type pair struct{ a, b int32 }

// TestNumber compares with a map.
func TestNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var pairs []pair
		want := map[pair]int32{}
		x := New(func(n int32) pair { return pairs[n] })
		for range r.IntN(2_000) {
			if r.IntN(100) == 0 {
				x.Grow(r.IntN(300))
			}
			p := pair{r.Int32N(100), r.Int32N(20)}
			before, met := want[p]
			if got, ok := x.Find(p); ok != met || got != before {
				t.Fatalf("Find(%v) = %d, %t, want %d, %t", p, got, ok, before, met)
			}
			got, known := x.Number(p)
			if !met {
				before = int32(len(pairs))
				want[p], pairs = before, append(pairs, p)
			}
			if got != before || known != met {
				t.Fatalf("Number(%v) = %d, %t, want %d, %t", p, got, known, before, met)
			}
		}
		if x.Len() != len(pairs) {
			t.Errorf("%d members, want %d", x.Len(), len(pairs))
		}
		for p, n := range want {
			if got, ok := x.Find(p); !ok || got != n {
				t.Fatalf("Find(%v) = %d, %t, want %d", p, got, ok, n)
			}
		}
	}
}

// Keys with the hash of others are distinguished, also where the way to a free slot leads over the end.
func TestSameHash(t *testing.T) {
	keys := []string{"a", "b", "c"}
	x := New(func(n int32) string { return keys[n] })
	for n := range keys {
		at := x.slot(7, keys[n])
		if at != (7+n)%8 {
			t.Errorf("slot %d for key %d, want %d", at, n, (7+n)%8)
		}
		x.count++
		x.slots[at] = slot{7, x.count}
	}
	x.Grow(100)
	for n, k := range keys {
		if got := x.slots[x.slot(7, k)].number - 1; got != int32(n) {
			t.Errorf("number %d of key %q, want %d", got, k, n)
		}
	}
}

func BenchmarkNumber(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	known := map[pair]bool{}
	list := make([]pair, 0, n)
	for len(list) < n {
		if p := (pair{int32(len(list) / 10), r.Int32N(n / 10)}); !known[p] {
			known[p] = true
			list = append(list, p)
		}
	}
	b.Run(fmt.Sprintf("index/pairs=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			x := New(func(n int32) pair { return list[n] })
			for _, p := range list {
				x.Number(p)
			}
		}
	})
	b.Run(fmt.Sprintf("map/pairs=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			x := map[pair]int32{}
			for _, p := range list {
				if _, ok := x[p]; !ok {
					x[p] = int32(len(x))
				}
			}
		}
	})
}
