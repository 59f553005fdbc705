package ingest

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/yaml"
)

// estate is a stream of about n documents: shops of a Deployment, a Service and a
// route for each of ten services, one after the other in namespaces of their own.
func estate(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() == 0 || i*30 < n; i++ {
		for j := range 10 {
			fmt.Fprintf(&b, `apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-%[2]d
  namespace: shop-%[1]d
  labels:
    app: service-%[2]d
    team: checkout
spec:
  replicas: 2
  selector:
    matchLabels:
      app: service-%[2]d
  template:
    metadata:
      labels:
        app: service-%[2]d
    spec:
      serviceAccountName: service-%[2]d
      containers:
      - name: server
        image: registry.example.com/shop/service-%[2]d:v1.2.3
        ports:
        - containerPort: 8080
        readinessProbe:
          grpc:
            port: 8080
        env:
        - name: PORT
          value: "8080"
        - name: UPSTREAM_ADDR
          value: "service-%[3]d:8080"
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits: {cpu: 200m, memory: 128Mi}
---
apiVersion: v1
kind: Service
metadata:
  name: service-%[2]d
  namespace: shop-%[1]d
spec:
  selector:
    app: service-%[2]d
  ports:
  - name: grpc
    port: 8080
    targetPort: 8080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: service-%[2]d
  namespace: shop-%[1]d
spec:
  hosts:
  - service-%[2]d
  http:
  - route:
    - destination:
        host: service-%[2]d
    timeout: 2s
---
`, i, j, (j+1)%10)
		}
	}
	return b.Bytes()
}

// sizes are those of a small repository, a large one, and a thousand shops.
var sizes = []int{30, 1_000, 30_000}

// BenchmarkRead reads an estate from one stream. Compare BenchmarkFloor.
func BenchmarkRead(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) { benchmarkRead(b, estate(n), Readers) })
	}
}

// BenchmarkUnwanted reads an estate of which no reader wants anything.
func BenchmarkUnwanted(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) { benchmarkRead(b, estate(n), []*document.Reader{}) })
	}
}

func benchmarkRead(b *testing.B, text []byte, readers []*document.Reader) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	documents := 0
	for b.Loop() {
		var builder link.Builder
		if err := Read(context.Background(), []string{"-"}, Options{Stdin: bytes.NewReader(text), Readers: readers}, &builder); err != nil {
			b.Fatal(err)
		}
		if builder.Coverage.Failed() > 0 {
			b.Fatal(builder.Coverage.Problems)
		}
		documents += builder.Coverage.Documents
	}
	b.ReportMetric(float64(documents)/b.Elapsed().Seconds(), "docs/s")
}

// BenchmarkFloor only parses the documents of the same estate, on all cores:
// what reading costs at the very least.
func BenchmarkFloor(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			text := estate(n)
			documents := bytes.SplitAfter(bytes.TrimSuffix(text, []byte("---\n")), []byte("\n---\n"))
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var next atomic.Int64
				var workers sync.WaitGroup
				for range runtime.GOMAXPROCS(0) {
					workers.Go(func() {
						for i := next.Add(1) - 1; i < int64(len(documents)); i = next.Add(1) - 1 {
							if err := yaml.Unmarshal(documents[i], new(yaml.Node)); err != nil {
								panic(err)
							}
						}
					})
				}
				workers.Wait()
			}
			b.ReportMetric(float64(len(documents)*b.N)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

// TestAllocations holds what reading costs on top of bare parsing, in a measure
// that does not depend on the machine.
func TestAllocations(t *testing.T) {
	text := estate(300)
	documents := bytes.SplitAfter(bytes.TrimSuffix(text, []byte("---\n")), []byte("\n---\n"))
	reading := func(wanted bool) float64 {
		r := &document.Reader{
			Name: "r", Match: func(*document.Head) bool { return wanted },
			Read: func(*document.Document, *graph.Facts) {},
		}
		return testing.AllocsPerRun(5, func() {
			var b link.Builder
			o := Options{Stdin: bytes.NewReader(text), Readers: []*document.Reader{r}, Workers: 1}
			if err := Read(context.Background(), []string{"-"}, o, &b); err != nil {
				t.Fatal(err)
			}
		})
	}
	floor := testing.AllocsPerRun(5, func() {
		for _, d := range documents {
			if err := yaml.Unmarshal(d, new(yaml.Node)); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got, most := reading(true), 1.1*floor; got > most {
		t.Errorf("reading documents allocates %.0f times, want at most %.0f: 1.1 times what parsing takes", got, most)
	}
	if got, most := reading(false), 0.03*floor; got > most {
		t.Errorf("passing documents over allocates %.0f times, want at most %.0f: 0.03 times what parsing takes", got, most)
	}
}
