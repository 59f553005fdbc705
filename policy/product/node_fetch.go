package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// NodeFetch waits without limit by default.
var NodeFetch = &policy.Product{
	Name: "node-fetch", Title: "node-fetch",
	Source:    "https://github.com/node-fetch/node-fetch",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("fetch call", field("signal: AbortSignal.timeout", duration))),
			policy.AttemptTimeout: ways(inCode("fetch call", field("signal: AbortSignal.timeout", duration))),
			policy.CircuitBreaker: ways(whole("opossum CircuitBreaker around the call")),
			policy.FallbackAnswer: ways(whole("fallback function of an opossum CircuitBreaker")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.CircuitBreaker, policy.FallbackAnswer),
}
