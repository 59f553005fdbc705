package policy

import "time"

// Products are all that weir knows policies of. Those of one layer stand from the
// outside in: a resilience library wraps the client that it guards, and Dapr's
// sidecar sends through that of a mesh.
var Products = []*Product{
	// In the caller's process.
	native, dotnet, polly, resilience4j, springCircuitBreaker, hystrix, microProfile, opossum, finagle, ribbon, feign, grpcConfig,
	// Beside it.
	dapr, gatewayAPI, smi, istio, linkerd, consul, kuma, appMesh, cilium, envoy,
	// In front.
	springGateway, envoyGateway, contour, emissary, gloo, traefik, kong, ingressNginx, nginxIngress, nginx, haproxy,
}

// What people declare about their code: nothing is so by itself.
var native = &Product{Name: Native, Title: "native manifest", Layer: App, Transport: true}

// Microsoft.Extensions.Http.Resilience, AddStandardResilienceHandler.
// https://learn.microsoft.com/dotnet/core/resilience/http-resilience
var dotnet = &Product{
	Name: "dotnet", Title: ".NET standard resilience handler", Layer: App,
	Defaults: Set{
		Timeout: &Timeout{Total: by(30 * time.Second), PerTry: by(10 * time.Second)},
		Retry: &Retry{
			Retries: by(3), On: by([]string{OnConnect, OnReset, "response-408", On429, On5xx, OnPerTry}), RetryAfter: by(true),
			Backoff: &Backoff{Kind: by("exponential"), Base: by(2 * time.Second), Multiplier: by(2.0), Jitter: by(Jitter{Kind: "full"})},
		},
		Breaker:  pollyBreaker,
		Bulkhead: &Bulkhead{MaxConcurrent: by(1000)},
	},
	Within: Set{Breaker: pollyBreaker, Hedge: pollyHedge},
}

// Polly by itself does nothing that is not asked for. https://www.pollydocs.org
var polly = &Product{
	Name: "polly", Title: "Polly", Layer: App,
	Within: Set{
		Retry: &Retry{
			Retries: by(3), On: by([]string{OnAny}),
			Backoff: &Backoff{Kind: by("fixed"), Base: by(2 * time.Second), Multiplier: by(2.0), Jitter: by(Jitter{Kind: "none"})},
		},
		Breaker: pollyBreaker, Hedge: pollyHedge,
	},
}

var (
	pollyBreaker = &Breaker{Kind: by("call"), Slow: by(false), ErrorRate: by(0.1), MinCalls: by(100), Window: by(30 * time.Second), Open: by(5 * time.Second)}
	pollyHedge   = &Hedge{Copies: by(1), Delay: by(2 * time.Second)}
)

// https://resilience4j.readme.io/docs, CircuitBreakerConfig and RetryConfig. Its
// instances do nothing before they are written.
var resilience4j = &Product{
	Name: "resilience4j", Title: "resilience4j", Layer: App, FirstCounts: true,
	Within: Set{
		Retry: &Retry{
			Retries: by(2), On: by([]string{OnAny}),
			Backoff: &Backoff{Kind: by("fixed"), Base: by(500 * time.Millisecond), Multiplier: by(1.5), Jitter: by(Jitter{Kind: "none"})},
		},
		Breaker: &Breaker{
			Kind: by("call"), Slow: by(false), SlowAfter: by(60 * time.Second), ErrorRate: by(0.5), MinCalls: by(100), Open: by(60 * time.Second),
		},
	},
}

// https://docs.spring.io/spring-cloud-circuitbreaker: a time limiter of 1 s.
var springCircuitBreaker = &Product{
	Name: "spring-cloud-circuitbreaker", Title: "Spring Cloud CircuitBreaker", Layer: App,
	Defaults: Set{
		Timeout: &Timeout{Total: no[time.Duration](), PerTry: by(time.Second)},
		Retry:   never(),
		Breaker: &Breaker{Kind: by("call"), Slow: by(false), ErrorRate: by(0.5), MinCalls: by(100), Open: by(60 * time.Second)},
	},
	Within: Set{Breaker: &Breaker{Kind: by("call"), Slow: by(false), ErrorRate: by(0.5), MinCalls: by(100), Open: by(60 * time.Second)}},
}

// https://github.com/Netflix/Hystrix/wiki/Configuration. A timeout counts as an
// error, so slowness trips it.
var hystrix = &Product{
	Name: "hystrix", Title: "Hystrix", Layer: App,
	Defaults: Set{
		Timeout:  &Timeout{Total: by(time.Second)},
		Retry:    never(),
		Breaker:  hystrixBreaker,
		Bulkhead: &Bulkhead{PoolSize: by(10)},
	},
	Within: Set{Breaker: hystrixBreaker},
}

var hystrixBreaker = &Breaker{
	Kind: by("call"), Slow: by(true), ErrorRate: by(0.5), MinCalls: by(20), Window: by(10 * time.Second), Buckets: by(10), Open: by(5 * time.Second),
}

// MicroProfile Fault Tolerance 4.0, the annotations' own defaults.
var microProfile = &Product{
	Name: "microprofile", Title: "MicroProfile Fault Tolerance", Layer: App,
	Within: Set{
		Retry: &Retry{
			Retries: by(3), On: by([]string{OnAny}), MaxDuration: by(180 * time.Second),
			Backoff: &Backoff{Kind: by("fixed"), Base: by(time.Duration(0)), Jitter: by(Jitter{Kind: "partial", UpTo: 200 * time.Millisecond})},
		},
		Breaker: &Breaker{Kind: by("call"), Slow: by(false), ErrorRate: by(0.5), MinCalls: by(20), Open: by(5 * time.Second)},
	},
}

// https://github.com/nodeshift/opossum, options. It has no retries.
var opossum = &Product{
	Name: "opossum", Title: "opossum", Layer: App,
	Defaults: Set{Timeout: &Timeout{Total: by(10 * time.Second)}, Retry: never(), Breaker: opossumBreaker},
	Within:   Set{Breaker: opossumBreaker},
}

var opossumBreaker = &Breaker{
	Kind: by("call"), Slow: by(true), ErrorRate: by(0.5), MinCalls: by(0), Window: by(10 * time.Second), Buckets: by(10), Open: by(30 * time.Second),
}

// https://twitter.github.io/finagle/guide/Clients.html: requeues at once what was
// not sent, with a budget of 20 %.
var finagle = &Product{
	Name: "finagle", Title: "Finagle", Layer: App,
	Defaults: Set{
		Timeout: endless(by(time.Second)),
		Retry:   &Retry{Retries: by(-1), On: by([]string{OnConnect}), Budget: by(0.2), Backoff: &Backoff{Kind: by("none")}},
		Breaker: &Breaker{Kind: by("endpoint"), Slow: by(false), Failures: by(5), MaxEject: by(1.0)},
		Balance: &Balance{Strategy: by("least-request")},
	},
}

// https://docs.spring.io/spring-cloud-openfeign: 10 s to connect, 60 s to read,
// never retried.
var feign = &Product{
	Name: "openfeign", Title: "OpenFeign", Layer: App,
	Defaults: Set{
		Timeout: &Timeout{Connect: by(10 * time.Second), ReadGap: by(60 * time.Second)},
		Retry:   never(), Breaker: noBreaker(),
	},
}

// https://github.com/spring-cloud/spring-cloud-netflix, RibbonClientConfiguration:
// a second to connect and one to read. It sends what Hystrix guards, and its
// retries repeat what Feign's client does. Whether it retries unasked depends on
// what else is in the program.
var ribbon = &Product{
	Name: "ribbon", Title: "Ribbon", Layer: App,
	Defaults: Set{
		Timeout: &Timeout{Connect: by(time.Second), ReadGap: by(time.Second)},
		Breaker: noBreaker(), Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{Retry: &Retry{
		Retries: by(1), On: by([]string{OnConnect, OnReset, OnPerTry}), Methods: by([]string{"GET"}), Backoff: &Backoff{Kind: by("none")},
	}},
}

// https://grpc.io/docs/guides/retry and gRFC A6: retries are exponential with
// 20 % either way, and no more than five tries. The first replica gets all calls.
var grpcConfig = &Product{
	Name: "grpc", Title: "gRPC service config", Layer: App, FirstCounts: true, MaxAttempts: 5,
	Defaults: Set{
		Timeout: endless(by(20 * time.Second)), Retry: never(), Breaker: noBreaker(), Balance: &Balance{Strategy: by("pick-first")},
	},
	Within: Set{Retry: &Retry{Backoff: &Backoff{Kind: by("exponential"), Jitter: by(Jitter{Kind: "partial", Fraction: 0.2})}}},
}

// https://docs.dapr.io/operations/resiliency: three retries of its own, a second
// apart, for calls that did not get through.
var dapr = &Product{
	Name: "dapr", Title: "Dapr", Layer: ClientProxy, Mesh: true, Operations: true, Wait: Compound,
	Defaults: Set{
		Timeout: endless(Setting[time.Duration]{}),
		Retry: &Retry{
			Retries: by(3), On: by([]string{OnConnect, "grpc:UNAUTHENTICATED", "grpc:UNAVAILABLE"}),
			Backoff: &Backoff{Kind: by("fixed"), Base: by(time.Second), Jitter: by(Jitter{Kind: "none"})},
		},
		Breaker: noBreaker(),
	},
	Within: Set{
		Retry: &Retry{
			Retries: by(-1), On: by([]string{OnAny}),
			Backoff: &Backoff{Kind: by("fixed"), Base: by(5 * time.Second), Max: by(60 * time.Second), Multiplier: by(1.5)},
		},
		Breaker: &Breaker{Kind: by("call"), Slow: by(false), Failures: by(6), Open: by(60 * time.Second)}, // consecutiveFailures > 5
	},
}

// DaprDefault is the product of Dapr's retries by default, which come on top of
// those that Dapr does by itself.
const DaprDefault = "dapr-default"

// https://gateway-api.sigs.k8s.io: what is not written is up to whoever
// implements it.
var gatewayAPI = &Product{Name: "gateway-api", Title: "Gateway API", Layer: Gateway, Contract: true, OldestActs: true}

// https://smi-spec.io: an interface, too.
var smi = &Product{Name: "smi", Title: "Service Mesh Interface", Layer: ClientProxy, Mesh: true, Contract: true}

// https://istio.io/latest/docs/reference/config/networking: no timeout, for it
// switches Envoy's off; two retries of what did not reach the callee, 503 not
// among it since 1.24; no limits, for it raises Envoy's to 2^32-1.
var istio = &Product{
	Name: "istio", Title: "Istio", Layer: ClientProxy, Mesh: true, Wait: Stretch, OldestActs: true,
	Defaults: Set{
		Timeout:  endless(by(10 * time.Second)),
		Retry:    &Retry{Retries: by(2), On: by(unreached), Backoff: &envoyBackoff},
		Breaker:  noBreaker(),
		Bulkhead: &Bulkhead{MaxConnections: no[int](), MaxPending: no[int](), MaxConcurrent: no[int](), MaxRetries: no[int]()},
		Balance:  &Balance{Strategy: by("least-request")},
	},
	Within: Set{
		Retry:   &Retry{On: by(unreached), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
}

// https://linkerd.io/2/reference: retries and breakers are off without an
// annotation. Its waits are 25 to 250 ms and as much again, whatever is written.
var linkerd = &Product{
	Name: "linkerd", Title: "Linkerd", Layer: ClientProxy, Mesh: true,
	Defaults: Set{
		Timeout: endless(Setting[time.Duration]{}), Retry: never(), Breaker: noBreaker(), Balance: &Balance{Strategy: by("ewma")},
	},
	Within: Set{
		Retry: &Retry{Retries: by(1), On: no[[]string](), Backoff: linkerdBackoff},
		Breaker: &Breaker{
			Kind: by("endpoint"), Slow: by(false), Failures: by(7), Open: by(time.Second), MaxEject: by(1.0), EjectOne: by(true),
		},
	},
}

var linkerdBackoff = &Backoff{
	Kind: by("exponential"), Base: by(25 * time.Millisecond), Max: by(250 * time.Millisecond), Multiplier: by(2.0),
	Jitter: by(Jitter{Kind: "partial", Fraction: 1}),
}

// https://developer.hashicorp.com/consul/docs/connect/config-entries: Envoy's
// 15 s, and an outlier detection that is there and empty.
var consul = &Product{
	Name: "consul", Title: "Consul", Layer: ClientProxy, Mesh: true, Wait: Stretch,
	Defaults: Set{
		Timeout: total(15*time.Second, 5*time.Second), Retry: never(), Breaker: &envoyEjection, Bulkhead: &envoyLimits,
	},
	Within: Set{
		Retry:   &Retry{Retries: by(1), On: no[[]string](), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
}

// https://kuma.io/docs/latest/policies: what a new mesh gets by itself. The 16 s
// for a try are more than the 15 s for all, so Envoy drops them.
var kuma = &Product{
	Name: "kuma", Title: "Kuma", Layer: ClientProxy, Mesh: true, Wait: Stretch,
	Defaults: Set{
		Timeout: &Timeout{Total: by(15 * time.Second), PerTry: by(16 * time.Second), Connect: by(5 * time.Second), Idle: by(time.Hour)},
		Retry: &Retry{
			Retries: by(5), On: by([]string{OnConnect, OnReset, OnGateway, OnPerTry}),
			Backoff: &Backoff{Kind: by("exponential"), Base: by(25 * time.Millisecond), Max: by(250 * time.Millisecond), Multiplier: by(2.0), Jitter: by(Jitter{Kind: "full"})},
		},
		Breaker: noBreaker(), Bulkhead: &envoyLimits,
	},
	Within: Set{
		Retry:   &Retry{Retries: by(1), On: by([]string{OnConnect, OnReset, OnGateway, OnPerTry}), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
}

// https://docs.aws.amazon.com/app-mesh: an implicit policy of two retries.
var appMesh = &Product{
	Name: "app-mesh", Title: "AWS App Mesh", Layer: ClientProxy, Mesh: true, Wait: Stretch,
	Defaults: Set{
		Timeout:  total(15*time.Second, 5*time.Second),
		Retry:    &Retry{Retries: by(2), On: by([]string{OnConnect, "grpc:UNAVAILABLE", "response-503"}), Backoff: &envoyBackoff},
		Breaker:  noBreaker(),
		Bulkhead: &envoyLimits,
	},
	Within: Set{Retry: &Retry{Backoff: &envoyBackoff}, Breaker: &envoyEjection},
}

// https://docs.cilium.io: Envoy, for traffic that its policies send there.
var cilium = &Product{Name: "cilium", Title: "Cilium", Layer: ClientProxy, Wait: Stretch, Defaults: envoy.Defaults, Within: envoy.Within}

// https://www.envoyproxy.io/docs/envoy/latest/api-v3: RouteAction, RetryPolicy,
// OutlierDetection and CircuitBreakers.
var envoy = &Product{
	Name: "envoy", Title: "Envoy", Layer: ClientProxy, Wait: Stretch,
	Defaults: Set{
		Timeout: total(15*time.Second, 5*time.Second), Retry: never(), Breaker: noBreaker(), Bulkhead: &envoyLimits,
		Balance: &Balance{Strategy: by("round-robin")},
	},
	Within: Set{
		Retry:   &Retry{Retries: by(1), On: no[[]string](), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
}
