package trace

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
)

// calledBy links spans that a test writes as otlpOf has them, and returns what is
// seen of their calls.
func calledBy(t *testing.T, text string) []graph.Observation {
	t.Helper()
	workers, _ := readAll(Sniff([]byte(text)), []byte(text), 1)
	facts, _ := Link(workers, 1)
	return slices.Collect(graph.AllObservations(facts.Observations))
}

// TestPeers has a client span without a server span: what it says of the other side, by
// precedence, and the resulting peer.
func TestPeers(t *testing.T) {
	// Each of these is believed before all that follow.
	order := []struct{ key, value, name string }{
		{"service.peer.name", "a", "a"},
		{"peer.service", "b", "b"},
		{"server.address", "c", "c"},
		{"net.peer.name", "d", "d"},
		{"server.socket.domain", "e", "e"},
		{"net.sock.peer.name", "f", "f"},
		{"http.host", "g:80", "g"},
		{"peer.hostname", "h", "h"},
		{"url.full", "https://i.example.com/x", "i.example.com"},
		{"http.url", "http://u:p@[::1]:80/", "::1"},
		{"db.namespace", "k", "k"},
		{"db.name", "l", "l"},
		{"db.instance", "m", "m"},
		{"db.system.name", "n", "n"},
		{"db.system", "o", "o"},
		{"network.peer.address", "10.0.0.1", "10.0.0.1"},
		{"server.socket.address", "10.0.0.2", "10.0.0.2"},
		{"net.sock.peer.addr", "10.0.0.3", "10.0.0.3"},
		{"net.peer.ip", "10.0.0.4", "10.0.0.4"},
		{"peer.address", "10.0.0.5:80", "10.0.0.5:80"},
		{"rpc.service", "shop.Cart", "shop.Cart"},
	}
	for i := range order {
		if order[i].key == "http.url" {
			continue // its address in digits is believed after the databases
		}
		var attributes []string
		for _, o := range order[i:] {
			attributes = append(attributes, o.key+"="+o.value)
		}
		got := calledBy(t, otlpOf("1 - web client "+strings.Join(attributes, " ")))
		if len(got) != 1 || got[0].To.Name != order[i].name || !got[0].To.Inferred {
			t.Errorf("%s and less: %+v, want a call to %q", order[i].key, got, order[i].name)
		}
	}
	for _, tt := range []struct {
		attributes, name, host string
		port                   int
		protocol               string
		kind                   graph.Kind
		async                  bool
	}{
		{"http.url=http://10.1.2.3:8080/x db.name=orders", "orders", "10.1.2.3", 0, "http", graph.KindDatabase, false},
		{"network.peer.address=10.0.0.1 network.peer.port=5432", "10.0.0.1:5432", "", 0, "", graph.KindUnknown, false},
		{"net.sock.peer.addr=db net.sock.peer.port=5432", "db:5432", "", 0, "", graph.KindUnknown, false},
		{"peer.service=bank server.address=bank.svc server.port=8443", "bank", "bank.svc", 8443, "", graph.KindUnknown, false},
		{"server.address=db net.peer.port=5432 db.system=postgresql db.name=orders", "db", "db", 5432, "postgresql", graph.KindDatabase, false},
		{"db.type=redis", "redis", "", 0, "redis", graph.KindDatabase, false},
		{"rpc.system=grpc rpc.service=shop.Cart server.address=cart", "cart", "cart", 0, "grpc", graph.KindUnknown, false},
		{"http.method=GET http.host=cart:80", "cart", "cart", 0, "http", graph.KindUnknown, false},
		{"url.full=https://h.example.com?q=1", "h.example.com", "h.example.com", 0, "http", graph.KindUnknown, false},
		{"http.url=/only/a/path net.peer.ip=10.0.0.9", "10.0.0.9", "", 0, "http", graph.KindUnknown, false},
		{"server.address=[::1]", "[::1]", "[::1]", 0, "", graph.KindUnknown, false},
		{"server.address=10.0.0.1 upstream_cluster=outbound|9080||cart.shop.svc.cluster.local", "10.0.0.1", "cart.shop.svc.cluster.local", 0, "", graph.KindUnknown, false},
		{"server.address=kafka messaging.destination.name=orders messaging.operation.type=send messaging.system=kafka", "orders", "", 0, "kafka", graph.KindTopic, true},
		{"messaging.destination=orders messaging.operation=publish", "orders", "", 0, "", graph.KindTopic, true},
		{"server.address=kafka messaging.destination.name=orders messaging.operation.type=settle", "kafka", "kafka", 0, "", graph.KindUnknown, false},
		{"server.address=kafka messaging.destination.name=orders", "kafka", "kafka", 0, "", graph.KindUnknown, false},
	} {
		got := calledBy(t, otlpOf("1 - web client "+tt.attributes))
		if len(got) != 1 {
			t.Errorf("%s: %d calls", tt.attributes, len(got))
			continue
		}
		to := got[0].To
		if to.Name != tt.name || to.Host.Host != tt.host || to.Host.Port != tt.port || got[0].Protocol != tt.protocol || to.Kind != tt.kind ||
			(got[0].Mode == graph.Async) != tt.async {
			t.Errorf("%s: %+v over %q, want %+v", tt.attributes, to, got[0].Protocol, tt)
		}
	}
	got := calledBy(t, otlpOf("1 - mail client messaging.destination.name=orders messaging.operation.type=receive"))
	if len(got) != 1 || got[0].From.Name != "orders" || got[0].To.Name != "mail" {
		t.Errorf("a client that receives: %+v, want a call of mail by orders", got)
	}
}

// TestRetries has the signs of a retried call.
func TestRetries(t *testing.T) {
	const event = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"spans":[` +
		`{"traceId":"1","spanId":"1","kind":3,"attributes":[{"key":"peer.service","value":{"stringValue":"cart"}}],"events":[{"name":"%s","attributes":[]}]}]}]}]}`
	const log = `{"traceID":"a","spans":[{"traceID":"a","spanID":"1","processID":"p","tags":[{"key":"span.kind","value":"client"},{"key":"peer.service","value":"cart"}],` +
		`"logs":[{"timestamp":1,"fields":[{"key":"level","value":"warn"},{"key":"event","value":"%s"}]}]}],"processes":{"p":{"serviceName":"web"}}}`
	for _, tt := range []struct {
		text string
		want float64
	}{
		{otlpOf("1 - web client peer.service=cart"), 0},
		{otlpOf("1 - web client peer.service=cart http.request.resend_count=0"), 0},
		{otlpOf("1 - web client peer.service=cart http.request.resend_count=2"), 1},
		{otlpOf("1 - web client peer.service=cart http.resend_count=1"), 1},
		{otlpOf("1 - web client peer.service=cart http.retry_count=1"), 1},
		{otlpOf("1 - web client peer.service=cart retry=true"), 1},
		{otlpOf("1 - web client peer.service=cart retry=false"), 0},
		{otlpOf("1 - web client peer.service=cart x-envoy-attempt-count=1"), 0},
		{otlpOf("1 - web client peer.service=cart x-envoy-attempt-count=2"), 1},
		{otlpOf("1 - web client\n 2 1 cart server x-envoy-attempt-count=2"), 1},
		{fmt.Sprintf(event, "retry"), 1},
		{fmt.Sprintf(event, "exception"), 0},
		{fmt.Sprintf(log, "retry"), 1},
		{fmt.Sprintf(log, "error"), 0},
		{zipkinOf("1 - web CLIENT to=cart note=retry"), 1},
		{zipkinOf("1 - web CLIENT to=cart note=error"), 0},
	} {
		if got := calledBy(t, tt.text); len(got) != 1 || got[0].More().Retries != tt.want {
			t.Errorf("%s\n%+v, want %g retries", tt.text, got, tt.want)
		}
	}
}

// TestWeights has spans that say how they were sampled.
func TestWeights(t *testing.T) {
	for _, tt := range []struct {
		spans string
		want  float64 // 0 if nothing is said
	}{
		{"1 - web client peer.service=cart", 0},
		{"1 - web client peer.service=cart state=ot=th:0", 1},
		{"1 - web client peer.service=cart state=ot=th:8", 2},
		{"1 - web client peer.service=cart state=ot=th:c", 4},
		{"1 - web client peer.service=cart state=ot=th:fd70a4", 100},
		{"1 - web client peer.service=cart state=vendor=x,ot=rv:ffffffffffffff;th:8,other=th:c", 2},
		{"1 - web client peer.service=cart state=ot=p:3;r:5", 8},
		{"1 - web client peer.service=cart state=ot=p:63", 0},
		{"1 - web client peer.service=cart state=ot=th:xyz", 0},
		{"1 - web client peer.service=cart state=ot=th:123456789abcdef", 0},
		{"1 - web client peer.service=cart sampler.type=probabilistic sampler.param=0.01", 100},
		{"1 - web client peer.service=cart sampler.type=ratelimiting sampler.param=0.01", 0},
		{"1 - web client peer.service=cart sampler.type=probabilistic sampler.param=0", 0},
		{"1 - web client peer.service=cart sampler.type=probabilistic sampler.param=nan", 0},
		{"1 - web client peer.service=cart sampling.priority=1", 0},
		{"1 - web server sampler.type=probabilistic sampler.param=0.5\n 2 1 web internal\n 3 2 web client peer.service=cart", 2},
		{"1 - web client state=ot=th:8\n 2 1 cart server state=ot=th:c", 2}, // the client's
		{"1 - web client\n 2 1 cart server state=ot=th:c", 4},
		{"1 - web client peer.service=cart state=ot=th:8\n 2 - web client peer.service=cart trace=t2", 3},
	} {
		var got float64
		for _, o := range calledBy(t, otlpOf(tt.spans)) {
			got += o.More().Weighted
		}
		if math.Abs(got-tt.want) > tt.want/1000 {
			t.Errorf("%s: stands for %g calls, want %g", tt.spans, got, tt.want)
		}
	}
}
