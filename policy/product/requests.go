package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Requests waits without limit by default. Its timeout is one of silence.
var Requests = &policy.Product{
	Name: "python-requests", Title: "requests",
	Source:    "https://requests.readthedocs.io/en/latest/user/advanced/#timeouts",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("requests call", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("requests call", field("timeout", duration))),
			policy.Retries:        ways(inCode("adapter of the session", block("a urllib3 Retry", ""))),
			policy.RetryBackoff:   ways(inCode("urllib3 Retry of the session", field("backoff_factor", duration))),
			policy.CircuitBreaker: ways(whole("pybreaker CircuitBreaker around the call")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker),
}
