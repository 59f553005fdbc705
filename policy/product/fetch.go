package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Fetch waits ten seconds for a connection and five minutes for headers, and between two parts of a body.
var Fetch = &policy.Product{
	Name: "fetch", Title: "fetch of Node.js",
	Source:    "https://undici.nodejs.org/#/docs/api/Client",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: def(10 * time.Second), ReadGap: def(300 * time.Second)},
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
