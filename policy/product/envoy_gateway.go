package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// EnvoyGateway has the defaults of BackendTrafficPolicy. Its limit of parallel retries is
// 1024, not Envoy's 3.
var EnvoyGateway = &policy.Product{
	Name: "envoy-gateway", Title: "Envoy Gateway",
	Source:    "https://gateway.envoyproxy.io/docs/api/extension_types",
	Durations: []*policy.Syntax{GatewayDuration}, RetryWords: []*policy.RetryWords{EnvoyGatewayRetryOn},
	Layer: policy.Gateway, Backoff: policy.EnvoyFullJitter, OldestActs: true,
	RouteAPI: policy.RouteAPI{RetryOn: []string{policy.OnConnect, "grpc:CANCELLED", "grpc:UNAVAILABLE"}, AttemptNeedsRetry: true, ReplacesRetry: true},
	Defaults: policy.Set{
		Timeout: totalAndConnect(15*time.Second, 10*time.Second), Retry: noRetry(), Breaker: noBreaker(),
		Bulkhead: &policy.Bulkhead{MaxConnections: def(1024), MaxPending: def(1024), MaxConcurrent: def(1024), MaxRetries: def(1024)},
		Balance:  &policy.Balance{Strategy: def("least-request")},
	},
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(2), On: def([]string{policy.OnConnect, "grpc:CANCELLED", "grpc:UNAVAILABLE", "response-503"}), Backoff: &envoyBackoff},
		Breaker: &policy.Breaker{Kind: def("endpoint"), Failures: def(5), Gateway: def(0), Window: def(3 * time.Second), Open: def(30 * time.Second), MaxEject: def(0.1)},
		HealthCheck: &policy.HealthCheck{
			Interval: def(3 * time.Second), Timeout: def(time.Second), Failures: def(3),
		},
	},
	OnlyPolicies: []string{"BackendTrafficPolicy"},
	Names:        map[string][]string{"BackendTrafficPolicy": {"spec.targetRefs[].name", "spec.targetRef.name"}},
	Merges:       map[string]policy.Edit{"BackendTrafficPolicy": field("spec.mergeType", "StrategicMerge")},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				in("BackendTrafficPolicy", field("spec.timeout.http.requestTimeout", duration)),
				in("SecurityPolicy", field("spec.extAuth.timeout", duration)), in("EnvoyExtensionPolicy", field("spec.extProc[].messageTimeout", duration)),
			),
			policy.AttemptTimeout:   ways(in("BackendTrafficPolicy", field("spec.retry.perRetry.timeout", duration))),
			policy.Retries:          ways(in("BackendTrafficPolicy", field("spec.retry.numRetries", count), listed("spec.retry.retryOn.triggers"))),
			policy.RetryBackoff:     ways(in("BackendTrafficPolicy", field("spec.retry.perRetry.backOff.baseInterval", duration))),
			policy.RetryBudget:      ways(in("BackendTrafficPolicy", block("spec.circuitBreaker.retryBudget", ""))),
			policy.CircuitBreaker:   ways(in("BackendTrafficPolicy", block("spec.healthCheck.passive", "{consecutive5XxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50}"))),
			policy.EjectionShare:    ways(in("BackendTrafficPolicy", field("spec.healthCheck.passive.maxEjectionPercent", percent))),
			policy.BreakerWindow:    ways(in("BackendTrafficPolicy", field("spec.healthCheck.passive.interval", duration))),
			policy.BreakerOpenTime:  ways(in("BackendTrafficPolicy", field("spec.healthCheck.passive.baseEjectionTime", duration))),
			policy.ConcurrencyLimit: ways(in("BackendTrafficPolicy", field("spec.circuitBreaker.maxParallelRequests", count))),
			policy.FallbackAnswer:   ways(in("Backend", field("spec.fallback", "true"))),
			policy.LoadBalancing:    ways(in("BackendTrafficPolicy", named("spec.loadBalancer.type", "LeastRequest"))),
		}
	}),
}

// EnvoyGatewayRetryOn are the triggers. Statuses are in a list of their own.
var EnvoyGatewayRetryOn = &policy.RetryWords{Title: "Envoy Gateway", Words: without(envoyWords, "http3-post-connect-failure", "retriable-headers")}
