package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Polly has no effect by itself.
var Polly = &policy.Product{
	Name: "polly", Title: "Polly",
	Source:    "https://www.pollydocs.org",
	Durations: []*policy.Syntax{DotNetDuration},
	Layer:     policy.App,
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnAny}),
			Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(2 * time.Second), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "none"})},
		},
		Breaker: pollyBreaker, Hedge: pollyHedge,
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(whole("timeout strategy outside the retries")),
			policy.AttemptTimeout:   ways(whole("timeout strategy inside the retries")),
			policy.Retries:          ways(ifWritten("retry strategy", field("MaxRetryAttempts", count), field("ShouldHandle", conditions))),
			policy.RetryBackoff:     ways(ifWritten("retry strategy", field("BackoffType", "Exponential"), field("UseJitter", "true"))),
			policy.CircuitBreaker:   ways(whole("circuit breaker strategy")),
			policy.BreakerWindow:    ways(at("circuit breaker strategy", field("SamplingDuration", duration))),
			policy.BreakerOpenTime:  ways(at("circuit breaker strategy", field("BreakDuration", duration))),
			policy.ConcurrencyLimit: ways(whole("concurrency limiter")),
			policy.FallbackAnswer:   ways(whole("fallback strategy")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}

var (
	pollyBreaker = &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.1), MinCalls: def(100), Window: def(30 * time.Second), Open: def(5 * time.Second)}
	pollyHedge   = &policy.Hedge{Copies: def(1), Delay: def(2 * time.Second)}
)
