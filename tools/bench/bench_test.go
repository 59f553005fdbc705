// Package bench measures weir's reading of spans beside what libraries make of the
// same bytes, in one run:
//
//	go test -C tools/bench -bench . -benchtime 3x
//
// It is a module of its own, so that weir does not depend on what it is compared
// with. The libraries decode into the fields that weir wants, and do nothing with
// them; weir goes all the way to calls. All of them use one core.
//
// Process, Growth and Gonum measure whole processes on graphs of many services, on code and on spans:
//
//	go test -C tools/bench -run - -bench 'Process|Growth|Gonum' -benchtime 1x
package bench

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	goccy "github.com/goccy/go-json"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/weirgraph/weir/ingest/trace"
)

var spans = flag.Int("spans", 200_000, "how many `spans` to read")

// dir holds the files that the tests of the package trace write.
var dir string

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		os.Exit(m.Run())
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if dir, err = os.MkdirTemp("", "weir-bench-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	return m.Run(), nil
}

// written writes the files of spans, once.
var written = sync.OnceValue(func() error { return writeSpans("", dir, *spans) })

// writeSpans writes files of n spans into a directory, in one format or in all.
func writeSpans(format, dir string, n int) error {
	write := exec.Command("go", "test", "-C", "../..", "./ingest/trace", "-run", "TestWrite/"+format, "-write-to", dir, "-write-spans", fmt.Sprint(n))
	if out, err := write.CombinedOutput(); err != nil {
		return fmt.Errorf("writing spans: %w\n%s", err, out)
	}
	return nil
}

// traces is an input of one file of spans.
func traces(format string) func(path string, n int) error {
	return func(path string, n int) error { return writeSpans(format+"$", filepath.Dir(path), n) }
}

// measure runs one way of reading a file.
func measure(b *testing.B, name string, text []byte, read func([]byte) error) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		before := processorTime()
		for b.Loop() {
			if err := read(text); err != nil {
				b.Fatal(err)
			}
		}
		spent := (processorTime() - before).Seconds()
		b.ReportMetric(float64(*spans*b.N)/spent, "spans/cpu-s")
		b.ReportMetric(float64(len(text)*b.N)/1e6/spent, "MB/cpu-s")
	})
}

// processorTime is what all threads of the process have had: unlike the time of the
// clock it says something on a machine that has other work, too.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func file(b *testing.B, name string) []byte {
	if err := written(); err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// weir reads spans and links them.
func weir(text []byte) error {
	w := &trace.Worker{}
	reader := trace.Sniff(text[:trace.HeadSize])
	problem := reader.Split("bench", bytes.NewReader(text), func(c *trace.Chunk) {
		w.Read(c)
		c.Release()
	})
	if problem != nil {
		return fmt.Errorf("%s", problem.Message)
	}
	if facts, _ := trace.Link([]*trace.Worker{w}, 1); len(facts.Observations) == 0 {
		return fmt.Errorf("no calls")
	}
	return nil
}

// What the formats say of a span that weir wants to know.
type (
	attribute struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
	otlp struct {
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
	jaeger struct {
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
	endpoint struct {
		ServiceName, IPv4 string
		Port              int
	}
	zipkin []struct {
		TraceID, ID, ParentID, Kind   string
		Timestamp, Duration           int64
		LocalEndpoint, RemoteEndpoint endpoint
		Shared                        bool
		Tags                          map[string]string
	}
)

// A tree is the members of objects that are wanted, by their names in quotes. Below
// nil everything is.
type tree map[string]tree

var (
	otlpTree = tree{`"resourceSpans"`: {
		`"resource"`: {`"attributes"`: nil},
		`"scopeSpans"`: {`"spans"`: {
			`"traceId"`: nil, `"spanId"`: nil, `"parentSpanId"`: nil, `"kind"`: nil, `"startTimeUnixNano"`: nil, `"endTimeUnixNano"`: nil,
			`"attributes"`: nil, `"status"`: nil,
		}},
	}}
	jaegerTree = tree{`"data"`: {
		`"spans"`: {
			`"traceID"`: nil, `"spanID"`: nil, `"processID"`: nil, `"references"`: nil, `"startTime"`: nil, `"duration"`: nil,
			`"tags"`: {`"key"`: nil, `"value"`: nil},
		},
		`"processes"`: nil,
	}}
	zipkinTree = tree{
		`"traceId"`: nil, `"id"`: nil, `"parentId"`: nil, `"kind"`: nil, `"timestamp"`: nil, `"duration"`: nil,
		`"localEndpoint"`: nil, `"remoteEndpoint"`: nil, `"shared"`: nil, `"tags"`: nil,
	}
)

// pick walks over a value token by token, and skips what is not wanted.
func (t tree) pick(d *jsontext.Decoder) error {
	switch d.PeekKind() {
	case '{':
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		for d.PeekKind() == '"' {
			name, err := d.ReadValue()
			if err != nil {
				return err
			}
			below, wanted := t[string(name)]
			if wanted || t == nil {
				err = below.pick(d)
			} else {
				err = d.SkipValue()
			}
			if err != nil {
				return err
			}
		}
	case '[':
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
			if err := t.pick(d); err != nil {
				return err
			}
		}
	}
	_, err := d.ReadToken()
	return err
}

func BenchmarkJSON(b *testing.B) {
	for _, f := range []struct {
		name, file string
		into       func() any
		tree       tree
	}{
		{"otlp-json", "otlp.jsonl", func() any { return new(otlp) }, otlpTree},
		{"jaeger", "jaeger.json", func() any { return new(jaeger) }, jaegerTree},
		{"zipkin", "zipkin.json", func() any { return new(zipkin) }, zipkinTree},
	} {
		b.Run(fmt.Sprintf("%s/spans=%d", f.name, *spans), func(b *testing.B) {
			text := file(b, f.file)
			values := bytes.SplitAfter(bytes.TrimSpace(text), []byte("}]}]}\n"))
			measure(b, "weir", text, weir)
			measure(b, "jsontext", text, func(text []byte) error {
				d := jsontext.NewDecoder(bytes.NewReader(text))
				for {
					if err := f.tree.pick(d); err == io.EOF {
						return nil
					} else if err != nil {
						return err
					}
				}
			})
			for _, library := range []struct {
				name      string
				unmarshal func([]byte, any) error
			}{
				{"goccy", func(text []byte, v any) error { return goccy.UnmarshalNoEscape(text, v) }},
				{"encoding-json", json.Unmarshal},
			} {
				measure(b, library.name, text, func([]byte) error {
					for _, v := range values {
						if err := library.unmarshal(v, f.into()); err != nil {
							return err
						}
					}
					return nil
				})
			}
		})
	}
}

// BenchmarkProtobuf compares with what the collector decodes messages into.
func BenchmarkProtobuf(b *testing.B) {
	b.Run(fmt.Sprintf("otlp-protobuf/spans=%d", *spans), func(b *testing.B) {
		text := file(b, "otlp.pb")
		measure(b, "weir", text, weir)
		measure(b, "pdata", text, func(text []byte) error {
			var u ptrace.ProtoUnmarshaler
			for len(text) > 0 {
				size := binary.BigEndian.Uint32(text)
				if _, err := u.UnmarshalTraces(text[4 : 4+size]); err != nil {
					return err
				}
				text = text[4+size:]
			}
			return nil
		})
	})
}
