package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// SpringRetry makes three attempts, a second apart. A number of attempts includes the first.
var SpringRetry = &policy.Product{
	Name: "spring-retry", Title: "Spring Retry",
	Source:    "https://github.com/spring-projects/spring-retry",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Within:    policy.Set{Retry: &policy.Retry{Retries: def(2), On: def([]string{policy.OnAny}), Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(time.Second), Jitter: def(policy.Jitter{Kind: "none"})}}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.Retries:        ways(inCode("@Retryable annotation", field("maxAttempts", tries), field("retryFor", conditions))),
			policy.RetryBackoff:   ways(inCode("@Backoff annotation", field("delay", duration), field("multiplier", "2"), field("random", "true"))),
			policy.CircuitBreaker: ways(whole("@CircuitBreaker annotation")),
			policy.FallbackAnswer: ways(whole("@Recover method")),
		}
	}),
	Inexpressible: allBut(policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.FallbackAnswer),
}
