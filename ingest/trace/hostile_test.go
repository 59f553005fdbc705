package trace

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/testlong"
)

// endless writes head, then body over and over until there are size bytes, then
// tail, and looks at how much memory is in use meanwhile.
type endless struct {
	head, body, tail string
	size             int

	rest string
	sent int
	peak uint64
}

func (e *endless) Read(p []byte) (n int, err error) {
	const often = 4 << 20
	for n < len(p) {
		if e.rest == "" {
			switch {
			case e.sent == 0:
				e.rest = e.head
			case e.sent < e.size:
				e.rest = e.body
			case e.tail != "":
				e.rest, e.tail = e.tail, ""
			case n == 0:
				return 0, io.EOF
			default:
				return n, nil
			}
		}
		m := copy(p[n:], e.rest)
		if before := e.sent; before/often != (before+m)/often {
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			e.peak = max(e.peak, s.HeapAlloc)
		}
		e.rest, e.sent, n = e.rest[m:], e.sent+m, n+m
	}
	return n, nil
}

// TestLongLines reads lines that do not end within reason. What can be cut takes no
// more memory than short lines do; what cannot is refused in a clear word before it
// takes too much.
func TestLongLines(t *testing.T) {
	span := func(of string) string { return of + strings.Repeat(" ", 1000) + "," }
	const mega = 1 << 20
	defer func(most int) { maxValue = most }(maxValue)
	maxValue = 8 * mega
	resource := span(`{"resource":{"attributes":[]},"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2"}]}]}`)
	for _, tt := range []struct {
		name   string
		reader *Reader
		in     endless
		most   uint64 // MB in use
		want   string
	}{
		{"a document of small resources", otlpJSON, endless{head: `{"resourceSpans":[`, body: resource, tail: `{}]}`, size: 32 * mega}, 24, ""},
		{"a list of small spans", zipkin, endless{head: `[`, body: span(`{"traceId":"1","id":"2"}`), tail: `{}]`, size: 32 * mega}, 24, ""},
		{"a list of small traces", jaeger, endless{head: `{"data":[`, body: span(`{"traceID":"1","spans":[{"traceID":"1","spanID":"2"}]}`), tail: `{}]}`, size: 32 * mega}, 24, ""},
		{"a string", otlpJSON, endless{head: `{"resourceSpans":[{"x":"`, body: strings.Repeat("x", 1<<16), size: 20 * mega}, 48, "holds a value of more than 8 MB"},
		{"a string of escapes", zipkin, endless{head: `{"traceId":"`, body: strings.Repeat(`\`, 1<<16), size: 20 * mega}, 48, "holds a value of more than 8 MB"},
		{"brackets", jaeger, endless{head: `{"data":[`, body: strings.Repeat("[", 1<<16), size: 20 * mega}, 48, "holds a value of more than 8 MB"},
		{"blanks", otlpJSON, endless{head: `{"resourceSpans":[]}`, body: strings.Repeat(" ", 1<<16), size: 32 * mega}, 24, ""},
		{"a message", otlpProto, endless{head: "\x0a\xff\xff\xff\x06\x0a\x00", body: strings.Repeat("x", 1<<16), size: 20 * mega}, 48, "holds a message of 13 MB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			var said []string
			w := &Worker{}
			problem := tt.reader.Split("test", &tt.in, func(c *Chunk) {
				for _, p := range w.Read(c).Problems {
					said = append(said, p.Message)
				}
				c.Release()
			})
			if problem != nil {
				said = append(said, problem.Message)
			}
			if got := strings.Join(said, "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("said %.300q, want %q", got, tt.want)
			}
			if used := (max(tt.in.peak, before.HeapAlloc) - before.HeapAlloc) >> 20; used > tt.most {
				t.Errorf("%d MB in use, want at most %d", used, tt.most)
			}
		})
	}
}

// TestDeep has what readers call themselves for in itself, deeper than a stack is.
func TestDeep(t *testing.T) {
	const n = 1_000_000
	r := strings.Repeat
	for _, tt := range []struct {
		reader *Reader
		open   string
	}{
		{otlpJSON, "["},
		{otlpJSON, `{"resourceSpans":[`},
		{otlpJSON, `{"trace":`},
		{otlpJSON, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":` + r(`{"arrayValue":{"values":[`, 2)},
		{jaeger, "["},
		{jaeger, `{"data":`},
		{jaeger, `{"spans":[{"tags":`},
		{zipkin, "["},
		{zipkin, `[{"tags":{"error":`},
		{xray, "["},
		{xray, `{"Traces":[`},
		{xray, `{"id":"1","subsegments":[`},
	} {
		workers, outcomes := readAll(tt.reader, []byte(r(tt.open, n/len(tt.open))), 1)
		Link(workers, 1)
		if len(outcomes) == 0 || len(outcomes[0].Problems) == 0 {
			t.Errorf("%s takes %q without end", tt.reader.Name, tt.open)
		}
	}
}

// TestOddIDs has ids that are one, written in ways that are not, and ids that are
// not one, and look so.
func TestOddIDs(t *testing.T) {
	same := [][]string{
		{"00000000000000ab", "ab", "AB", "0xab"[2:], "00ab", "0000000000000000" + "00000000000000Ab"},
		{"5b8efff798038103d269b633813fc60c", "5B8EFFF798038103D269B633813FC60C", "W47/95gDgQPSabYzgT/GDA=="},
		{"eee19b7ec3c1b174", "EEE19B7EC3C1B174", "7uGbfsPBsXQ="},
		{"span-1", "SPAN-1", "Span-1"},
	}
	all := map[spans.ID]string{}
	for _, group := range same {
		first := spans.ParseID([]byte(group[0]))
		for _, s := range group {
			if got := spans.ParseID([]byte(s)); got != first {
				t.Errorf("%q is %x, but %q is %x", s, got, group[0], first)
			}
		}
		all[first] = group[0]
	}
	for _, s := range []string{
		"g", "span-2", "trace-123", "1-5759e988-bd862e3fe1be46a994272793", "ä", "\xff\xfe", "a b", "=", "==", strings.Repeat("f", 33), strings.Repeat("f", 32),
		strings.Repeat("=", 24), "AAAAAAAAAAA!", `"`, strings.Repeat("x", 1<<16),
	} {
		got := spans.ParseID([]byte(s))
		if got.IsZero() {
			t.Errorf("%.40q is none", s)
		}
		if other, ok := all[got]; ok {
			t.Errorf("%.40q is %.40q", s, other)
		}
		all[got] = s
	}
	for _, s := range []string{"", "0", "0000000000000000", strings.Repeat("0", 32), strings.Repeat("0", 40), "AAAAAAAAAAA="} {
		if got := spans.ParseID([]byte(s)); !got.IsZero() {
			t.Errorf("%q is %x, want none", s, got)
		}
	}
}

// TestLargeTrace has one trace of 100,000 spans, 10,000 deep, in every format and
// with hardly any memory for it.
func TestLargeTrace(t *testing.T) {
	n := testlong.N(15_000, 100_000)
	spans := deepTrace(n, n/10)
	for _, f := range written {
		text := f.write(spans)
		_, got := spilled(t, f.reader, text, 2, int64(10*n)) // of 32 bytes for each span
		if want := (graph.Spans{Spans: n, Traces: 1, Spilled: true}); *got != want {
			t.Errorf("%s: account %+v, want %+v", f.reader.Name, *got, want)
		}
	}
}

// TestOddTypes has values of types that the formats do not have in their places: they are
// reported, and not passed over like spans that are not there.
func TestOddTypes(t *testing.T) {
	tests := []struct {
		reader *Reader
		text   string
		odd    string // "" for none
	}{
		{otlpJSON, `{"resourceSpans": {"scopeSpans": []}}`, "1 value"},
		{otlpJSON, `{"resourceSpans": [[{"scopeSpans": []}], 3, "x"]}`, "3 values"},
		{otlpJSON, `{"resourceSpans": [{"scopeSpans": {"spans": []}}]}`, "1 value"},
		{otlpJSON, `{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": ["a"], "spanId": {}, "startTimeUnixNano": "soon"}]}]}]}`, "3 values"},
		{otlpJSON, `{"resourceSpans": [{"resource": null, "scopeSpans": [{"spans": null}, null]}]}`, ""},
		{otlpJSON, `{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "1", "spanId": "2", "attributes": [{"key": "http.url", "value": {"arrayValue": {}}}]}]}]}]}`, ""},
		{jaeger, `{"data": [{"traceID": "1", "processes": {}, "spans": {"traceID": "1"}}]}`, "1 value"},
		{zipkin, `[{"traceId": "1", "id": {}, "localEndpoint": "web"}]`, "2 values"},
		{xray, `{"Traces": [{"Segments": [{"Document": "{\"trace_id\": \"1-5759e988-bd862e3fe1be46a994272793\", \"id\": [], \"name\": \"web\"}"}]}]}`, "1 value"},
	}
	for _, tt := range tests {
		_, outcomes := readAll(tt.reader, []byte(tt.text), 1)
		said := ""
		for _, o := range outcomes {
			for _, p := range o.Problems {
				said += p.Message
			}
		}
		if tt.odd == "" && said != "" || tt.odd != "" && !strings.HasPrefix(said, tt.odd+" of spans of a type") {
			t.Errorf("%s: %s: %q, want %q", tt.reader.Name, tt.text, said, tt.odd)
		}
	}
}
