package policy

import "time"

// The products that stand in front of services.

// https://docs.spring.io/spring-cloud-gateway: its Retry filter answers to 5xx of
// GET, at once.
var springGateway = &Product{
	Name: "spring-cloud-gateway", Title: "Spring Cloud Gateway", Layer: Gateway,
	Defaults: Set{Timeout: endless(by(45 * time.Second)), Retry: never(), Breaker: noBreaker()},
	Within: Set{
		Retry: &Retry{
			Retries: by(3), On: by([]string{OnConnect, OnReset, On5xx, OnPerTry}), Methods: by([]string{"GET"}), Backoff: &Backoff{Kind: by("none")},
		},
		Breaker: &Breaker{Kind: by("call"), Slow: by(false), ErrorRate: by(0.5), MinCalls: by(100), Open: by(60 * time.Second)},
	},
}

// https://gateway.envoyproxy.io/docs/api/extension_types: BackendTrafficPolicy.
// Its limit of parallel retries is 1024, not Envoy's 3.
var envoyGateway = &Product{
	Name: "envoy-gateway", Title: "Envoy Gateway", Layer: Gateway, Wait: Stretch, OldestActs: true,
	Defaults: Set{
		Timeout: total(15*time.Second, 10*time.Second), Retry: never(), Breaker: noBreaker(),
		Bulkhead: &Bulkhead{MaxConnections: by(1024), MaxPending: by(1024), MaxConcurrent: by(1024), MaxRetries: by(1024)},
		Balance:  &Balance{Strategy: by("least-request")},
	},
	Within: Set{
		Retry:   &Retry{Retries: by(2), On: by([]string{OnConnect, "grpc:CANCELLED", "grpc:UNAVAILABLE", "response-503"}), Backoff: &envoyBackoff},
		Breaker: &Breaker{Kind: by("endpoint"), Failures: by(5), Gateway: by(0), Window: by(3 * time.Second), Open: by(30 * time.Second), MaxEject: by(0.1)},
		HealthCheck: &HealthCheck{
			Interval: by(3 * time.Second), Timeout: by(time.Second), Failures: by(3),
		},
	},
}

// https://projectcontour.io/docs/main/config/request-routing.
var contour = &Product{
	Name: "contour", Title: "Contour", Layer: Gateway, Wait: Stretch,
	Defaults: Set{Timeout: total(15*time.Second, 2*time.Second), Retry: never(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within: Set{
		// A retryPolicy that names no conditions answers to 5xx.
		Retry: &Retry{Retries: by(1), On: by([]string{OnConnect, OnReset, On5xx, OnPerTry}), Backoff: &envoyBackoff},
	},
}

// https://www.getambassador.io/docs/emissary: 3 s for everything.
var emissary = &Product{
	Name: "emissary", Title: "Emissary-ingress", Layer: Gateway, Wait: Stretch,
	Defaults: Set{Timeout: total(3*time.Second, 3*time.Second), Retry: never(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within:   Set{Retry: &Retry{Retries: by(1), Backoff: &envoyBackoff}, Breaker: &envoyEjection},
}

// https://docs.solo.io/gloo-edge: Envoy's own defaults.
var gloo = &Product{
	Name: "gloo", Title: "Gloo", Layer: Gateway, Wait: Stretch,
	Defaults: Set{Timeout: total(15*time.Second, 5*time.Second), Retry: never(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within:   Set{Retry: &Retry{Retries: by(1), Backoff: &envoyBackoff}, Breaker: &envoyEjection},
}

// https://doc.traefik.io/traefik: nothing bounds a request; retries are at once
// unless an interval is given.
var traefik = &Product{
	Name: "traefik", Title: "Traefik", Layer: Gateway, FirstCounts: true, Wait: Doubled,
	Defaults: Set{Timeout: endless(by(30 * time.Second)), Retry: never(), Breaker: noBreaker(), Balance: &Balance{Strategy: by("round-robin")}},
	Within: Set{
		Retry:       &Retry{On: by([]string{OnConnect, OnReset}), Backoff: &Backoff{Kind: by("none")}},
		Breaker:     &Breaker{Kind: by("call"), Open: by(10 * time.Second), Window: by(100 * time.Millisecond)},
		HealthCheck: &HealthCheck{Interval: by(30 * time.Second), Timeout: by(5 * time.Second)},
	},
}

// https://docs.konghq.com/gateway/latest/admin-api, Service: 60 s between two
// reads, five immediate retries of connections.
var kong = &Product{
	Name: "kong", Title: "Kong", Layer: Gateway, Transport: true,
	Defaults: Set{
		Timeout: &Timeout{Total: no[time.Duration](), PerTry: no[time.Duration](), Connect: by(60 * time.Second), ReadGap: by(60 * time.Second)},
		Retry:   &Retry{Retries: by(5), On: by([]string{OnConnect}), Backoff: &Backoff{Kind: by("none")}},
		Breaker: noBreaker(),
		Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{Retry: &Retry{On: by([]string{OnConnect}), Backoff: &Backoff{Kind: by("none")}}},
}

// https://nginx.org/en/docs/http/ngx_http_proxy_module.html: another server at
// once after an error or a timeout, unless a POST, LOCK or PATCH was sent already.
var nginx = &Product{
	Name: "nginx", Title: "nginx", Layer: Gateway, FirstCounts: true,
	Defaults: Set{
		Timeout: &Timeout{Total: no[time.Duration](), PerTry: no[time.Duration](), Connect: by(60 * time.Second), ReadGap: by(60 * time.Second)},
		Retry:   nextUpstream(no[int]()),
		Breaker: &Breaker{Kind: by("endpoint"), Failures: by(1), Window: by(10 * time.Second), Open: by(10 * time.Second), MaxEject: by(1.0)},
		Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{Retry: nextUpstream(Setting[int]{})},
}

// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration: nginx
// with 5 s to connect and three tries.
var ingressNginx = &Product{
	Name: "ingress-nginx", Title: "ingress-nginx", Layer: Gateway, FirstCounts: true,
	Defaults: Set{
		Timeout: &Timeout{Total: no[time.Duration](), PerTry: no[time.Duration](), Connect: by(5 * time.Second), ReadGap: by(60 * time.Second)},
		Retry:   nextUpstream(by(2)),
		Breaker: noBreaker(),
		Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{Retry: nextUpstream(by(2))},
}

// https://docs.nginx.com/nginx-ingress-controller: nginx as it is.
var nginxIngress = &Product{
	Name: "nginx-ingress", Title: "NGINX Ingress Controller", Layer: Gateway, FirstCounts: true,
	Defaults: nginx.Defaults, Within: nginx.Within,
}

func nextUpstream(retries Setting[int]) *Retry {
	return &Retry{
		Retries: retries, On: by([]string{OnConnect, OnReset, OnPerTry}), Backoff: &Backoff{Kind: by("none")},
		Methods: by([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"}),
	}
}

// https://docs.haproxy.org: nothing ends by itself; a connection is tried again
// three times.
var haproxy = &Product{
	Name: "haproxy", Title: "HAProxy", Layer: Gateway, Transport: true,
	Defaults: Set{
		Timeout: endless(no[time.Duration]()),
		Retry:   &Retry{Retries: by(3), On: by([]string{OnConnect}), Backoff: &Backoff{Kind: by("none")}},
		Breaker: noBreaker(),
		Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{Retry: &Retry{Retries: by(3), On: by([]string{OnConnect}), Backoff: &Backoff{Kind: by("none")}}},
}
