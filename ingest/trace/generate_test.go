package trace

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A sample is a span as the generator thinks of it, before it is written in one of
// the formats.
type sample struct {
	trace        [2]uint64
	span, parent uint64
	service      int
	kind         spans.Flags
	start, end   int64
	failed       bool
	peer         string
	name         string
}

// generate makes about n spans of traces among a few services: always the same
// ones. Every request goes from server to server, each behind a client, with a
// local span between, and a database at the end.
func generate(n int) []sample {
	r := rand.New(rand.NewPCG(1, 2))
	var list []sample
	for len(list) < n {
		trace := [2]uint64{r.Uint64(), r.Uint64()}
		at := int64(1_760_000_000_000_000_000) + int64(len(list))*1_000_000
		service, parent := r.IntN(20), uint64(0)
		for hop := range 2 + r.IntN(6) {
			server := sample{
				trace: trace, span: r.Uint64() | 1, parent: parent, service: service, kind: spans.Server,
				start: at, end: at + int64(1+r.IntN(1_000_000_000)), failed: r.IntN(50) == 0, name: "/orders/{id}",
			}
			local := sample{trace: trace, span: r.Uint64() | 1, parent: server.span, service: service, kind: spans.Internal, start: at + 10, end: server.end - 10, name: "handle"}
			client := sample{trace: trace, span: r.Uint64() | 1, parent: local.span, service: service, kind: spans.Client, start: at + 20, end: server.end - 20, name: "GET"}
			if hop%3 == 2 {
				client.peer = fmt.Sprintf("db-%d", service)
			}
			list = append(list, server, local, client)
			service, parent, at = (service*7+hop+1)%20, client.span, at+1000
		}
	}
	return list
}

// batch is how many spans the generator puts into one resource.
const batch = 50

// otlpLines writes spans as a collector does: a document of one resource a line.
func otlpLines(samples []sample) []byte {
	var b []byte
	for from := 0; from < len(samples); from += batch {
		// A resource has the spans of one service only, so that some lines are short.
		for s, list := range byService(samples[from:min(from+batch, len(samples))]) {
			b = append(otlpResourceText(b, s, list), '\n')
		}
	}
	return b
}

// byService groups spans by their service, in the order of services.
func byService(samples []sample) [][]sample {
	groups := make([][]sample, 20)
	for _, s := range samples {
		groups[s.service] = append(groups[s.service], s)
	}
	return groups
}

func otlpResourceText(b []byte, service int, samples []sample) []byte {
	b = fmt.Appendf(b, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"svc-%02d"}},`+
		`{"key":"host.name","value":{"stringValue":"node-%d.example.internal"}},{"key":"telemetry.sdk.language","value":{"stringValue":"go"}}]},`+
		`"scopeSpans":[{"scope":{"name":"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp","version":"0.54.0"},"spans":[`, service, service)
	for i, s := range samples {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"traceId":"%016x%016x","spanId":"%016x","parentSpanId":"%s","flags":257,"name":"%s","kind":%d,`+
			`"startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[`+
			`{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"url.scheme","value":{"stringValue":"http"}},`+
			`{"key":"http.response.status_code","value":{"intValue":"200"}},{"key":"user_agent.original","value":{"stringValue":"Go-http-client/1.1"}},`+
			`{"key":"network.protocol.version","value":{"stringValue":"1.1"}}`,
			s.trace[0], s.trace[1], s.span, hexOrNone(s.parent), s.name, s.kind, s.start, s.end)
		if s.peer != "" {
			b = fmt.Appendf(b, `,{"key":"db.system","value":{"stringValue":"postgresql"}},{"key":"server.address","value":{"stringValue":"%s"}}`, s.peer)
		}
		b = append(b, `],"status":{`...)
		if s.failed {
			b = append(b, `"code":2`...)
		}
		b = append(b, `}}`...)
	}
	return append(b, `]}]}]}`...)
}

func hexOrNone(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", n)
}

// otlpFrames writes the same spans as messages behind four bytes of length.
func otlpFrames(samples []sample) []byte {
	var b []byte
	for from := 0; from < len(samples); from += batch {
		for s, list := range byService(samples[from:min(from+batch, len(samples))]) {
			m := protoResourceBytes(s, list)
			b = binary.BigEndian.AppendUint32(b, uint32(len(m)))
			b = append(b, m...)
		}
	}
	return b
}

func field(b []byte, number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), value)
}

func keyValue(key, value string) []byte {
	return field(field(nil, 1, []byte(key)), 2, field(nil, 1, []byte(value)))
}

func protoResourceBytes(service int, samples []sample) []byte {
	resource := field(nil, 1, keyValue("service.name", fmt.Sprintf("svc-%02d", service)))
	resource = field(resource, 1, keyValue("host.name", fmt.Sprintf("node-%d.example.internal", service)))
	scope := field(nil, 1, field(nil, 1, []byte("otelhttp")))
	for _, s := range samples {
		p := field(nil, 1, binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.trace[0]), s.trace[1]))
		p = field(p, 2, binary.BigEndian.AppendUint64(nil, s.span))
		if s.parent != 0 {
			p = field(p, 4, binary.BigEndian.AppendUint64(nil, s.parent))
		}
		p = field(p, 5, []byte(s.name))
		p = protowire.AppendVarint(protowire.AppendTag(p, 6, protowire.VarintType), uint64(s.kind))
		p = protowire.AppendFixed64(protowire.AppendTag(p, 7, protowire.Fixed64Type), uint64(s.start))
		p = protowire.AppendFixed64(protowire.AppendTag(p, 8, protowire.Fixed64Type), uint64(s.end))
		for _, kv := range [...][2]string{
			{"http.request.method", "GET"}, {"url.scheme", "http"}, {"user_agent.original", "Go-http-client/1.1"}, {"network.protocol.version", "1.1"},
		} {
			p = field(p, 9, keyValue(kv[0], kv[1]))
		}
		if s.peer != "" {
			p = field(field(p, 9, keyValue("db.system", "postgresql")), 9, keyValue("server.address", s.peer))
		}
		if s.failed {
			p = field(p, 15, protowire.AppendVarint(protowire.AppendTag(nil, 3, protowire.VarintType), 2))
		}
		scope = field(scope, 2, p)
	}
	return field(nil, 1, field(field(nil, 1, resource), 2, scope))
}

// jaegerDocument writes the same spans as one answer of Jaeger's API.
func jaegerDocument(samples []sample) []byte {
	b := []byte(`{"data":[`)
	for from := 0; from < len(samples); {
		to := from
		for to < len(samples) && samples[to].trace == samples[from].trace {
			to++
		}
		if from > 0 {
			b = append(b, ',')
		}
		b = jaegerTraceText(b, samples[from:to])
		from = to
	}
	return append(b, `],"total":0,"limit":0,"offset":0,"errors":null}`...)
}

func jaegerTraceText(b []byte, samples []sample) []byte {
	trace := fmt.Sprintf("%016x%016x", samples[0].trace[0], samples[0].trace[1])
	b = fmt.Appendf(b, `{"traceID":"%s","spans":[`, trace)
	for i, s := range samples {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"traceID":"%s","spanID":"%016x","operationName":"%s","references":[`, trace, s.span, s.name)
		if s.parent != 0 {
			b = fmt.Appendf(b, `{"refType":"CHILD_OF","traceID":"%s","spanID":"%016x"}`, trace, s.parent)
		}
		b = fmt.Appendf(b, `],"startTime":%d,"duration":%d,"tags":[{"key":"span.kind","type":"string","value":"%s"},`+
			`{"key":"http.request.method","type":"string","value":"GET"},{"key":"url.scheme","type":"string","value":"http"},`+
			`{"key":"internal.span.format","type":"string","value":"otlp"}`, s.start/1000, (s.end-s.start)/1000, kindWords[s.kind])
		if s.peer != "" {
			b = fmt.Appendf(b, `,{"key":"db.system","type":"string","value":"postgresql"},{"key":"server.address","type":"string","value":"%s"}`, s.peer)
		}
		if s.failed {
			b = append(b, `,{"key":"error","type":"bool","value":true}`...)
		}
		b = fmt.Appendf(b, `],"logs":[],"processID":"p%d","warnings":null}`, s.service)
	}
	b = append(b, `],"processes":{`...)
	for s := range 20 {
		if s > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `"p%d":{"serviceName":"svc-%02d","tags":[]}`, s, s)
	}
	return append(b, `},"warnings":null}`...)
}

var kindWords = map[spans.Flags]string{spans.Server: "server", spans.Client: "client", spans.Internal: "internal"}

// zipkinList writes the same spans as one list.
func zipkinList(samples []sample) []byte {
	b := []byte("[")
	for i, s := range samples {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = fmt.Appendf(b, `{"traceId":"%016x%016x","id":"%016x"`, s.trace[0], s.trace[1], s.span)
		if s.parent != 0 {
			b = fmt.Appendf(b, `,"parentId":"%016x"`, s.parent)
		}
		switch s.kind {
		case spans.Server:
			b = append(b, `,"kind":"SERVER"`...)
		case spans.Client:
			b = append(b, `,"kind":"CLIENT"`...)
		}
		b = fmt.Appendf(b, `,"name":"%s","timestamp":%d,"duration":%d,"localEndpoint":{"serviceName":"svc-%02d","ipv4":"10.0.0.%d"}`,
			s.name, s.start/1000, (s.end-s.start)/1000, s.service, s.service)
		if s.peer != "" {
			b = fmt.Appendf(b, `,"remoteEndpoint":{"serviceName":"%s","port":5432}`, s.peer)
		}
		b = append(b, `,"tags":{"http.method":"GET","http.path":"/orders/17"`...)
		if s.failed {
			b = append(b, `,"error":"500"`...)
		}
		b = append(b, "}}"...)
	}
	return append(b, ']')
}

// deepTrace makes one trace of n spans: a chain of this depth, and what is left hung
// below it everywhere.
func deepTrace(n, depth int) []sample {
	r := rand.New(rand.NewPCG(3, 4))
	list := make([]sample, n)
	for i := range list {
		parent := i // the one before: spans are numbered from 1
		if i >= depth {
			parent = 1 + r.IntN(depth)
		}
		list[i] = sample{trace: [2]uint64{1, 2}, span: uint64(i + 1), parent: uint64(parent), service: i / 10 % 20, kind: spans.Server, start: 1, end: int64(i + 2)}
	}
	return list
}
