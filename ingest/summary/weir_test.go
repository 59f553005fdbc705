package summary

import (
	"bytes"
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/graphtest"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/render"
)

func BenchmarkReadJSON(b *testing.B) {
	var text bytes.Buffer
	if err := render.Named("json").Write(&text, &analyze.Report{Graph: graphtest.Estate(1000), Drawn: true}, render.Options{}); err != nil {
		b.Fatal(err)
	}
	b.Run("services=1000", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			var names document.Names
			var f graph.Facts
			d, _ := document.New("f", "f", document.TextPart(text.Bytes()), &names)
			d.Facts, d.Reader = &f, "weir"
			Weir.Read(d, &f)
			if len(f.Entities) == 0 || len(f.Calls) == 0 || len(f.Problems) > 0 {
				b.Fatalf("%d services and %d calls are read, %d problems", len(f.Entities), len(f.Calls), len(f.Problems))
			}
		}
	})
}
