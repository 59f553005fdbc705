package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Resilience4j has the defaults of CircuitBreakerConfig and RetryConfig. Its instances
// do nothing before they are declared. A declared number of attempts includes the first.
var Resilience4j = &policy.Product{
	Name: "resilience4j", Title: "resilience4j",
	Source:    "https://resilience4j.readme.io/docs",
	Durations: []*policy.Syntax{SpringDuration, MillisDuration},
	Layer:     policy.App,
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(2), On: def([]string{policy.OnAny}),
			Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(500 * time.Millisecond), Multiplier: def(1.5), Jitter: def(policy.Jitter{Kind: "none"})},
		},
		Breaker: &policy.Breaker{
			Kind: def("call"), Slow: def(false), SlowAfter: def(60 * time.Second), ErrorRate: def(0.5), MinCalls: def(100), Open: def(60 * time.Second),
		},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(inFile("time limiter instance", field("resilience4j.timelimiter.instances.*.timeoutDuration", duration))),
			policy.AttemptTimeout:   ways(inFile("time limiter instance", field("resilience4j.timelimiter.instances.*.timeoutDuration", duration))),
			policy.Retries:          ways(inFile("retry instance", field("resilience4j.retry.instances.*.maxAttempts", tries), field("resilience4j.retry.instances.*.retryExceptions", conditions))),
			policy.RetryBackoff:     ways(inFile("retry instance", field("resilience4j.retry.instances.*.waitDuration", duration), field("resilience4j.retry.instances.*.enableExponentialBackoff", "true"), field("resilience4j.retry.instances.*.enableRandomizedWait", "true"))),
			policy.CircuitBreaker:   ways(whole("resilience4j.circuitbreaker instance")),
			policy.BreakerWindow:    ways(inFile("circuit breaker instance", field("resilience4j.circuitbreaker.instances.*.slidingWindowSize", count))),
			policy.BreakerOpenTime:  ways(inFile("circuit breaker instance", field("resilience4j.circuitbreaker.instances.*.waitDurationInOpenState", duration))),
			policy.ConcurrencyLimit: ways(whole("resilience4j.bulkhead instance")),
			policy.FallbackAnswer:   ways(whole("fallbackMethod")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}
