package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Opossum is a circuit breaker for Node.js. It has no retries.
var Opossum = &policy.Product{
	Name: "opossum", Title: "opossum",
	Source:    "https://github.com/nodeshift/opossum",
	Durations: []*policy.Syntax{OpossumDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: &policy.Timeout{Total: def(10 * time.Second)}, Retry: noRetry(), Breaker: opossumBreaker},
	Within:    policy.Set{Breaker: opossumBreaker},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(at("breaker's options", field("timeout", duration))),
			policy.AttemptTimeout:   ways(at("breaker's options", field("timeout", duration))),
			policy.CircuitBreaker:   ways(at("breaker's options", field("errorThresholdPercentage", percent))),
			policy.BreakerWindow:    ways(at("breaker's options", field("rollingCountTimeout", duration))),
			policy.BreakerOpenTime:  ways(at("breaker's options", field("resetTimeout", duration))),
			policy.ConcurrencyLimit: ways(at("breaker's options", field("capacity", count))),
			policy.FallbackAnswer:   ways(whole("breaker.fallback function")),
		}
	}),
	Inexpressible: []policy.Purpose{policy.Retries, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}

var opossumBreaker = &policy.Breaker{
	Kind: def("call"), Slow: def(true), ErrorRate: def(0.5), MinCalls: def(0), Window: def(10 * time.Second), Buckets: def(10), Open: def(30 * time.Second),
}

// OpossumDuration is milliseconds, or false.
var OpossumDuration = &policy.Syntax{Title: "opossum", Read: readWhole(time.Millisecond), Zero: policy.Off, Off: []string{"false"}, Good: "a whole number of milliseconds, or false for none"}
