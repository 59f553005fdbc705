package render

import (
	"io"
	"testing"

	"github.com/weirgraph/weir/graph/graphtest"
)

func BenchmarkWriteJSON(b *testing.B) {
	r := reportOf(graphtest.Estate(1000))
	b.Run("services=1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := jsonFormat.Write(io.Discard, r, Options{View: View{All: true}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
