package summary

import (
	"fmt"
	"math/rand/v2"
	"testing"

	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestEdgeIndex compares an index with a map.
func TestEdgeIndex(t *testing.T) {
	var x edgeIndex
	var edges []edge
	want := map[edge]int32{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		e := edge{r.Int32N(100), r.Int32N(100), r.Int32N(2)}
		before, met := want[e]
		got, known := x.number(e, func(n int32) bool { return edges[n] == e })
		if !met {
			before = int32(len(edges))
			want[e], edges = before, append(edges, e)
		}
		if got != before || known != met {
			t.Fatalf("edge %v: number %d, known %t, want %d, %t", e, got, known, before, met)
		}
	}
	if int(x.count) != len(edges) {
		t.Errorf("%d edges are counted, want %d", x.count, len(edges))
	}
}

func BenchmarkEdges(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]edge, n)
	for i := range list {
		list[i] = edge{from: int32(i / 10), to: r.Int32N(n / 10)}
	}
	b.Run(fmt.Sprintf("index/edges=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var x edgeIndex
			for _, e := range list {
				x.number(e, func(n int32) bool { return list[n] == e })
			}
		}
	})
	b.Run(fmt.Sprintf("map/edges=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			x := map[edge]int32{}
			for _, e := range list {
				if _, known := x[e]; !known {
					x[e] = int32(len(x))
				}
			}
		}
	})
}
