package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Contour is Envoy with 2 s to connect.
var Contour = &policy.Product{
	Name: "contour", Title: "Contour",
	Source:    "https://projectcontour.io/docs/main/config/request-routing",
	Durations: []*policy.Syntax{ContourDuration}, RetryWords: []*policy.RetryWords{ContourRetryOn},
	Layer: policy.Gateway, IngressClasses: []string{"contour"}, Backoff: policy.EnvoyFullJitter,
	Defaults: policy.Set{Timeout: totalAndConnect(15*time.Second, 2*time.Second), Retry: noRetry(), Breaker: noBreaker(), Bulkhead: &envoyLimits, Balance: &policy.Balance{Strategy: def("round-robin")}},
	Within: policy.Set{
		// A retryPolicy that names no conditions answers to 5xx.
		Retry: &policy.Retry{Retries: def(1), On: def([]string{policy.OnConnect, policy.OnReset, policy.On5xx, policy.OnPerTry}), Backoff: &envoyBackoff},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				in("HTTPProxy", field("spec.routes[].timeoutPolicy.response", duration)), at("virtual host of HTTPProxy", field("authorization.responseTimeout", duration)),
				in("ContourConfiguration", field("spec.globalExtAuth.responseTimeout", duration)), in("ExtensionService", field("spec.timeoutPolicy.response", duration)),
			),
			policy.AttemptTimeout:   ways(in("HTTPProxy", field("spec.routes[].retryPolicy.perTryTimeout", duration))),
			policy.Retries:          ways(in("HTTPProxy", field("spec.routes[].retryPolicy.count", count), listed("spec.routes[].retryPolicy.retryOn"))),
			policy.ConcurrencyLimit: ways(in("Service", annotation("projectcontour.io/max-requests", count))),
			policy.LoadBalancing:    ways(in("HTTPProxy", named("spec.routes[].loadBalancerPolicy.strategy", "WeightedLeastRequest"))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.CircuitBreaker, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer},
}

// ContourDuration is that of an HTTPProxy: 0 leaves Envoy's default; infinity is its
// word for none.
var ContourDuration = &policy.Syntax{Title: "Contour", Read: readGo, Zero: policy.Unset, Off: []string{"infinity", "infinite"}, Good: `"2s", or "infinity" for no timeout`, Unit: "s"}

// ContourRetryOn are the conditions. Statuses are in a list of their own.
var ContourRetryOn = &policy.RetryWords{Title: "Contour", Words: without(envoyWords, "reset-before-request", "http3-post-connect-failure", "envoy-ratelimited")}
