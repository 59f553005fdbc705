package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Micronaut retries three times, a second apart, if an annotation says no more.
var Micronaut = &policy.Product{
	Name: "micronaut", Title: "Micronaut",
	Source:    "https://docs.micronaut.io/latest/guide/#retry",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(3), On: def([]string{policy.OnAny}), Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(time.Second), Jitter: def(policy.Jitter{Kind: "none"})}},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), Open: def(20 * time.Second)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:    ways(inFile("HTTP client", field("micronaut.http.client.read-timeout", duration))),
			policy.AttemptTimeout:  ways(inFile("HTTP client", field("micronaut.http.client.read-timeout", duration))),
			policy.Retries:         ways(inCode("@Retryable annotation", field("attempts", count), field("includes", conditions))),
			policy.RetryBackoff:    ways(inCode("@Retryable annotation", field("delay", duration), field("multiplier", "2"))),
			policy.CircuitBreaker:  ways(whole("@CircuitBreaker annotation")),
			policy.BreakerOpenTime: ways(inCode("@CircuitBreaker annotation", field("reset", duration))),
			policy.FallbackAnswer:  ways(whole("@Fallback class")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.BreakerOpenTime, policy.FallbackAnswer),
}
