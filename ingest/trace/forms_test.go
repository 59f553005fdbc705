package trace

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/weirgraph/weir/ingest/trace/spans"
)

// A form is one way to write spans, and the calls that are in it.
type form struct {
	name   string
	reader *Reader
	text   string
	want   string
}

func testForms(t *testing.T, forms []form) {
	t.Helper()
	for _, tt := range forms {
		t.Run(tt.name, func(t *testing.T) {
			if r := Sniff([]byte(tt.text[:min(len(tt.text), HeadSize)])); r != tt.reader {
				t.Fatalf("taken for %v, want %s", r, tt.reader.Name)
			}
			got, _ := linkText(t, tt.text)
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("calls differ (- want, + got):\n%s", diff)
			}
		})
	}
}

// otlpSpans is a document of a client in web and the server in cart below it, in
// the words of a spelling: the keys of resource, scope and span.
func otlpSpans(outer, scopes, trace, span, parent, service, value, clientKind, serverKind, ids string) string {
	id := strings.Fields(ids) // of the trace, the client, and the client as a parent
	one := func(name, own, up, kind string) string {
		return fmt.Sprintf(`{"resource":{"attributes":[{"key":%q,"value":{%q:%q}}]},%q:[{"spans":[{%q:%q,%q:%q,%q:%q,"kind":%s}]}]}`,
			service, value, name, scopes, trace, id[0], span, own, parent, up, kind)
	}
	return fmt.Sprintf(`{%q:[%s,%s]}`, outer, one("web", id[1], "", clientKind), one("cart", "0000000000000009", id[2], serverKind))
}

// TestOTLPForms has every spelling of OpenTelemetry's JSON that writers use.
func TestOTLPForms(t *testing.T) {
	const hex = "4290b5877a9930de79bb42836539 d60657 d60657"
	const full = "4290b5877a9930de79bb428365398ecc d606579e57787587 d606579e57787587"
	spell := func(outer, scopes, trace, span, parent, kinds, ids string) string {
		k := strings.Fields(kinds)
		return otlpSpans(outer, scopes, trace, span, parent, "service.name", "stringValue", k[0], k[1], ids)
	}
	usual := spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", full)
	inner := strings.TrimSuffix(strings.TrimPrefix(usual, `{"resourceSpans":`), "}")
	halves := strings.SplitN(strings.Trim(inner, "[]"), `,{"resource"`, 2)
	first, second := `{"resourceSpans":[`+halves[0]+"]}", `{"resourceSpans":[{"resource"`+halves[1]+"]}"
	pretty := strings.NewReplacer("[{", "[\n  {", ",", ",\n    ", "}]", "}\n  ]").Replace(usual)
	const one = "web > cart 1/0"
	testForms(t, []form{
		{"as it should be", otlpJSON, usual, one},
		{"ids in capitals", otlpJSON, strings.ToUpper(full)[:0] + spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2",
			"4290B5877A9930DE79BB428365398ECC D606579E57787587 d606579e57787587"), one},
		{"ids in base64", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", "QpC1h3qZMN55u0KDZTmOzA== 1gZXnld4dYc= 1gZXnld4dYc="), one},
		{"the id in base64, the parent's in hexadecimal", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", "QpC1h3qZMN55u0KDZTmOzA== 1gZXnld4dYc= d606579e57787587"), one},
		{"ids without leading zeros", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", hex[:28]+" 6579e57787587 0006579e57787587"), one},
		{"snake case", otlpJSON, otlpSpans("resource_spans", "scope_spans", "trace_id", "span_id", "parent_span_id", "service.name", "string_value", "3", "2", full), one},
		{"instrumentation libraries", otlpJSON, spell("resourceSpans", "instrumentationLibrarySpans", "traceId", "spanId", "parentSpanId", "3 2", full), one},
		{"instrumentation libraries in snake case", otlpJSON, spell("resource_spans", "instrumentation_library_spans", "trace_id", "span_id", "parent_span_id", "3 2", full), one},
		{"kinds by name", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", `"SPAN_KIND_CLIENT" "SPAN_KIND_SERVER"`, full), one},
		{"kinds by short name", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", `"CLIENT" "server"`, full), one},
		{"kinds as text", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", `"3" "2"`, full), one},
		{"a kind that is none", otlpJSON, spell("resourceSpans", "scopeSpans", "traceId", "spanId", "parentSpanId", `17 null`, full), one},
		{"Tempo's first API", otlpJSON, spell("batches", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", full), one},
		{"Tempo's first API, old", otlpJSON, spell("batches", "instrumentationLibrarySpans", "traceId", "spanId", "parentSpanId", "3 2", full), one},
		{"Tempo's second API", otlpJSON, `{"trace":` + usual + `,"metrics":{"inspectedBytes":"7"}}`, one},
		{"Tempo's second API, with batches", otlpJSON, `{"trace":` + spell("batches", "scopeSpans", "traceId", "spanId", "parentSpanId", "3 2", full) + "}", one},
		{"Jaeger's third API", otlpJSON, `{"result":` + first + "}\n" + `{"result":` + second + "}\n", one},
		{"Jaeger's third API without line breaks", otlpJSON, `{"result":` + first + `}{"result":` + second + `}`, one},
		{"a document a line", otlpJSON, first + "\n" + second + "\n", one},
		{"a document a line, of another system", otlpJSON, first + "\r\n" + second + "\r\n", one},
		{"blank lines between", otlpJSON, "\n\n" + first + "\n\n  \n" + second + "\n\n", one},
		{"many lines a document", otlpJSON, pretty + "\n" + pretty, one},
		{"a list of documents", otlpJSON, "[" + first + ",\n" + second + "]", one},
		{"a mark before it", otlpJSON, "\uFEFF" + usual, one},
		{"a mark before each line", otlpJSON, "\uFEFF" + first + "\n" + second, one},
		{"lines of a container's log", otlpJSON, "2026-01-01T00:00:00.000000001Z stdout F " + first + "\n2026-01-01T00:00:01Z stdout F " + second + "\n", one},
		{"lines of a log with other lines", otlpJSON, "2026-01-01 INFO exporting " + first + "\n2026-01-01 INFO exporting " + second + "\n", one},
		{"lines of kubectl logs --prefix", otlpJSON, "[pod/otel-0/main] " + first + "\n[pod/otel-0/main] " + second + "\n", one},
		{"the resource after its spans", otlpJSON, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2"}]}],"resource":{"attributes":[{"value":{"stringValue":"web"},"key":"service.name"}]}},` +
			`{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},"scopeSpans":[{"spans":[{"parentSpanId":"2","spanId":"3","traceId":"1"}]}]}]}`, one},
		{"values that are not wrapped", otlpJSON, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":"web"}]},"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2","kind":3,"attributes":[{"key":"peer.service","value":"bank"}]}]}]}]}`, "web > bank 1/0"},
		{"the first of equal keys", otlpJSON, `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}},{"key":"service.name","value":{"stringValue":"other"}}]},"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2","kind":3,` +
			`"attributes":[{"key":"x","value":{"arrayValue":{"values":[{"stringValue":"a"}]}}},{"key":"server.address","value":{"stringValue":"bank"}},{"key":"server.address","value":{"stringValue":"shop"}},{"key":"y","value":{"kvlistValue":{"values":[{"key":"peer.service","value":{"stringValue":"no"}}]}}}]}]}]}]}`, "web > bank 1/0"},
		{"errors by number, by name and as text", otlpJSON, otlpStatus(`2`) + otlpStatus(`"STATUS_CODE_ERROR"`) + otlpStatus(`"ERROR"`) + otlpStatus(`"2"`) + otlpStatus(`1`) + otlpStatus(`"STATUS_CODE_OK"`) + otlpStatus(`0`), "web > bank 7/4"},
		{"nulls", otlpJSON, `{"resourceSpans":[{"resource":null,"scopeSpans":null},{"resource":{"attributes":null},"scopeSpans":[null,{"spans":null}]},null]}` + usual, one},
		{"nothing", otlpJSON, `{"resourceSpans":[]}`, ""},
		{"unknown keys", otlpJSON, `{"x":{"y":[1,2,{"z":"}]"}]},"resourceSpans":` + inner + `,"resource_spans":[]}`, one},
	})
}

func otlpStatus(code string) string {
	n := len(code) + int(code[0]) + int(code[len(code)/2])
	return fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"spans":[{"traceId":"%d","spanId":"2","kind":3,`+
		`"attributes":[{"key":"peer.service","value":{"stringValue":"bank"}}],"status":{"code":%s,"message":"STATUS_CODE_ERROR"}}]}]}]}`+"\n", n*7919, code)
}

// TestProtoForms has every framing of OpenTelemetry's binary form.
func TestProtoForms(t *testing.T) {
	web := protoResourceBytes(1, []sample{{trace: [2]uint64{1, 2}, span: 7, kind: spans.Client}})
	cart := protoResourceBytes(2, []sample{{trace: [2]uint64{1, 2}, span: 8, parent: 7, kind: spans.Server, failed: true}})
	big := func(m []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(m))), m...) }
	varint := func(m []byte) []byte { return append(protowire.AppendVarint(nil, uint64(len(m))), m...) }
	pack := func(m []byte) []byte {
		z, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return z.EncodeAll(m, nil)
	}
	old := bytes.Clone(web)
	json1 := []byte(otlpOf("1 - svc-01 client"))
	json2 := []byte(otlpOf("2 1 svc-02 server !"))
	const one = "svc-01 > svc-02 1/1"
	testForms(t, []form{
		{"one message", otlpProto, string(append(bytes.Clone(web), cart...)), one},
		{"a message after another", otlpProto, string(old) + string(cart) + string(web), one},
		{"framed by four bytes", otlpProto, string(big(web)) + string(big(cart)), one},
		{"framed, with an empty message", otlpProto, string(big(web)) + string(big(nil)) + string(big(cart)), one},
		{"framed by varints", otlpProto, string(varint(web)) + string(varint(cart)), one},
		{"frames packed one by one", otlpProto, string(big(pack(web))) + string(big(pack(cart))), one},
		{"frames of JSON packed one by one", otlpProto, string(big(pack(json1))) + string(big(pack(json2))), one},
		{"frames of JSON", otlpProto, string(big(json1)) + string(big(json2)), one},
		{"spans before their resource", otlpProto, string(protoSpansFirst(web)) + string(protoSpansFirst(cart)), one},
		{"unknown fields", otlpProto, string(field(bytes.Clone(web), 99, []byte("x"))) + string(protowire.AppendVarint(protowire.AppendTag(bytes.Clone(cart), 98, protowire.VarintType), 5)), one},
		{"instrumentation libraries", otlpProto, string(protoLibraries(web)) + string(protoLibraries(cart)), one},
	})
}

// protoSpansFirst turns the two fields of a resource round.
func protoSpansFirst(m []byte) []byte {
	inner, _ := protowire.ConsumeBytes(m[1:])
	_, _, n := protowire.ConsumeField(inner)
	return field(nil, 1, append(bytes.Clone(inner[n:]), inner[:n]...))
}

// protoLibraries gives spans the number of the field that they had of old.
func protoLibraries(m []byte) []byte {
	inner, _ := protowire.ConsumeBytes(m[1:])
	_, _, n := protowire.ConsumeField(inner)
	scope, _ := protowire.ConsumeBytes(inner[n+1:])
	return field(nil, 1, field(bytes.Clone(inner[:n]), 1000, scope))
}

// TestJaegerForms has every shape in which Jaeger's traces are handed round.
func TestJaegerForms(t *testing.T) {
	const (
		processes = `"processes":{"p1":{"serviceName":"web","tags":[{"key":"hostname","type":"string","value":"h"}]},"p2":{"serviceName":"cart","tags":null}}`
		client    = `{"traceID":"a","spanID":"1","operationName":"get","references":[],"startTime":1586160015434000,"duration":34,"tags":[{"key":"span.kind","type":"string","value":"client"}],"logs":[],"processID":"p1","warnings":null}`
		server    = `{"traceID":"a","spanID":"2","operationName":"get","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"1"}],"startTime":1586160015434001,"duration":3,"tags":[{"key":"span.kind","value":"server"},{"key":"error","type":"bool","value":true}],"logs":[],"processID":"p2"}`
		trace     = `{"traceID":"a","spans":[` + client + "," + server + `],` + processes + `,"warnings":null}`
		one       = "web > cart 1/1"
	)
	with := func(old, new string) string { return strings.Replace(trace, old, new, 1) }
	const reference = `"references":[{"refType":"CHILD_OF","traceID":"a","spanID":"1"}]`
	inline := func(s, service string) string {
		return strings.NewReplacer(`"processID":"p1"`, `"process":{"serviceName":"`+service+`","tags":[]}`, `"processID":"p2"`, `"process":{"serviceName":"`+service+`","tag":{"ip":"1"}}`).Replace(s)
	}
	testForms(t, []form{
		{"an answer of the API", jaeger, `{"data":[` + trace + `],"total":0,"limit":0,"offset":0,"errors":null}`, one},
		{"an answer with its data last", jaeger, `{"total":0,"limit":0,"offset":0,"errors":null,"data":[` + trace + `]}`, one},
		{"an answer with nothing", jaeger, `{"data":[],"total":0,"limit":0,"offset":0,"errors":null}`, ""},
		{"several answers", jaeger, `{"data":[` + trace + `]}` + "\n" + `{"data":[` + trace + `]}`, one},
		{"data is one trace", jaeger, `{"data":` + trace + `}`, one},
		{"a bare trace", jaeger, trace, one},
		{"a trace a line", jaeger, trace + "\n" + strings.ReplaceAll(trace, `"traceID":"a"`, `"traceID":"b"`), "web > cart 2/2"},
		{"a list of traces", jaeger, "[" + trace + "]", one},
		{"processes before spans", jaeger, `{` + processes + `,"traceID":"a","spans":[` + client + "," + server + `]}`, one},
		{"a list of spans", jaeger, "[" + inline(client, "web") + "," + inline(server, "cart") + "]", one},
		{"a span a line", jaeger, inline(client, "web") + "\n" + inline(server, "cart") + "\n", one},
		{"leading zeros", jaeger, with(`"spanID":"1","operationName"`, `"spanID":"0000000000000001","operationName"`), one},
		{"a trace of 128 bits", jaeger, strings.ReplaceAll(trace, `"traceID":"a"`, `"traceID":"f77950feed55c1ce91dd8e87896623a6"`), one},
		{"ids that are names", jaeger, strings.NewReplacer(`"traceID":"a"`, `"traceID":"trace-123"`, `"spanID":"1"`, `"spanID":"span-A"`).Replace(trace), one},
		{"the old parent", jaeger, with(reference, `"references":null,"parentSpanID":"1"`), one},
		{"the old parent and a reference", jaeger, with(reference, reference+`,"parentSpanID":"1"`), one},
		{"an old parent of zeros", jaeger, with(reference, reference+`,"parentSpanID":"0000000000000000"`), one},
		{"a reference that holds its parent", jaeger, with(`"spanID":"1"}]`, `"spanID":"1","span":{"spanID":"9","references":[{"refType":"CHILD_OF","traceID":"a","spanID":"8"}]}}],"depth":1,"relativeStartTime":3`), one},
		{"a reference into another trace first", jaeger, with(`[{"refType"`, `[{"refType":"CHILD_OF","traceID":"b","spanID":"7"},{"refType"`), one},
		{"what came before, and the parent", jaeger, with(`[{"refType"`, `[{"refType":"FOLLOWS_FROM","traceID":"a","spanID":"2"},{"refType"`), one},
		{"only what came before", jaeger, with("CHILD_OF", "FOLLOWS_FROM"), "web > cart~ 1/1"},
		{"two parents", jaeger, with(`"spanID":"1"}]`, `"spanID":"1"},{"refType":"CHILD_OF","traceID":"a","spanID":"5"}]`), one},
		{"tags as fields", jaeger, with(`[{"key":"span.kind","value":"server"},{"key":"error","type":"bool","value":true}]`, `[],"tag":{"span@kind":"server","error":true}`), one},
		{"tags in an object", jaeger, with(`[{"key":"span.kind","value":"server"},{"key":"error","type":"bool","value":true}]`, `{"span.kind":"server","error":"true"}`), one},
		{"an error as text", jaeger, with(`"value":true`, `"value":"TRUE"`), one},
		{"an error that is none", jaeger, with(`"value":true`, `"value":"false"`), "web > cart 1/0"},
		{"an error in OpenTelemetry's words", jaeger, with(`{"key":"error","type":"bool","value":true}`, `{"key":"otel.status_code","value":"ERROR"}`), one},
		{"no kinds", jaeger, strings.ReplaceAll(trace, "span.kind", "kind.of.span"), one},
		{"a process that is not there", jaeger, with(`"p2":`, `"p3":`), ""},
		{"null for an object", jaeger, with(`"references":[]`, `"references":[null],"flags":1`), one},
	})
}

// TestXRayForms has the documents of X-Ray, alone and in answers.
func TestXRayForms(t *testing.T) {
	const (
		id    = `"trace_id":"1-5759e988-bd862e3fe1be46a994272793"`
		web   = `{` + id + `,"id":"1111111111111111","name":"web","start_time":1.5,"end_time":2.5,"subsegments":[{"id":"2222222222222222","name":"cart.example.com","namespace":"remote","start_time":1.6,"end_time":2.4,"fault":true,"http":{"request":{"url":"http://cart.example.com"}}}]}`
		cart  = `{` + id + `,"id":"3333333333333333","parent_id":"2222222222222222","name":"cart","start_time":1.7,"end_time":2.3}`
		alone = `{` + id + `,"id":"4444444444444444","parent_id":"3333333333333333","type":"subsegment","namespace":"aws","name":"DynamoDB","start_time":1,"end_time":2,"aws":{"table_name":"items","operation":"GetItem","retries":2}}`
		one   = "web > cart 1/1"
	)
	quoted := func(s string) string { return fmt.Sprintf("%q", s) }
	testForms(t, []form{
		{"a segment", xray, web, "web > cart.example.com 1/1"},
		{"a segment a line", xray, web + "\n" + cart + "\n", one},
		{"the answering segment first", xray, cart + "\n" + web + "\n", one},
		{"a list", xray, "[" + web + ",\n" + cart + "]", one},
		{"a subsegment that comes alone", xray, web + "\n" + cart + "\n" + alone, "cart > DynamoDB 1/0\n" + one},
		{"the answer of BatchGetTraces", xray, `{"Traces":[{"Id":"1-5759e988-bd862e3fe1be46a994272793","Duration":1.0,"Segments":[{"Id":"1111111111111111","Document":` + quoted(web) +
			`},{"Id":"3333333333333333","Document":` + quoted(cart) + `}]}],"UnprocessedTraceIds":[]}`, one},
		{"traces out of that answer", xray, `[{"Id":"1","Segments":[{"Id":"2","Document":` + quoted(web) + `}]},{"Id":"1","Segments":[{"Id":"2","Document":` + quoted(cart) + `}]}]`, one},
		{"one trace out of that answer", xray, `{"Id":"1","Segments":[{"Id":"2","Document":` + quoted(web) + `},{"Id":"3","Document":` + quoted(cart) + `}]}`, one},
		{"still running, and then whole", xray, `{` + id + `,"id":"1111111111111111","name":"web","start_time":1.5,"in_progress":true}` + "\n" + web + "\n" + cart, one},
		{"local work between", xray, `{` + id + `,"id":"1","name":"web","subsegments":[{"id":"5","name":"work","subsegments":[{"id":"2","name":"cart","namespace":"remote","throttle":true,"error":true}]}]}`, "web > cart 1/0"},
		{"a query", xray, `{` + id + `,"id":"1","name":"web","subsegments":[{"id":"2","name":"orders@db.example.com","namespace":"remote","sql":{"url":"jdbc:postgresql://db.example.com:5432/orders","database_type":"PostgreSQL"}}]}`, "web > orders@db.example.com 1/0"},
		{"its parts in another order", xray, `{"subsegments":[{"namespace":"aws","name":"SQS","id":"2"}],"name":"web","id":"1",` + id + `}`, "web > SQS 1/0"},
	})
}
