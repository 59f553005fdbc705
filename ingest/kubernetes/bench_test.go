package kubernetes_test

import (
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/readertest"
)

// BenchmarkKubernetes reads documents that are parsed already: one workload with
// a dozen settings and one Service in turn, as most estates have them.
func BenchmarkKubernetes(b *testing.B) {
	archive, err := txtar.ParseFile("../../testdata/ingest/kubernetes/ordinary.txtar")
	if err != nil {
		b.Fatal(err)
	}
	docs := readertest.Documents(fstest.MapFS{}, "shop.yaml", archive.Files[0].Data)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		facts := &graph.Facts{}
		for _, d := range docs {
			d.Reader, d.Facts = kubernetes.Reader.Name, facts
			kubernetes.Reader.Read(d, facts)
		}
		n += len(docs)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "docs/s")
}
