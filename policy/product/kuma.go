package product

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Kuma has the defaults that a new mesh gets. The 16 s for an attempt are more than the
// 15 s for all, so Envoy drops them.
var Kuma = &policy.Product{
	Name: "kuma", Title: "Kuma",
	Source:    "https://kuma.io/docs/latest/policies",
	Durations: []*policy.Syntax{KumaDuration}, RetryWords: []*policy.RetryWords{KumaRetryOn},
	Layer: policy.ClientProxy, Mesh: true, Backoff: policy.EnvoyFullJitter,
	CarriesRoutes: true, TriesOfRetries: true,
	// "Data plane on Kubernetes".
	Signs:   []policy.MeshSign{{Key: "kuma.io/sidecar-injected", In: []string{"true"}}, {Key: "kuma.io/sidecar-injection", In: []string{"enabled", "true"}, Out: []string{"disabled", "false"}}},
	Join:    []policy.Edit{field("labels[kuma.io/sidecar-injection]", "enabled")},
	MeshKey: "kuma.io/mesh", MeshDefault: "default",
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: def(15 * time.Second), PerTry: def(16 * time.Second), Connect: def(5 * time.Second), Idle: def(time.Hour)},
		Retry: &policy.Retry{
			Retries: def(5), On: def([]string{policy.OnConnect, policy.OnReset, policy.OnGateway, policy.OnPerTry}),
			Backoff: &policy.Backoff{Kind: def("exponential"), Base: def(25 * time.Millisecond), Max: def(250 * time.Millisecond), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "full"})},
		},
		Breaker: noBreaker(), Bulkhead: &envoyLimits,
	},
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(1), On: def([]string{policy.OnConnect, policy.OnReset, policy.OnGateway, policy.OnPerTry}), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("MeshTimeout", field("spec.to[].default.http.requestTimeout", duration))),
			policy.AttemptTimeout:   ways(in("MeshRetry", field("spec.to[].default.http.perTryTimeout", duration))),
			policy.Retries:          ways(in("MeshRetry", field("spec.to[].default.http.numRetries", count), listed("spec.to[].default.http.retryOn"))),
			policy.RetryBackoff:     ways(in("MeshRetry", field("spec.to[].default.http.backOff.baseInterval", duration))),
			policy.CircuitBreaker:   ways(in("MeshCircuitBreaker", block("spec.to[].default.outlierDetection", "{interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50, detectors: {totalFailures: {consecutive: 5}}}"))),
			policy.EjectionShare:    ways(in("MeshCircuitBreaker", field("spec.to[].default.outlierDetection.maxEjectionPercent", percent))),
			policy.BreakerWindow:    ways(in("MeshCircuitBreaker", field("spec.to[].default.outlierDetection.interval", duration))),
			policy.BreakerOpenTime:  ways(in("MeshCircuitBreaker", field("spec.to[].default.outlierDetection.baseEjectionTime", duration))),
			policy.ConcurrencyLimit: ways(in("MeshCircuitBreaker", block("spec.to[].default.connectionLimits", "{maxConnections: 100, maxPendingRequests: 100, maxRequests: 100}"))),
			policy.LoadBalancing:    ways(in("MeshLoadBalancingStrategy", named("spec.to[].default.loadBalancer.type", "LeastRequest"))),
		}
	}),
	AtCallee: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(in("MeshTimeout", field("spec.rules[].default.http.requestTimeout", duration))),
		}
	}),
	Objects: map[string][]policy.Edit{
		"MeshTimeout":               begins("kuma.io/v1alpha1", "MeshTimeout", "kuma-system", kumaTarget...),
		"MeshRetry":                 begins("kuma.io/v1alpha1", "MeshRetry", "kuma-system", kumaTarget...),
		"MeshCircuitBreaker":        begins("kuma.io/v1alpha1", "MeshCircuitBreaker", "kuma-system", kumaTarget...),
		"MeshLoadBalancingStrategy": begins("kuma.io/v1alpha1", "MeshLoadBalancingStrategy", "kuma-system", kumaTarget...),
	},
	OnlyPolicies:  kumaPolicies,
	Names:         kumaNames(),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.FallbackAnswer},
}

// kumaTarget begins a policy of all callers for one callee.
var kumaTarget = []policy.Edit{
	field("spec.targetRef.kind", "Mesh"), field("spec.to[].targetRef.kind", "MeshService"), field("spec.to[].targetRef.name", policy.CalleeName),
}

// kumaPolicies are Kuma's kinds that hold policies alone.
var kumaPolicies = []string{
	"MeshTimeout", "MeshRetry", "MeshCircuitBreaker", "MeshHealthCheck", "MeshLoadBalancingStrategy", "MeshRateLimit",
	"Timeout", "Retry", "CircuitBreaker", "HealthCheck", "RateLimit",
}

// kumaNames are the fields in which these name services.
func kumaNames() map[string][]string {
	names := map[string][]string{"MeshHTTPRoute": {"spec.to[].targetRef.name", "spec.to[].rules[].default.backendRefs[].name"}}
	for _, kind := range kumaPolicies {
		if strings.HasPrefix(kind, "Mesh") {
			names[kind] = []string{"spec.to[].targetRef.name", "spec.targetRef.name", "spec.targetRef.tags[kuma.io/service]"}
		} else {
			names[kind] = []string{"spec.destinations[].match[kuma.io/service]", "spec.sources[].match[kuma.io/service]", "destinations[].match[kuma.io/service]", "sources[].match[kuma.io/service]"}
		}
	}
	return names
}

// KumaDuration is the syntax of Kuma's policies.
var KumaDuration = &policy.Syntax{Title: "Kuma", Read: readGo, Zero: policy.Off, Good: `"2s" or "250ms"`, Unit: "s"}

// KumaRetryOn are Envoy's HTTP words in camel case, gRPC's likewise, and statuses and
// methods among them.
var KumaRetryOn = &policy.RetryWords{Title: "Kuma", Statuses: true, Words: map[string][]string{
	"5xx": envoyWords["5xx"], "5XX": envoyWords["5xx"], "GatewayError": envoyWords["gateway-error"], "Reset": envoyWords["reset"],
	"Retriable4xx": envoyWords["retriable-4xx"], "ConnectFailure": {policy.OnConnect}, "EnvoyRatelimited": {policy.On429}, "RefusedStream": {policy.OnConnect},
	"Http3PostConnectFailure": {policy.OnConnect}, "HttpMethodConnect": {}, "HttpMethodDelete": {}, "HttpMethodGet": {}, "HttpMethodHead": {},
	"HttpMethodOptions": {}, "HttpMethodPatch": {}, "HttpMethodPost": {}, "HttpMethodPut": {}, "HttpMethodTrace": {},
	"Canceled": {"grpc:CANCELLED"}, "DeadlineExceeded": {"grpc:DEADLINE_EXCEEDED"}, "Internal": {"grpc:INTERNAL"},
	"ResourceExhausted": {"grpc:RESOURCE_EXHAUSTED"}, "Unavailable": {"grpc:UNAVAILABLE"},
}}
