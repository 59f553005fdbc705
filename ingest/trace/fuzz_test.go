package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
)

// seeds are small files of every form.
func seeds() []string {
	spans := generate(20)
	list := []string{
		otlpOf("1 - web client peer.service=bank !\n 2 1 cart consumer messaging.system=kafka link=t2/3 state=ot=th:8"),
		`{"batches":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a\u0062\"\\"}}]},"instrumentationLibrarySpans":[{"spans":[` +
			`{"trace_id":"QpC1h3qZMN55u0KDZTmOzA==","span_id":"1gZXnld4dYc=","kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"}}]}]}]}`,
		`[{"traceId":"1","id":"2","annotations":[{"timestamp":1,"value":"cs","endpoint":{"serviceName":"A","ipv4":"1.2.3.4"}},{"timestamp":2,"value":"sr","endpoint":{"serviceName":"b"}}],` +
			`"binaryAnnotations":[{"key":"sa","value":true,"endpoint":{"serviceName":"b"}},{"key":"error","value":"x"}]}]`,
		`{"trace_id":"1-5759e988-bd862e3fe1be46a994272793","id":"1","name":"web","start_time":1.5,"end_time":2.5,"subsegments":[{"id":"2","name":"db@host","namespace":"remote","sql":{"database_type":"PostgreSQL"}}]}`,
		`{"Traces":[{"Id":"1","Segments":[{"Id":"2","Document":"{\"id\":\"1\",\"name\":\"web\",\"trace_id\":\"1\"}"}]}],"UnprocessedTraceIds":[]}`,
		`{"traceID":"a","spans":[{"traceID":"a","spanID":"b","references":[{"refType":"FOLLOWS_FROM","traceID":"a","spanID":"c"}],"tag":{"span@kind":"client"},"process":{"serviceName":"x"}}]}`,
		`{"traceID":"a","spanID":"1","process":{"serviceName":"web"},"logs":[{"fields":[{"key":"event","value":"retry"}]}]}`,
		otlpOf("1 - web client messaging.destination.name=q messaging.operation.type=receive http.url=http://u@[::1]:80/ server.address=10.0.0.1 x-envoy-attempt-count=2"),
		"[pod/web-0/main] " + `{"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[{"name":"retry"}]}]}]}]}` + "\nother\n",
		"2026-01-01T00:00:00Z stdout F " + `{"resourceSpans":[]}`,
	}
	list = append(list,
		zipkinOf("c b app CLIENT to=db !\n b - app SERVER to=web shared ip=1.2.3.4\n b a app - shared\n b a web CLIENT to=app"),
		zipkinOneOf("1 - cs=web sr=app ss=app cr=web ! sa@app ca@web\n 2 1 ms=app mr=mail ma@kafka\n 3 1 lc@app ca@x"))
	for _, f := range written {
		list = append(list, string(f.write(spans)))
	}
	return list
}

// FuzzReaders has every reader read what was not meant for it.
func FuzzReaders(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
		f.Add([]byte(s[:len(s)/2]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		Sniff(text)
		for _, r := range Readers() {
			workers, _ := readAll(r, text, 1)
			facts, spans := Link(workers, 1)
			if spans.Duplicates+spans.Orphans > spans.Spans {
				t.Errorf("%s: account does not add up: %+v", r.Name, spans)
			}
			for o := range graph.AllObservations(facts.Observations) {
				if o.From.Name == "" || o.To.Name == "" || o.Calls < 1 || o.Errors > o.Calls {
					t.Errorf("%s: impossible call %+v", r.Name, o)
				}
			}
		}
	})
}

// FuzzSplit cuts a stream that arrives in pieces of any size and compares with the
// whole.
func FuzzSplit(f *testing.F) {
	for i, s := range seeds() {
		f.Add([]byte(s), uint8(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) {
		for _, r := range []*Reader{otlpJSON, otlpProto} {
			size := 0
			if p := r.Split("test", &pieces{text, int(piece) + 1}, func(c *Chunk) { size += c.Size() }); p == nil && r == otlpJSON && size > len(text) {
				t.Errorf("%s: %d bytes of chunks from %d", r.Name, size, len(text))
			}
		}
	})
}

// pieces reads a text a few bytes at a time.
type pieces struct {
	text []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

// FuzzCursor compares the cursor with the standard library: what that takes, the
// cursor takes too, and understands the same.
func FuzzCursor(f *testing.F) {
	for _, s := range append(seeds(), `"\ud83d\ude00\u00e9\/"`, ` [1, -2.5e3, true, null, {"a":{}}, "x"] `, `{"a\n":"\\","b":[[]]}`, `"\ud800"`, "{\"\xa9\xa9\":[\"\xff\"]}") {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		c := &cursor{text: text}
		if c.skip(); c.err != nil || !c.end() {
			t.Fatalf("skip does not take %q: %v", text, c.err)
		}
		c = &cursor{text: text}
		got := c.tokens()
		if c.err != nil || !c.end() {
			t.Fatalf("the cursor does not take %q: %v", text, c.err)
		}
		if diff := cmp.Diff(libraryTokens(text), got); diff != "" {
			t.Errorf("the cursor does not understand %q (- library, + cursor):\n%s", text, diff)
		}
	})
}

// tokens lists the brackets, names, strings, numbers and words of a value. What is
// no UTF-8 is left to the readers.
func (c *cursor) tokens() []string {
	first := true
	switch c.space() {
	case '{':
		list := []string{"{"}
		for c.object(); c.field(&first); {
			list = append(list, valid(c.key))
			list = append(list, c.tokens()...)
		}
		return append(list, "}")
	case '[':
		list := []string{"["}
		for c.array(); c.item(&first); {
			list = append(list, c.tokens()...)
		}
		return append(list, "]")
	}
	return []string{valid(c.string())}
}

// valid has a mark for every byte that is no UTF-8, as the library does.
func valid(s []byte) string { return string([]rune(string(s))) }

func libraryTokens(text []byte) (list []string) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		switch {
		case err != nil:
			return list
		case token == nil:
			list = append(list, "")
		default:
			list = append(list, fmt.Sprint(token))
		}
	}
}
