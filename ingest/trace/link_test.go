package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/trace/spans"
	"github.com/weirgraph/weir/internal/testlong"
)

// otlpOf writes spans that a test gives one a line:
//
//	id parent service kind [key=value...] [!]
//
// "-" is none, "!" is an error, trace=x puts it into another trace, link=trace/id
// gives it a link.
func otlpOf(spec string) string {
	var b strings.Builder
	for line := range strings.Lines(spec) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		trace, status, links := "t1", "", ""
		var attributes []string
		for _, x := range f[4:] {
			key, value, _ := strings.Cut(x, "=")
			switch key {
			case "!":
				status = `"code":2`
			case "trace":
				trace = value
			case "link":
				to, id, _ := strings.Cut(value, "/")
				links = fmt.Sprintf(`{"traceId":%q,"spanId":%q}`, to, id)
			case "state":
				trace += `","traceState":"` + value
			default:
				attributes = append(attributes, fmt.Sprintf(`{"key":%q,"value":{"stringValue":%q}}`, key, value))
			}
		}
		fmt.Fprintf(&b, `{"resourceSpans":[{"resource":{"attributes":[%s]},"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","parentSpanId":"%s",`+
			`"kind":%q,"startTimeUnixNano":"1","endTimeUnixNano":"1000001","attributes":[%s],"links":[%s],"status":{%s}}]}]}]}`+"\n",
			serviceOf(f[2]), trace, dashed(f[0]), dashed(f[1]), dashed(f[3]), strings.Join(attributes, ","), links, status)
	}
	return b.String()
}

func dashed(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

func serviceOf(name string) string {
	if name == "-" {
		return ""
	}
	return fmt.Sprintf(`{"key":"service.name","value":{"stringValue":%q}}`, name)
}

// linkText reads a text and returns its calls as "from > to calls/errors", with
// "~" behind an asynchronous one.
func linkText(t testing.TB, text string) ([]string, *graph.Spans) {
	t.Helper()
	reader := Sniff([]byte(text[:min(len(text), HeadSize)]))
	if reader == nil {
		t.Fatalf("no reader for %.200s", text)
	}
	workers, outcomes := readAll(reader, []byte(text), 1)
	for _, o := range outcomes {
		for _, p := range o.Problems {
			t.Errorf("%s: %s", p.Origin, p.Message)
		}
	}
	facts, spans := Link(workers, 1)
	return callsOf(facts), spans
}

func callsOf(facts *graph.Facts) []string {
	sum := map[string]*graph.Observed{}
	for o := range graph.AllObservations(facts.Observations) {
		key := o.From.Name + " > " + o.To.Name
		if o.Mode == graph.Async {
			key += "~"
		}
		if sum[key] == nil {
			sum[key] = &graph.Observed{}
		}
		sum[key].Calls += o.Calls
		sum[key].Errors += o.Errors
	}
	calls := []string{}
	for key, o := range sum {
		calls = append(calls, fmt.Sprintf("%s %g/%g", key, o.Calls, o.Errors))
	}
	slices.Sort(calls)
	return calls
}

// TestLink goes through what spans may be in each other's company.
func TestLink(t *testing.T) {
	for _, tt := range []struct {
		name, spans, want string
		account           graph.Spans
	}{
		{"client and server", "1 - web server\n 2 1 web client\n 3 2 cart server", "web > cart 1/0", graph.Spans{}},
		{"client without server, peer named", "1 - web server\n 2 1 web client peer.service=bank !", "web > bank 1/1", graph.Spans{}},
		{"client without server, nothing named", "1 - web server\n 2 1 web client", "", graph.Spans{Unresolved: 1}},
		{"server whose parent is missing", "3 2 cart server", "", graph.Spans{Orphans: 1}},
		{"lost server, its children present", "1 - web client peer.service=cart\n 3 2 cart client peer.service=db", "cart > db 1/0\nweb > cart 1/0", graph.Spans{Orphans: 1}},
		{"lost server, hung below its client", "2 - web client !\n 3 2 cart client peer.service=db", "cart > db 1/0\nweb > cart 1/1", graph.Spans{}},
		{"several servers below one client", "1 - web client\n 2 1 cart server\n 3 1 cart server !", "web > cart 2/1", graph.Spans{}},
		{"retries", "1 - web server\n 2 1 web client !\n 3 2 cart server !\n 4 1 web client http.request.resend_count=1\n 5 4 cart server", "web > cart 2/1", graph.Spans{}},
		{"local spans between client and server", "1 - web client\n 2 1 web internal\n 3 2 cart internal\n 4 3 cart server", "web > cart 1/0", graph.Spans{}},
		{"local spans between server and client", "1 - web server\n 2 1 web internal\n 3 2 web client\n 4 3 cart server", "web > cart 1/0", graph.Spans{}},
		{"no kinds", "1 - web -\n 2 1 cart -\n 3 1 cart -\n 4 2 cart -", "web > cart 2/0", graph.Spans{}},
		{"proxies of the same names", "1 - web client server.address=cart\n 2 1 web client\n 3 2 cart server\n 4 3 cart server", "web > cart 1/0", graph.Spans{}},
		{"proxies of names of their own", "1 - web client\n 2 1 proxy server\n 3 2 proxy client\n 4 3 cart server", "proxy > cart 1/0\nweb > proxy 1/0", graph.Spans{}},
		{"true self-call", "1 - web client\n 2 1 web server", "web > web 1/0", graph.Spans{}},
		{"no self-call: server below server", "1 - web server\n 2 1 web server", "", graph.Spans{}},
		{"producer and consumer, named", "1 - web producer messaging.destination.name=orders\n 2 1 mail consumer messaging.destination.name=orders", "orders > mail~ 1/0\nweb > orders~ 1/0", graph.Spans{}},
		{"producer and consumer, unnamed", "1 - web producer\n 2 1 mail consumer !", "web > mail~ 1/1", graph.Spans{}},
		{"only the producer names the queue", "1 - web producer messaging.destination.name=orders\n 2 1 mail consumer", "orders > mail~ 1/0\nweb > orders~ 1/0", graph.Spans{}},
		{"only the consumer names the queue", "1 - web producer\n 2 1 mail consumer messaging.destination=orders", "orders > mail~ 1/0\nweb > orders~ 1/0", graph.Spans{}},
		{"server below a producer", "1 - web producer messaging.destination.name=orders\n 2 1 mail server", "web > mail~ 1/0", graph.Spans{}},
		{"batch consumer with a link, queue unnamed", "1 - web producer\n 2 - mail consumer trace=t2 link=t1/1", "web > mail~ 1/0", graph.Spans{}},
		{"batch consumer with a link, queue named", "1 - web producer messaging.system=kafka\n 2 - mail consumer trace=t2 link=t1/1 messaging.system=kafka", "kafka > mail~ 1/0\nweb > kafka~ 1/0", graph.Spans{}},
		{"a consumer that names its producer", "1 - mail consumer peer.service=shop", "shop > mail~ 1/0", graph.Spans{}},
		{"a client of another service below a client", "1 - web client\n 2 1 cart server\n 3 1 cart client db.system=mysql !", "cart > mysql 1/1\nweb > cart 2/0", graph.Spans{}},
		{"root server that names its caller", "1 - web server peer.service=mobile", "mobile > web 1/0", graph.Spans{}},
		{"root server that names itself", "1 - web server server.address=web.example.com", "", graph.Spans{}},
		{"names go before addresses in digits", "1 - web client server.address=10.0.0.7 db.namespace=orders", "web > orders 1/0", graph.Spans{}},
		{"addresses in digits are better than nothing", "1 - web client server.address=10.0.0.7", "web > 10.0.0.7 1/0", graph.Spans{}},
		{"the host of a url", "1 - web client http.url=https://u:p@pay.example.com:8443/x?y", "web > pay.example.com 1/0", graph.Spans{}},
		{"host with port", "1 - web client http.host=loki:3100", "web > loki 1/0", graph.Spans{}},
		{"cycle of parents", "1 3 a server\n 2 1 b server\n 3 2 c server\n 4 3 d server", "c > d 1/0", graph.Spans{Broken: 3}},
		{"parent of itself", "1 1 a server\n 2 1 b server", "a > b 1/0", graph.Spans{Broken: 1}},
		{"duplicates, late and in any order", "3 2 cart server !\n 2 1 web client\n 3 2 cart server\n 1 - web server", "web > cart 1/1", graph.Spans{Duplicates: 1}},
		{"no service of its own", "1 - web server\n 2 1 - client\n 3 2 cart server", "web > cart 1/0", graph.Spans{}},
		{"no service at all", "1 - - server\n 2 1 - client peer.service=x", "", graph.Spans{Nameless: 2}},
		{"zero ids are no trace", "1 - web client trace=00000000000000000000000000000000 peer.service=x\n 2 1 cart server trace=00000000000000000000000000000000", "web > x 1/0", graph.Spans{}},
		{"ids of letters", "span-A - web client trace=Trace-1\n span-B SPAN-a cart server trace=trace-1", "web > cart 1/0", graph.Spans{}},
		{"ids without leading zeros", "00ab - web client trace=00000000000000000000000000000007\n 2 ab cart server trace=7", "web > cart 1/0", graph.Spans{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, account := linkText(t, otlpOf(tt.spans))
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("calls differ (- want, + got):\n%s", diff)
			}
			tt.account.Spans, tt.account.Traces = account.Spans, account.Traces
			if *account != tt.account {
				t.Errorf("account is %+v, want %+v", *account, tt.account)
			}
		})
	}
}

// TestLinkDoesNotDependOnOrder reads the same spans forwards and backwards, in one
// file and in pieces, with one worker and with several.
func TestLinkDoesNotDependOnOrder(t *testing.T) {
	spans := generate(3000)
	for i := range spans[:300] {
		spans = append(spans, spans[i*7]) // met again
	}
	var want *graph.Facts
	var account *graph.Spans
	for turn := range 2 {
		for _, parallel := range []int{1, 3} {
			workers, _ := readAll(otlpJSON, otlpLines(spans), parallel)
			facts, spans := Link(workers, parallel)
			if want == nil {
				want, account = facts, spans
			}
			if diff := cmp.Diff(summary(want), summary(facts)); diff != "" {
				t.Fatalf("turn %d with %d workers differs from the first:\n%s", turn, parallel, diff)
			}
			if *spans != *account {
				t.Fatalf("turn %d with %d workers: account %+v, first %+v", turn, parallel, spans, account)
			}
		}
		slices.Reverse(spans)
	}
	if account.Duplicates != 300 {
		t.Errorf("%d duplicates, want 300", account.Duplicates)
	}
}

// summary is what facts say, with the quantiles of their latencies.
func summary(f *graph.Facts) []string {
	var list []string
	for o := range graph.AllObservations(f.Observations) {
		p50, _ := o.More().Latency.Quantile(0.5)
		p99, _ := o.More().Latency.Quantile(0.99)
		list = append(list, fmt.Sprint(*o.From, *o.To, o.Mode, o.Protocol, o.Calls, o.Errors, o.More().Retries, p50, p99))
	}
	return list
}

// TestFormatsAgree writes the same spans in every format.
func TestFormatsAgree(t *testing.T) {
	spans := generate(3000)
	var want []string
	for _, f := range written {
		text := f.write(spans)
		if got := Sniff(text[:HeadSize]); got != f.reader {
			t.Fatalf("%s: sniffed as %v", f.reader.Name, got)
		}
		workers, outcomes := readAll(f.reader, text, 2)
		for _, o := range outcomes {
			for _, p := range o.Problems {
				t.Errorf("%s: %s", f.reader.Name, p.Message)
			}
		}
		facts, account := Link(workers, 2)
		if account.Spans != len(spans) || account.Orphans+account.Duplicates+account.Broken > 0 {
			t.Errorf("%s: account %+v for %d spans", f.reader.Name, account, len(spans))
		}
		got := callsOf(facts)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs from %s:\n%s", f.reader.Name, written[0].reader.Name, diff)
		}
	}
}

// TestLinkDeep has a trace that is as deep as a stack would be long, spans that all
// have one id, and a cycle through all spans. None may take long.
func TestLinkDeep(t *testing.T) {
	n := testlong.N(20_000, 100_000)
	for _, tt := range []struct {
		name         string
		span, parent func(i int) uint64
		want         graph.Spans
	}{
		{"deep", func(i int) uint64 { return uint64(i + 1) }, func(i int) uint64 { return uint64(i) }, graph.Spans{Traces: 1, Spans: n}},
		{"cycle", func(i int) uint64 { return uint64(i + 1) }, func(i int) uint64 { return uint64((i+n-1)%n + 1) }, graph.Spans{Traces: 1, Spans: n, Broken: n}},
		{"one id", func(int) uint64 { return 7 }, func(int) uint64 { return 7 }, graph.Spans{Traces: 1, Spans: n, Duplicates: n - 20, Broken: 20}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			samples := make([]sample, n)
			for i := range samples {
				samples[i] = sample{trace: [2]uint64{1, 2}, span: tt.span(i), parent: tt.parent(i), service: i / 100 % 20, kind: spans.Server}
			}
			workers, _ := readAll(otlpProto, otlpFrames(samples), 2)
			if _, got := Link(workers, 2); *got != tt.want {
				t.Errorf("account %+v, want %+v", *got, tt.want)
			}
		})
	}
}

// Chunks of several files come to a worker in any order: the place of a service is in the
// first of the files, not in the one that was read first.
func TestOriginsDoNotDependOnOrder(t *testing.T) {
	chunk := func(file string) *Chunk {
		var one *Chunk
		text := `[{"traceId":"1","id":"1","kind":"SERVER","localEndpoint":{"serviceName":"web"}}]`
		if p := zipkin.Split(file, strings.NewReader(text), func(c *Chunk) { one = c }); p != nil || one == nil {
			t.Fatalf("splitting %s: %v", file, p)
		}
		return one
	}
	for _, files := range [][]string{{"a.json", "b.json"}, {"b.json", "a.json"}} {
		w := &Worker{}
		for _, file := range files {
			w.Read(chunk(file))
		}
		facts, _ := Link([]*Worker{w}, 1)
		if got := facts.ObservedServices[0].Origin.File(); got != "a.json" {
			t.Errorf("after reading %v, web is first seen in %s, want a.json", files, got)
		}
	}
}
