package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// MicroProfile is MicroProfile Fault Tolerance 4.0, with the annotations' own defaults.
var MicroProfile = &policy.Product{
	Name: "microprofile", Title: "MicroProfile Fault Tolerance",
	Source: "https://download.eclipse.org/microprofile/microprofile-fault-tolerance-4.0/microprofile-fault-tolerance-spec-4.0.html",
	Layer:  policy.App,
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnAny}), MaxDuration: def(180 * time.Second),
			Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(time.Duration(0)), Jitter: def(policy.Jitter{Kind: "partial", UpTo: 200 * time.Millisecond})},
		},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.5), MinCalls: def(20), Open: def(5 * time.Second)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				ifWritten("@Retry annotation", timed("Retry/maxDuration", MillisDuration)),
				at("@Timeout annotation", timed("Timeout/value", MillisDuration)),
			),
			policy.AttemptTimeout:   ways(at("@Timeout annotation", timed("Timeout/value", MillisDuration))),
			policy.Retries:          ways(at("@Retry annotation", field("Retry/maxRetries", count), field("Retry/retryOn", conditions))),
			policy.RetryBackoff:     ways(at("@Retry annotation", timed("Retry/delay", MillisDuration), timed("Retry/jitter", MillisDuration))),
			policy.CircuitBreaker:   ways(whole("@CircuitBreaker annotation")),
			policy.BreakerOpenTime:  ways(at("@CircuitBreaker annotation", timed("CircuitBreaker/delay", MillisDuration))),
			policy.ConcurrencyLimit: ways(whole("@Bulkhead annotation")),
			policy.FallbackAnswer:   ways(whole("@Fallback annotation")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.LoadBalancing},
}
