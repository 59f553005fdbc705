package policy_test

import (
	"math"
	"slices"
	"testing"
	"time"

	_ "github.com/weirgraph/weir/internal/testlong"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Sets that the cases put on top of each other.
var (
	appTotal   = policy.Set{Layer: policy.App, Timeout: &policy.Timeout{Total: say(5 * time.Second)}}
	appRetries = func(on ...string) policy.Set {
		return policy.Set{Layer: policy.App, Retry: &policy.Retry{Retries: say(2), On: say(on)}}
	}
	meshPlain = policy.Set{Layer: policy.ClientProxy, Product: product.Istio}.WithDefaults()
	mesh2s    = policy.Set{Layer: policy.ClientProxy, Product: product.Istio, Timeout: &policy.Timeout{Total: say(2 * time.Second)}}.WithDefaults()
	meshOn    = func(on ...string) policy.Set {
		return policy.Set{Layer: policy.ClientProxy, Product: product.Istio, Timeout: &policy.Timeout{Total: say(2 * time.Second)}, Retry: &policy.Retry{Retries: say(3), On: say(on)}}.WithDefaults()
	}
	grpcDeadline = policy.Set{Layer: policy.App, Product: product.GRPC, Timeout: &policy.Timeout{Total: say(time.Second)}}
	daprStore    = policy.Set{Layer: policy.ClientProxy, Product: product.Dapr, Timeout: &policy.Timeout{PerTry: say(500 * ms)},
		Retry: &policy.Retry{Retries: say(2), Backoff: &policy.Backoff{Kind: say("fixed"), Base: say(time.Second)}}}.WithDefaults()
	guard = policy.Set{Layer: policy.App, Product: product.Resilience4j, Retry: &policy.Retry{Retries: say(2)}}.WithDefaults()
)

func TestStackedLayers(t *testing.T) {
	tests := []struct {
		name          string
		layers        []policy.Set // outermost first
		protocol      string
		n             policy.Tries
		attempt, held string
		conn, resp    float64
	}{
		{"the smaller of two totals", []policy.Set{appTotal, mesh2s}, "http", 3, "2s", "2s", 3, 1},
		{"a total over a proxy that sets no bound", []policy.Set{appTotal, meshPlain}, "http", 3, "5s", "5s", 3, 1},
		{"a proxy's total is the try of the application above it", []policy.Set{appRetries(policy.On5xx), mesh2s}, "http", 9, "2s", "6s", 9, 3},
		{"connections never fail through a proxy", []policy.Set{appRetries(policy.OnConnect), mesh2s}, "http", 3, "2s", "2s", 3, 1},
		{"retries of both layers multiply", []policy.Set{appRetries(policy.OnAny), meshOn(policy.On5xx)}, "http", 12, "2s", "6s", 12, 12},
		{"Istio's default does not answer to errors", []policy.Set{meshPlain}, "http", 3, "inf", "inf", 3, 1},
		{"nor does it for an unknown protocol", []policy.Set{meshPlain}, "", 3, "inf", "inf", 3, 1},
		{"but to a gRPC service that is not available", []policy.Set{meshPlain}, "grpc", 3, "inf", "inf", 3, 3},
		{"retries of a library around a client with a deadline", []policy.Set{guard, grpcDeadline}, "grpc", 3, "1s", "4s", 3, 3},
		{"nothing said under a proxy that sets no bound", []policy.Set{{Layer: policy.App}, meshPlain}, "http", 3, "inf", "inf", 3, 1},
		{"nothing is said at all", []policy.Set{{Layer: policy.App}}, "http", 1, "unknown", "unknown", 1, 1},
		{"no layer", nil, "http", 1, "unknown", "unknown", 1, 1},
		{"requests of a database connection", []policy.Set{meshOn(policy.On5xx)}, "sql", 1, "unknown", "unknown", 1, 1},
		{"operations of a store through Dapr", []policy.Set{daprStore}, "redis", 3, "500ms", "3.5s", 3, 3},
		{"what Dapr does by itself is for apps alone", []policy.Set{policy.Set{Layer: policy.ClientProxy, Product: product.Dapr, Timeout: daprStore.Timeout}.WithDefaults()}, "redis", 1, "500ms", "500ms", 1, 1},
		{"a driver's own timeout", []policy.Set{appTotal, meshOn(policy.On5xx)}, "sql", 1, "5s", "5s", 1, 1},
	}
	for _, tt := range tests {
		turned := slices.Clone(tt.layers)
		slices.Reverse(turned)
		for order, layers := range map[string][]policy.Set{"as told": tt.layers, "turned round": turned} {
			e := policy.Combine(layers, policy.CallFacts{Protocol: tt.protocol})
			if e.Attempts != tt.n || e.Attempt.String() != tt.attempt || e.Budget.String() != tt.held || e.AtLastHop() != tt.conn || e.AlongPath(false) != tt.resp {
				t.Errorf("%s, %s: n %d, p %v, T %v, n_conn %v, n_resp %v\nwant n %d, p %v, T %v, n_conn %v, n_resp %v", tt.name, order,
					e.Attempts, e.Attempt, e.Budget, e.AtLastHop(), e.AlongPath(false), tt.n, tt.attempt, tt.held, tt.conn, tt.resp)
			}
		}
	}
}

func TestAmplification(t *testing.T) {
	perTry := &policy.Timeout{Total: say(10 * time.Second), PerTry: say(time.Second)}
	retry := func(n int, on ...string) *policy.Retry { return &policy.Retry{Retries: say(n), On: say(on)} }
	tests := []struct {
		name               string
		set                policy.Set
		methods            []string
		down, errors, slow float64
	}{
		{"server errors", policy.Set{Retry: retry(2, policy.On5xx)}, nil, 1, 3, 1},
		{"connections", policy.Set{Retry: retry(2, policy.OnConnect)}, nil, 3, 1, 1},
		{"one status", policy.Set{Retry: retry(2, "response-503")}, nil, 1, 3, 1},
		{"a conflict is no failure of the callee", policy.Set{Retry: retry(2, "response-409")}, nil, 1, 1, 1},
		{"unknown conditions", policy.Set{Timeout: perTry, Retry: &policy.Retry{Retries: say(2)}}, nil, 3, 3, 3},
		{"no conditions", policy.Set{Timeout: perTry, Retry: &policy.Retry{Retries: say(2), On: say([]string{})}}, nil, 1, 1, 1},
		{"slow tries", policy.Set{Timeout: perTry, Retry: retry(2, policy.OnPerTry)}, nil, 1, 1, 3},
		{"slow tries without a bound on one", policy.Set{Timeout: &policy.Timeout{Total: say(time.Second)}, Retry: retry(2, policy.OnPerTry)}, nil, 1, 1, 1},
		{"a budget of a fifth", policy.Set{Retry: &policy.Retry{Retries: say(3), On: say([]string{policy.OnAny}), Budget: say(0.2)}}, nil, 1.2, 1.2, 1},
		{"a budget larger than the retries", policy.Set{Retry: &policy.Retry{Retries: say(1), On: say([]string{policy.OnAny}), Budget: say(5.0)}}, nil, 2, 2, 1},
		{"without end", policy.Set{Retry: retry(-1, policy.OnAny)}, nil, math.Inf(1), math.Inf(1), 1},
		{"of other methods", policy.Set{Retry: &policy.Retry{Retries: say(3), Methods: say([]string{"GET"})}}, []string{"POST"}, 1, 1, 1},
		{"of some of the methods", policy.Set{Retry: &policy.Retry{Retries: say(3), Methods: say([]string{"GET"})}}, []string{"GET", "POST"}, 4, 4, 1},
		{"hedging", policy.Set{Hedge: &policy.Hedge{Copies: say(1)}}, nil, 2, 2, 2},
		{"Linkerd's budget without a number", policy.Set{Product: product.Linkerd, Retry: &policy.Retry{Retries: say(-1), On: say([]string{policy.On5xx}), Budget: say(0.2)}}, nil, 1, 1.2, 1},
	}
	for _, tt := range tests {
		e := policy.Combine([]policy.Set{tt.set}, policy.CallFacts{Protocol: "http", Methods: tt.methods})
		if d, f, s := e.Amplification(policy.Down), e.Amplification(policy.Errors), e.Amplification(policy.Slow); d != tt.down || f != tt.errors || s != tt.slow {
			t.Errorf("%s: %v when down, %v on errors, %v when slow; want %v, %v, %v", tt.name, d, f, s, tt.down, tt.errors, tt.slow)
		}
	}
}

func TestAnAPIIsCarriedOutByItsProduct(t *testing.T) {
	route := func(l policy.Layer) policy.Set {
		return policy.Set{Layer: l, Product: product.GatewayAPI, Timeout: &policy.Timeout{Total: say(3 * time.Second)}}
	}
	istio := func(l policy.Layer) policy.Set { return policy.Set{Layer: l, Product: product.Istio}.WithDefaults() }
	dapr := policy.Set{Layer: policy.ClientProxy, Product: product.Dapr}.WithDefaults()
	tests := []struct {
		name     string
		layers   []policy.Set
		products []string
	}{
		{"a mesh", []policy.Set{istio(policy.ClientProxy), route(policy.ClientProxy)}, []string{"istio"}},
		{"a mesh's gateway", []policy.Set{istio(policy.Gateway), route(policy.Gateway)}, []string{"istio"}},
		{"a mesh below Dapr", []policy.Set{dapr, istio(policy.ClientProxy), route(policy.ClientProxy)}, []string{"dapr", "istio"}},
		{"Dapr does not", []policy.Set{dapr, route(policy.ClientProxy)}, []string{"dapr", "gateway-api"}},
		{"not in another layer", []policy.Set{istio(policy.ClientProxy), route(policy.Gateway)}, []string{"gateway-api", "istio"}},
		{"unknown product", []policy.Set{route(policy.Gateway), {Layer: policy.Gateway, Product: product.Named("unheard of")}}, []string{"unheard of", "gateway-api"}},
	}
	for _, tt := range tests {
		e := policy.Combine(tt.layers, policy.CallFacts{Protocol: "http"})
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
	long := policy.Declare(9*time.Second, policy.Source{File: "app.yaml"}.At(3, 0))
	e := policy.Combine([]policy.Set{{Layer: policy.App, Timeout: &policy.Timeout{Total: long}}, policy.Set{Layer: policy.ClientProxy, Product: product.Kuma}.WithDefaults()}, policy.CallFacts{})
	want := policy.Decision{Layer: policy.App, Field: "timeout.total", Value: 9 * time.Second, Provenance: policy.Explicit, Origin: long.Origin}
	if len(e.Budget.By) != 1 || e.Budget.By[0] != want || !e.Budget.Explicit() || e.Budget.Origin() != long.Origin {
		t.Errorf("T is decided by %+v, want %+v", e.Budget.By, want)
	}
	if proxy := e.Layers[1].Budget; proxy.Explicit() || proxy.By[0].Product != product.Kuma || proxy.By[0].Provenance != policy.PlatformDefault {
		t.Errorf("T of the proxy is decided by %+v, want Kuma's default", proxy.By)
	}

	// n x p + W has all of its settings.
	e = policy.Combine([]policy.Set{policy.Set{Product: product.Resilience4j, Timeout: &policy.Timeout{PerTry: say(time.Second)}, Retry: &policy.Retry{Retries: say(2)}}.WithDefaults()}, policy.CallFacts{})
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
	all := func(panic policy.Setting[float64]) *policy.Breaker {
		return &policy.Breaker{Kind: say("endpoint"), MaxEject: say(1.0), Panic: panic}
	}
	var silent policy.Setting[float64]
	tests := []struct {
		name, product string
		breaker       *policy.Breaker
		hosts         policy.Setting[int]
		want          bool
	}{
		{"Istio has no panic", "istio", all(silent), say(3), true},
		{"of unknown replicas, too", "istio", all(silent), policy.Setting[int]{}, true},
		{"unless it is declared", "istio", all(say(0.3)), say(3), false},
		{"not all may be ejected", "istio", &policy.Breaker{Kind: say("endpoint"), MaxEject: say(0.9)}, say(3), false},
		{"nor of unknown replicas", "istio", &policy.Breaker{Kind: say("endpoint"), MaxEject: say(0.9)}, policy.Setting[int]{}, false},
		{"the only one may always be ejected", "istio", &policy.Breaker{Kind: say("endpoint"), MaxEject: say(0.1), EjectOne: say(true)}, say(1), true},
		{"Envoy panics at one half", "envoy", all(silent), say(3), false},
		{"unless told not to", "envoy", all(say(0.0)), say(3), true},
		{"Linkerd ejects all that fail", "linkerd", all(silent), say(3), true},
		{"code is taken to panic", "native", all(silent), say(3), false},
		{"unless it says that it does not", "native", all(say(0.0)), say(3), true},
		{"a breaker of calls ejects no host", "istio", &policy.Breaker{Kind: say("call"), MaxEject: say(1.0)}, say(3), false},
		{"no replica at all", "istio", all(silent), say(0), false},
	}
	for _, tt := range tests {
		if got := (&policy.Set{Product: product.Named(tt.product), Breaker: tt.breaker}).Ejection(tt.hosts).All; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestEjection(t *testing.T) {
	endpoint := func(share float64) *policy.Breaker {
		return &policy.Breaker{Kind: say("endpoint"), MaxEject: say(share)}
	}
	tests := []struct {
		name    string
		breaker *policy.Breaker
		hosts   policy.Setting[int]
		want    policy.Ejection
	}{
		{"10 % of three", endpoint(0.1), say(3), policy.Ejection{Known: true, Hosts: 3, Most: 0}},
		{"10 % of ten", endpoint(0.1), say(10), policy.Ejection{Known: true, Hosts: 10, Most: 1, Works: true}},
		{"10 % of nine", endpoint(0.1), say(9), policy.Ejection{Known: true, Hosts: 9, Most: 0}},
		{"50 % of three", endpoint(0.5), say(3), policy.Ejection{Known: true, Hosts: 3, Most: 1, Works: true}},
		{"29 % of a hundred", endpoint(0.29), say(100), policy.Ejection{Known: true, Hosts: 100, Most: 29, Works: true}},
		{"all of two, one by one", endpoint(1), say(2), policy.Ejection{Known: true, Hosts: 2, Most: 2, Works: true}},
		{"the only one", endpoint(1), say(1), policy.Ejection{Known: true, Hosts: 1, Most: 1}},
		{"none", endpoint(1), say(0), policy.Ejection{Known: true}},
		{"one is always allowed", &policy.Breaker{Kind: say("endpoint"), MaxEject: say(0.1), EjectOne: say(true)}, say(3), policy.Ejection{Known: true, Hosts: 3, Most: 1, Works: true}},
		{"unknown hosts", endpoint(0.1), policy.Setting[int]{}, policy.Ejection{}},
		{"a breaker of calls", &policy.Breaker{Kind: say("call"), MaxEject: say(0.1)}, say(3), policy.Ejection{}},
		{"no breaker", nil, say(3), policy.Ejection{}},
	}
	for _, tt := range tests {
		if got := (&policy.Set{Breaker: tt.breaker}).Ejection(tt.hosts); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// Missing settings of retries that an API declares are those of its product, even if the
// product does not retry by default.
func TestRetriesOfAnAPI(t *testing.T) {
	asks := policy.Set{Layer: policy.Gateway, Product: product.GatewayAPI, Retry: &policy.Retry{On: say([]string{policy.On429})}}
	for _, tt := range []struct {
		product string
		says    policy.Set
		retries int
		base    time.Duration
		budget  float64
	}{
		{"envoy-gateway", policy.Set{}, 2, 25 * time.Millisecond, 0},
		{"envoy-gateway", policy.Set{Retry: &policy.Retry{Budget: say(0.1)}}, 2, 25 * time.Millisecond, 0.1},
		{"envoy-gateway", policy.Set{Retry: &policy.Retry{Retries: say(7)}}, 2, 25 * time.Millisecond, 0}, // which the route's own replaces
		{"istio", policy.Set{}, 2, 25 * time.Millisecond, 0},
	} {
		tt.says.Layer, tt.says.Product = policy.Gateway, product.Named(tt.product)
		e := policy.Combine([]policy.Set{tt.says.WithDefaults(), asks}, policy.CallFacts{Protocol: "http"})
		r := e.Layers[0].Set.Retry
		if len(e.Layers) != 1 || r.Retries.Value != tt.retries || r.Backoff == nil || r.Backoff.Base.Value != tt.base ||
			r.Budget.Value != tt.budget || !slices.Contains(r.On.Value, policy.On429) || !slices.Contains(r.On.Value, policy.OnConnect) {
			t.Errorf("%s that says %+v: got %+v", tt.product, tt.says.Retry, r)
		}
	}
}

// Filters of Spring Cloud Gateway: Retry, CircuitBreaker with a limit of 900ms, Retry. All tries
// of a call count in one number, of those that end.
func TestCountedTogether(t *testing.T) {
	retries := func(nest, n int, perTry time.Duration) policy.Set {
		s := policy.Set{Layer: policy.Gateway, Nest: nest, Product: product.SpringGateway, Timeout: &policy.Timeout{}, Retry: &policy.Retry{Retries: say(n)}}
		if perTry > 0 {
			s.Timeout.PerTry = say(perTry)
		}
		return s.WithDefaults()
	}
	breaker := policy.Set{Layer: policy.Gateway, Nest: 1, Product: product.SpringCircuitBreaker, Timeout: &policy.Timeout{PerTry: say(900 * ms)}}.WithDefaults()
	tests := []struct {
		name         string
		outer, inner int
		perTry       time.Duration
		n            policy.Tries
		held         string
		errors, slow float64
	}{
		{"the inner one uses up all", 2, 4, 400 * ms, 5, "900ms", 5, 5},
		{"tries that never end by themselves are not counted", 2, 4, 0, 5, "2.7s", 5, 3},
		{"the outer one has some left", 4, 1, 400 * ms, 4, "1.6s", 4, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := policy.Combine([]policy.Set{retries(0, tt.outer, 0), breaker, retries(2, tt.inner, tt.perTry)}, policy.CallFacts{Protocol: "http", Methods: []string{"GET"}})
			if e.Attempts != tt.n || e.Budget.String() != tt.held {
				t.Errorf("n = %d, T = %s, want %d, %s", e.Attempts, e.Budget, tt.n, tt.held)
			}
			if got := e.Amplification(policy.Errors); got != tt.errors {
				t.Errorf("errors are multiplied by %g, want %g", got, tt.errors)
			}
			if got := e.Amplification(policy.Slow); got != tt.slow {
				t.Errorf("slow calls are multiplied by %g, want %g", got, tt.slow)
			}
		})
	}
}
