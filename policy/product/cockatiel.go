package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Cockatiel has no effect by itself. Its attempts are those after the first one.
var Cockatiel = &policy.Product{
	Name: "cockatiel", Title: "cockatiel",
	Source:    "https://github.com/connor4312/cockatiel",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(-1), On: def([]string{policy.OnAny}), Backoff: &policy.Backoff{Kind: def("none")}},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(whole("timeout policy around the retries")),
			policy.AttemptTimeout:   ways(whole("timeout policy inside the retries")),
			policy.Retries:          ways(inCode("retry policy", field("maxAttempts", count), field("handleType", conditions))),
			policy.RetryBackoff:     ways(inCode("retry policy", field("backoff", "new ExponentialBackoff()"))),
			policy.CircuitBreaker:   ways(whole("circuitBreaker policy")),
			policy.BreakerWindow:    ways(inCode("SamplingBreaker", field("duration", duration))),
			policy.BreakerOpenTime:  ways(inCode("circuitBreaker policy", field("halfOpenAfter", duration))),
			policy.ConcurrencyLimit: ways(whole("bulkhead policy")),
			policy.FallbackAnswer:   ways(whole("fallback policy")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.FallbackAnswer),
}
