package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// SpringCircuitBreaker is Spring Cloud CircuitBreaker: a time limiter of 1 s.
var SpringCircuitBreaker = &policy.Product{
	Name: "spring-cloud-circuitbreaker", Title: "Spring Cloud CircuitBreaker",
	Source:    "https://docs.spring.io/spring-cloud-circuitbreaker/reference",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: def(time.Second)},
		Retry:   noRetry(),
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.5), MinCalls: def(100), Open: def(60 * time.Second)},
	},
	Within: policy.Set{Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.5), MinCalls: def(100), Open: def(60 * time.Second)}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(inFile("time limiter instance", field("resilience4j.timelimiter.instances.*.timeoutDuration", duration))),
			policy.AttemptTimeout:   ways(inFile("time limiter instance", field("resilience4j.timelimiter.instances.*.timeoutDuration", duration))),
			policy.CircuitBreaker:   ways(whole("resilience4j.circuitbreaker instance")),
			policy.BreakerWindow:    ways(inFile("circuit breaker instance", field("resilience4j.circuitbreaker.instances.*.slidingWindowSize", count))),
			policy.BreakerOpenTime:  ways(inFile("circuit breaker instance", field("resilience4j.circuitbreaker.instances.*.waitDurationInOpenState", duration))),
			policy.ConcurrencyLimit: ways(whole("resilience4j.bulkhead instance")),
			policy.FallbackAnswer:   ways(whole("fallback function in the circuit breaker's run call")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.Retries, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}
