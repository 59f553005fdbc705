package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// HTTPX waits five seconds for a connection, and as long between two reads.
var HTTPX = &policy.Product{
	Name: "httpx", Title: "httpx",
	Source:    "https://www.python-httpx.org/advanced/timeouts/",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Connect: def(5 * time.Second), ReadGap: def(5 * time.Second)},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("httpx call", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("httpx call", field("timeout", duration))),
			policy.Retries:        ways(inCode("httpx transport", field("retries", count))),
			policy.CircuitBreaker: ways(whole("pybreaker CircuitBreaker around the call")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker),
}
