package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// written are the formats with the same spans in each.
var written = []struct {
	reader *Reader
	write  func([]sample) []byte
	file   string
}{
	{otlpJSON, otlpLines, "otlp.jsonl"},
	{otlpProto, otlpFrames, "otlp.pb"},
	{jaeger, jaegerDocument, "jaeger.json"},
	{zipkin, zipkinList, "zipkin.json"},
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
	var remarks Remarks
	for _, o := range slices.Concat(outcomes...) {
		remarks.Add(&o.Remarks)
		all = append(all, o)
	}
	if problems := remarks.Problems(); len(problems) > 0 {
		all = append(all, Outcome{Problems: problems})
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
		for _, parallel := range slices.Compact([]int{1, runtime.GOMAXPROCS(0)}) {
			b.Run(fmt.Sprintf("%s/spans=%d/workers=%d", f.reader.Name, benchSpans, parallel), func(b *testing.B) {
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

// What the formats say of a span that weir wants to know, for the standard library.
type (
	libraryAttribute struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
	libraryOTLP struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []libraryAttribute }
			ScopeSpans []struct {
				Spans []struct {
					TraceID, SpanID, ParentSpanID      string
					Kind                               int
					StartTimeUnixNano, EndTimeUnixNano string
					Attributes                         []libraryAttribute
					Status                             struct{ Code int }
				}
			}
		}
	}
	libraryJaeger struct {
		Data []struct {
			Spans []struct {
				TraceID, SpanID, ProcessID string
				References                 []struct{ RefType, TraceID, SpanID string }
				StartTime, Duration        int64
				Tags                       []struct {
					Key   string
					Value any
				}
			}
			Processes map[string]struct{ ServiceName string }
		}
	}
	libraryEndpoint struct {
		ServiceName, IPv4 string
		Port              int
	}
	libraryZipkin []struct {
		TraceID, ID, ParentID, Kind   string
		Timestamp, Duration           int64
		LocalEndpoint, RemoteEndpoint libraryEndpoint
		Shared                        bool
		Tags                          map[string]string
	}
)

// BenchmarkStandardLibrary decodes the same bytes into the fields that weir wants,
// and does nothing with them. Other libraries are measured in tools/bench.
func BenchmarkStandardLibrary(b *testing.B) {
	spans := generate(benchSpans)
	for _, f := range []struct {
		name  string
		write func([]sample) []byte
		into  func() any
	}{
		{"otlp-json", otlpLines, func() any { return new(libraryOTLP) }},
		{"jaeger", jaegerDocument, func() any { return new(libraryJaeger) }},
		{"zipkin", zipkinList, func() any { return new(libraryZipkin) }},
	} {
		text := f.write(spans)
		b.Run(f.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
					if err := d.Decode(f.into()); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(spans)*b.N)/b.Elapsed().Seconds(), "spans/s")
		})
	}
}

// BenchmarkLink measures linking alone.
func BenchmarkLink(b *testing.B) {
	spans := generate(benchSpans)
	workers, _ := readAll(otlpProto, otlpFrames(spans), 1)
	b.ReportAllocs()
	for b.Loop() {
		Link(workers, 1)
	}
	b.ReportMetric(float64(len(spans)*b.N)/b.Elapsed().Seconds(), "spans/s")
}
