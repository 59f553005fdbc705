package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// FailsafeGo retries twice without a wait; its breaker opens after one failure, for a minute.
var FailsafeGo = &policy.Product{
	Name: "failsafe-go", Title: "failsafe-go",
	Source:    "https://failsafe-go.dev/policies/",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(2), On: def([]string{policy.OnAny}), Backoff: &policy.Backoff{Kind: def("none")}},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), Failures: def(1), Open: def(60 * time.Second)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(whole("timeout policy outside the retries")),
			policy.AttemptTimeout:   ways(whole("timeout policy inside the retries")),
			policy.Retries:          ways(inCode("retry policy", field("WithMaxRetries", count), field("HandleErrors", conditions))),
			policy.RetryBackoff:     ways(inCode("retry policy", field("WithBackoff", duration), field("WithJitterFactor", percent))),
			policy.CircuitBreaker:   ways(whole("circuit breaker policy")),
			policy.BreakerWindow:    ways(inCode("circuit breaker policy", field("WithFailureRateThreshold", duration))),
			policy.BreakerOpenTime:  ways(inCode("circuit breaker policy", field("WithDelay", duration))),
			policy.ConcurrencyLimit: ways(whole("bulkhead policy")),
			policy.FallbackAnswer:   ways(whole("fallback policy")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.FallbackAnswer),
}
