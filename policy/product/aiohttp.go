package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// AIOHTTP bounds a whole request by five minutes.
var AIOHTTP = &policy.Product{
	Name: "aiohttp", Title: "aiohttp",
	Source:    "https://docs.aiohttp.org/en/stable/client_quickstart.html#timeouts",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: def(300 * time.Second)},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("aiohttp call", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("aiohttp call", field("timeout", duration))),
			policy.CircuitBreaker: ways(whole("pybreaker CircuitBreaker around the call")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.CircuitBreaker),
}
