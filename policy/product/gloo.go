package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Gloo has Envoy's own defaults.
var Gloo = &policy.Product{
	Name: "gloo", Title: "Gloo",
	Source:    "https://docs.solo.io/gloo-edge",
	Durations: []*policy.Syntax{GlooDuration}, RetryWords: []*policy.RetryWords{EnvoyRetryOn},
	Layer: policy.Gateway, Backoff: policy.EnvoyFullJitter,
	Defaults: policy.Set{Timeout: totalAndConnect(15*time.Second, 5*time.Second), Retry: noRetry(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within:   policy.Set{Retry: &policy.Retry{Retries: def(1), Backoff: &envoyBackoff}, Breaker: &envoyEjection},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("VirtualService", field("spec.virtualHost.routes[].options.timeout", duration))),
			policy.AttemptTimeout:   ways(in("VirtualService", field("spec.virtualHost.routes[].options.retries.perTryTimeout", duration))),
			policy.Retries:          ways(in("VirtualService", field("spec.virtualHost.routes[].options.retries.numRetries", count), field("spec.virtualHost.routes[].options.retries.retryOn", conditions))),
			policy.CircuitBreaker:   ways(in("Upstream", block("spec.outlierDetection", "{consecutive5xx: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50}"))),
			policy.EjectionShare:    ways(in("Upstream", field("spec.outlierDetection.maxEjectionPercent", percent))),
			policy.BreakerWindow:    ways(in("Upstream", field("spec.outlierDetection.interval", duration))),
			policy.BreakerOpenTime:  ways(in("Upstream", field("spec.outlierDetection.baseEjectionTime", duration))),
			policy.ConcurrencyLimit: ways(in("Upstream", block("spec.circuitBreakers", ""))),
			policy.LoadBalancing:    ways(in("Upstream", block("spec.loadBalancerConfig", ""))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.FallbackAnswer},
}

// GlooDuration is that of fields of type Duration, which Gloo reads with time.ParseDuration.
var GlooDuration = &policy.Syntax{Title: "Gloo", Read: readGo, Zero: policy.Off, Good: `"2s", "250ms" or "1m30s"`, Unit: "s"}
