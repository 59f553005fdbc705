package trace

import (
	"bytes"
	"encoding/json"
	"runtime"
	"sync"
	"testing"
)

// written are the formats with the same spans in each.
var written = []struct {
	reader *Reader
	write  func([]sample) []byte
	file   string
}{
	{OTLPJSON, otlpLines, "otlp.jsonl"},
	{OTLPProto, otlpFrames, "otlp.pb"},
	{Jaeger, jaegerDocument, "jaeger.json"},
	{Zipkin, zipkinList, "zipkin.json"},
}

// readAll reads a file with so many workers, as the package's user does.
func readAll(reader *Reader, text []byte, parallel int) ([]*Worker, []Outcome) {
	chunks := make(chan *Chunk, parallel)
	workers := make([]*Worker, parallel)
	outcomes := make([][]Outcome, parallel)
	var running sync.WaitGroup
	for i := range workers {
		workers[i] = &Worker{}
		running.Go(func() {
			for c := range chunks {
				outcomes[i] = append(outcomes[i], workers[i].Read(c))
				c.Release()
			}
		})
	}
	problem := reader.Split("test", bytes.NewReader(text), func(c *Chunk) { chunks <- c })
	close(chunks)
	running.Wait()
	var all []Outcome
	for _, o := range outcomes {
		all = append(all, o...)
	}
	if problem != nil {
		all = append(all, Outcome{})
		all[len(all)-1].Problems = append(all[len(all)-1].Problems, *problem)
	}
	return workers, all
}

const benchSpans = 200_000

// BenchmarkRead measures the way from bytes to calls, on one worker and on all.
func BenchmarkRead(b *testing.B) {
	spans := generate(benchSpans)
	for _, f := range written {
		text := f.write(spans)
		for _, parallel := range []int{1, runtime.GOMAXPROCS(0)} {
			b.Run(f.reader.Name+"/workers="+string(rune('0'+parallel)), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					workers, _ := readAll(f.reader, text, parallel)
					Link(workers, parallel)
				}
				b.ReportMetric(float64(len(spans)*b.N)/b.Elapsed().Seconds(), "spans/s")
			})
		}
	}
}

// BenchmarkStandardLibrary decodes the same bytes into the fields that weir wants,
// and does nothing with them.
func BenchmarkStandardLibrary(b *testing.B) {
	spans := generate(benchSpans)
	type value struct{ StringValue, IntValue string }
	type attribute struct {
		Key   string
		Value value
	}
	type otlp struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []attribute }
			ScopeSpans []struct {
				Spans []struct {
					TraceID, SpanID, ParentSpanID      string
					Kind                               int
					StartTimeUnixNano, EndTimeUnixNano string
					Attributes                         []attribute
					Status                             struct{ Code int }
				}
			}
		}
	}
	b.Run("otlp-json", func(b *testing.B) {
		text := otlpLines(spans)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
				var v otlp
				if err := d.Decode(&v); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(len(spans)*b.N)/b.Elapsed().Seconds(), "spans/s")
	})
}

// BenchmarkLink measures linking alone.
func BenchmarkLink(b *testing.B) {
	spans := generate(benchSpans)
	workers, _ := readAll(OTLPProto, otlpFrames(spans), 1)
	b.ReportAllocs()
	for b.Loop() {
		Link(workers, 1)
	}
	b.ReportMetric(float64(len(spans)*b.N)/b.Elapsed().Seconds(), "spans/s")
}
