package policy_test

import (
	"math"
	"slices"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
	. "github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Sets that the cases put on top of each other.
var (
	appTotal   = Set{Layer: App, Timeout: &Timeout{Total: say(5 * time.Second)}}
	appRetries = func(on ...string) Set { return Set{Layer: App, Retry: &Retry{Retries: say(2), On: say(on)}} }
	meshPlain  = Set{Layer: ClientProxy, Product: product.Istio}.WithDefaults()
	mesh2s     = Set{Layer: ClientProxy, Product: product.Istio, Timeout: &Timeout{Total: say(2 * time.Second)}}.WithDefaults()
	meshOn     = func(on ...string) Set {
		return Set{Layer: ClientProxy, Product: product.Istio, Timeout: &Timeout{Total: say(2 * time.Second)}, Retry: &Retry{Retries: say(3), On: say(on)}}.WithDefaults()
	}
	grpcDeadline = Set{Layer: App, Product: product.GRPC, Timeout: &Timeout{Total: say(time.Second)}}
	daprStore    = Set{Layer: ClientProxy, Product: product.Dapr, Timeout: &Timeout{PerTry: say(500 * ms)},
		Retry: &Retry{Retries: say(2), Backoff: &Backoff{Kind: say("fixed"), Base: say(time.Second)}}}.WithDefaults()
	guard = Set{Layer: App, Product: product.Resilience4j, Retry: &Retry{Retries: say(2)}}.WithDefaults()
)

func TestStackedLayers(t *testing.T) {
	tests := []struct {
		name          string
		layers        []Set // outermost first
		protocol      string
		n             Tries
		attempt, held string
		conn, resp    float64
	}{
		{"the smaller of two totals", []Set{appTotal, mesh2s}, "http", 3, "2s", "2s", 3, 1},
		{"a total over a proxy that sets no bound", []Set{appTotal, meshPlain}, "http", 3, "5s", "5s", 3, 1},
		{"a proxy's total is the try of the application above it", []Set{appRetries(On5xx), mesh2s}, "http", 9, "2s", "6s", 9, 3},
		{"connections never fail through a proxy", []Set{appRetries(OnConnect), mesh2s}, "http", 3, "2s", "2s", 3, 1},
		{"retries of both layers multiply", []Set{appRetries(OnAny), meshOn(On5xx)}, "http", 12, "2s", "6s", 12, 12},
		{"Istio's default does not answer to errors", []Set{meshPlain}, "http", 3, "inf", "inf", 3, 1},
		{"nor does it for an unknown protocol", []Set{meshPlain}, "", 3, "inf", "inf", 3, 1},
		{"but to a gRPC service that is not available", []Set{meshPlain}, "grpc", 3, "inf", "inf", 3, 3},
		{"retries of a library around a client with a deadline", []Set{guard, grpcDeadline}, "grpc", 3, "1s", "4s", 3, 3},
		{"nothing said under a proxy that sets no bound", []Set{{Layer: App}, meshPlain}, "http", 3, "inf", "inf", 3, 1},
		{"nothing is said at all", []Set{{Layer: App}}, "http", 1, "unknown", "unknown", 1, 1},
		{"no layer", nil, "http", 1, "unknown", "unknown", 1, 1},
		{"requests of a database connection", []Set{meshOn(On5xx)}, "sql", 1, "unknown", "unknown", 1, 1},
		{"operations of a store through Dapr", []Set{daprStore}, "redis", 3, "500ms", "3.5s", 3, 3},
		{"what Dapr does by itself is for apps alone", []Set{Set{Layer: ClientProxy, Product: product.Dapr, Timeout: daprStore.Timeout}.WithDefaults()}, "redis", 1, "500ms", "500ms", 1, 1},
		{"a driver's own timeout", []Set{appTotal, meshOn(On5xx)}, "sql", 1, "5s", "5s", 1, 1},
	}
	for _, tt := range tests {
		turned := slices.Clone(tt.layers)
		slices.Reverse(turned)
		for order, layers := range map[string][]Set{"as told": tt.layers, "turned round": turned} {
			e := Combine(layers, CallFacts{Protocol: tt.protocol})
			if e.Attempts != tt.n || e.Attempt.String() != tt.attempt || e.Budget.String() != tt.held || e.AtLastHop() != tt.conn || e.AlongPath(false) != tt.resp {
				t.Errorf("%s, %s: n %d, p %v, T %v, n_conn %v, n_resp %v\nwant n %d, p %v, T %v, n_conn %v, n_resp %v", tt.name, order,
					e.Attempts, e.Attempt, e.Budget, e.AtLastHop(), e.AlongPath(false), tt.n, tt.attempt, tt.held, tt.conn, tt.resp)
			}
		}
	}
}

func TestAmplification(t *testing.T) {
	perTry := &Timeout{Total: say(10 * time.Second), PerTry: say(time.Second)}
	retry := func(n int, on ...string) *Retry { return &Retry{Retries: say(n), On: say(on)} }
	tests := []struct {
		name               string
		set                Set
		methods            []string
		down, errors, slow float64
	}{
		{"server errors", Set{Retry: retry(2, On5xx)}, nil, 1, 3, 1},
		{"connections", Set{Retry: retry(2, OnConnect)}, nil, 3, 1, 1},
		{"one status", Set{Retry: retry(2, "response-503")}, nil, 1, 3, 1},
		{"a conflict is no failure of the callee", Set{Retry: retry(2, "response-409")}, nil, 1, 1, 1},
		{"conditions nobody told of", Set{Timeout: perTry, Retry: &Retry{Retries: say(2)}}, nil, 3, 3, 3},
		{"no conditions", Set{Timeout: perTry, Retry: &Retry{Retries: say(2), On: say([]string{})}}, nil, 1, 1, 1},
		{"slow tries", Set{Timeout: perTry, Retry: retry(2, OnPerTry)}, nil, 1, 1, 3},
		{"slow tries without a bound on one", Set{Timeout: &Timeout{Total: say(time.Second)}, Retry: retry(2, OnPerTry)}, nil, 1, 1, 1},
		{"a budget of a fifth", Set{Retry: &Retry{Retries: say(3), On: say([]string{OnAny}), Budget: say(0.2)}}, nil, 1.2, 1.2, 1},
		{"a budget larger than the retries", Set{Retry: &Retry{Retries: say(1), On: say([]string{OnAny}), Budget: say(5.0)}}, nil, 2, 2, 1},
		{"without end", Set{Retry: retry(-1, OnAny)}, nil, math.Inf(1), math.Inf(1), 1},
		{"of other methods", Set{Retry: &Retry{Retries: say(3), Methods: say([]string{"GET"})}}, []string{"POST"}, 1, 1, 1},
		{"of some of the methods", Set{Retry: &Retry{Retries: say(3), Methods: say([]string{"GET"})}}, []string{"GET", "POST"}, 4, 4, 1},
		{"hedging", Set{Hedge: &Hedge{Copies: say(1)}}, nil, 2, 2, 2},
		{"Linkerd's budget without a number", Set{Product: product.Linkerd, Retry: &Retry{Retries: say(-1), On: say([]string{On5xx}), Budget: say(0.2)}}, nil, 1, 1.2, 1},
	}
	for _, tt := range tests {
		e := Combine([]Set{tt.set}, CallFacts{Protocol: "http", Methods: tt.methods})
		if d, f, s := e.Amplification(Down), e.Amplification(Errors), e.Amplification(Slow); d != tt.down || f != tt.errors || s != tt.slow {
			t.Errorf("%s: %v when down, %v on errors, %v when slow; want %v, %v, %v", tt.name, d, f, s, tt.down, tt.errors, tt.slow)
		}
	}
}

func TestAnAPIIsCarriedOutByItsProduct(t *testing.T) {
	route := func(l Layer) Set {
		return Set{Layer: l, Product: product.GatewayAPI, Timeout: &Timeout{Total: say(3 * time.Second)}}
	}
	istio := func(l Layer) Set { return Set{Layer: l, Product: product.Istio}.WithDefaults() }
	dapr := Set{Layer: ClientProxy, Product: product.Dapr}.WithDefaults()
	tests := []struct {
		name     string
		layers   []Set
		products []string
	}{
		{"a mesh", []Set{istio(ClientProxy), route(ClientProxy)}, []string{"istio"}},
		{"a mesh's gateway", []Set{istio(Gateway), route(Gateway)}, []string{"istio"}},
		{"a mesh below Dapr", []Set{dapr, istio(ClientProxy), route(ClientProxy)}, []string{"dapr", "istio"}},
		{"Dapr does not", []Set{dapr, route(ClientProxy)}, []string{"dapr", "gateway-api"}},
		{"not in another layer", []Set{istio(ClientProxy), route(Gateway)}, []string{"istio", "gateway-api"}},
		{"nobody known", []Set{route(Gateway), {Layer: Gateway, Product: product.Named("unheard of")}}, []string{"unheard of", "gateway-api"}},
	}
	for _, tt := range tests {
		e := Combine(tt.layers, CallFacts{Protocol: "http"})
		var products []string
		for _, l := range e.Layers {
			products = append(products, l.Set.Product.String())
		}
		if !slices.Equal(products, tt.products) || e.Budget.String() != "3s" {
			t.Errorf("%s: layers of %q, T %v; want %q, 3s", tt.name, products, e.Budget, tt.products)
		}
	}
}

func TestBoundsTellWhoDecided(t *testing.T) {
	long := Declare(9*time.Second, Origin{File: "app.yaml", Line: 3})
	e := Combine([]Set{{Layer: App, Timeout: &Timeout{Total: long}}, Set{Layer: ClientProxy, Product: product.Consul}.WithDefaults()}, CallFacts{})
	want := Decision{Layer: App, Field: "timeout.total", Value: 9 * time.Second, Provenance: Explicit, Origin: long.Origin}
	if len(e.Budget.By) != 1 || e.Budget.By[0] != want || !e.Budget.Explicit() || e.Budget.Origin() != long.Origin {
		t.Errorf("T is decided by %+v, want %+v", e.Budget.By, want)
	}
	if proxy := e.Layers[1].Budget; proxy.Explicit() || proxy.By[0].Product != product.Consul || proxy.By[0].Provenance != PlatformDefault {
		t.Errorf("T of the proxy is decided by %+v, want Consul's default", proxy.By)
	}

	// n x p + W has all of its settings.
	e = Combine([]Set{Set{Product: product.Resilience4j, Timeout: &Timeout{PerTry: say(time.Second)}, Retry: &Retry{Retries: say(2)}}.WithDefaults()}, CallFacts{})
	var fields []string
	for _, d := range e.Budget.By {
		fields = append(fields, d.Field)
	}
	if got := []string{"timeout.perTry", "retry.retries", "retry.backoff.base"}; !slices.Equal(fields, got) || e.Budget.Explicit() {
		t.Errorf("T is decided by %q (all explicit: %v), want %q, not all explicit", fields, e.Budget.Explicit(), got)
	}
}

// When all replicas fail, a breaker that ejects single hosts helps only if it may
// eject the last one, and does not then send calls to all of them again.
func TestEjectionOfAll(t *testing.T) {
	all := func(panic Setting[float64]) *Breaker {
		return &Breaker{Kind: say("endpoint"), MaxEject: say(1.0), Panic: panic}
	}
	var silent Setting[float64]
	tests := []struct {
		name, product string
		breaker       *Breaker
		hosts         Setting[int]
		want          bool
	}{
		{"Istio has no panic", "istio", all(silent), say(3), true},
		{"of unknown replicas, too", "istio", all(silent), Setting[int]{}, true},
		{"unless somebody wants it", "istio", all(say(0.3)), say(3), false},
		{"not all may be ejected", "istio", &Breaker{Kind: say("endpoint"), MaxEject: say(0.9)}, say(3), false},
		{"nor of unknown replicas", "istio", &Breaker{Kind: say("endpoint"), MaxEject: say(0.9)}, Setting[int]{}, false},
		{"the only one may always be ejected", "istio", &Breaker{Kind: say("endpoint"), MaxEject: say(0.1), EjectOne: say(true)}, say(1), true},
		{"Envoy panics at one half", "envoy", all(silent), say(3), false},
		{"unless told not to", "envoy", all(say(0.0)), say(3), true},
		{"Linkerd ejects all that fail", "linkerd", all(silent), say(3), true},
		{"code is taken to panic", "native", all(silent), say(3), false},
		{"unless it says that it does not", "native", all(say(0.0)), say(3), true},
		{"a breaker of calls ejects nobody", "istio", &Breaker{Kind: say("call"), MaxEject: say(1.0)}, say(3), false},
		{"no replica at all", "istio", all(silent), say(0), false},
	}
	for _, tt := range tests {
		if got := (&Set{Product: product.Named(tt.product), Breaker: tt.breaker}).Ejection(tt.hosts).All; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEjection(t *testing.T) {
	endpoint := func(share float64) *Breaker { return &Breaker{Kind: say("endpoint"), MaxEject: say(share)} }
	tests := []struct {
		name    string
		breaker *Breaker
		hosts   Setting[int]
		want    Ejection
	}{
		{"10 % of three", endpoint(0.1), say(3), Ejection{Known: true, Hosts: 3, Most: 0}},
		{"10 % of ten", endpoint(0.1), say(10), Ejection{Known: true, Hosts: 10, Most: 1, Works: true}},
		{"10 % of nine", endpoint(0.1), say(9), Ejection{Known: true, Hosts: 9, Most: 0}},
		{"50 % of three", endpoint(0.5), say(3), Ejection{Known: true, Hosts: 3, Most: 1, Works: true}},
		{"29 % of a hundred", endpoint(0.29), say(100), Ejection{Known: true, Hosts: 100, Most: 29, Works: true}},
		{"all of two, one by one", endpoint(1), say(2), Ejection{Known: true, Hosts: 2, Most: 2, Works: true}},
		{"the only one", endpoint(1), say(1), Ejection{Known: true, Hosts: 1, Most: 1}},
		{"none", endpoint(1), say(0), Ejection{Known: true}},
		{"one is always allowed", &Breaker{Kind: say("endpoint"), MaxEject: say(0.1), EjectOne: say(true)}, say(3), Ejection{Known: true, Hosts: 3, Most: 1, Works: true}},
		{"unknown hosts", endpoint(0.1), Setting[int]{}, Ejection{}},
		{"a breaker of calls", &Breaker{Kind: say("call"), MaxEject: say(0.1)}, say(3), Ejection{}},
		{"no breaker", nil, say(3), Ejection{}},
	}
	for _, tt := range tests {
		if got := (&Set{Breaker: tt.breaker}).Ejection(tt.hosts); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// What an API leaves open about its retries is as its product has it, even where the
// product does not retry unasked.
func TestRetriesOfAnAPI(t *testing.T) {
	asks := Set{Layer: Gateway, Product: product.GatewayAPI, Retry: &Retry{On: say([]string{On429})}}
	for _, tt := range []struct {
		product string
		says    Set
		retries int
		base    time.Duration
		budget  float64
	}{
		{"envoy-gateway", Set{}, 2, 25 * time.Millisecond, 0},
		{"envoy-gateway", Set{Retry: &Retry{Budget: say(0.1)}}, 2, 25 * time.Millisecond, 0.1},
		{"envoy-gateway", Set{Retry: &Retry{Retries: say(7)}}, 7, 25 * time.Millisecond, 0},
		{"istio", Set{}, 2, 25 * time.Millisecond, 0},
	} {
		tt.says.Layer, tt.says.Product = Gateway, product.Named(tt.product)
		e := Combine([]Set{tt.says.WithDefaults(), asks}, CallFacts{Protocol: "http"})
		r := e.Layers[0].Set.Retry
		if len(e.Layers) != 1 || r.Retries.Value != tt.retries || r.Backoff == nil || r.Backoff.Base.Value != tt.base ||
			r.Budget.Value != tt.budget || !slices.Equal(r.On.Value, []string{On429}) {
			t.Errorf("%s that says %+v: got %+v", tt.product, tt.says.Retry, r)
		}
	}
}
