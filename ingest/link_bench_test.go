package ingest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/weirgraph/weir/graph/link"
)

// BenchmarkLink measures what comes after reading: facts of many shops become one
// graph.
func BenchmarkLink(b *testing.B) {
	for _, n := range []int{1_000, 30_000} {
		data := estate(n)
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				var builder link.Builder
				if err := Read(context.Background(), []string{"-"}, Options{Stdin: bytes.NewReader(data)}, &builder); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if g := builder.Build(); g.Calls() < n/30*10 {
					b.Fatalf("%d calls of %d documents", g.Calls(), n)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}
