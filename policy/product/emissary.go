package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Emissary is Emissary-ingress: 3 s for everything.
var Emissary = &policy.Product{
	Name: "emissary", Title: "Emissary-ingress",
	Source:    "https://www.getambassador.io/docs/emissary",
	Durations: []*policy.Syntax{EmissaryDuration, EnvoyDuration}, RetryWords: []*policy.RetryWords{EmissaryRetryOn},
	Layer: policy.Gateway, Backoff: policy.EnvoyFullJitter,
	Defaults: policy.Set{Timeout: totalAndConnect(3*time.Second, 3*time.Second), Retry: noRetry(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within:   policy.Set{Retry: &policy.Retry{Retries: def(1), Backoff: &envoyBackoff}, Breaker: &envoyEjection},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("Mapping", timed("spec.timeout_ms", MillisDuration)), in("AuthService", timed("spec.timeout_ms", MillisDuration)), in("RateLimitService", timed("spec.timeout_ms", MillisDuration))),
			policy.AttemptTimeout:   ways(in("Mapping", timed("spec.retry_policy.per_try_timeout", EnvoyDuration))),
			policy.Retries:          ways(in("Mapping", field("spec.retry_policy.num_retries", count), field("spec.retry_policy.retry_on", conditions))),
			policy.CircuitBreaker:   ways(in("Mapping", block("spec.outlier_detection", ""))),
			policy.EjectionShare:    ways(inCode("Mapping", field("spec.outlier_detection.max_ejection_percent", percent))),
			policy.BreakerWindow:    ways(inCode("Mapping", timed("spec.outlier_detection.interval", EnvoyDuration))),
			policy.BreakerOpenTime:  ways(inCode("Mapping", timed("spec.outlier_detection.base_ejection_time", EnvoyDuration))),
			policy.ConcurrencyLimit: ways(in("Mapping", block("spec.circuit_breakers[]", ""))),
			policy.LoadBalancing:    ways(in("Mapping", named("spec.load_balancer.policy", "least_request"))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.FallbackAnswer},
}

// EmissaryDuration is that of keys that end in _ms. Others are in Envoy's syntax.
var EmissaryDuration = &policy.Syntax{Title: "Emissary", Read: readWhole(time.Millisecond), Zero: policy.Off, Good: "a whole number of milliseconds: 2000"}

// EmissaryRetryOn are six words, of which a Mapping takes one.
var EmissaryRetryOn = &policy.RetryWords{Title: "Emissary", Words: without(envoyWords, "reset", "reset-before-request", "refused-stream",
	"http3-post-connect-failure", "envoy-ratelimited", "retriable-headers", "cancelled", "deadline-exceeded", "internal",
	"resource-exhausted", "unavailable")}
