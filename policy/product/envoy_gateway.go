package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// EnvoyGateway has the defaults of BackendTrafficPolicy. Its limit of parallel retries is
// 1024, not Envoy's 3.
var EnvoyGateway = &policy.Product{
	Name: "envoy-gateway", Title: "Envoy Gateway",
	Source:    "https://gateway.envoyproxy.io/docs/api/extension_types",
	Durations: []*policy.Syntax{GatewayDuration}, RetryWords: []*policy.RetryWords{EnvoyGatewayRetryOn},
	Layer: policy.Gateway, Backoff: policy.EnvoyFullJitter, OldestActs: true,
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
}

// EnvoyGatewayRetryOn are the triggers. Statuses are in a list of their own.
var EnvoyGatewayRetryOn = &policy.RetryWords{Title: "Envoy Gateway", Words: without(envoyWords, "http3-post-connect-failure", "retriable-headers")}
