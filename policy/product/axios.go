package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Axios waits without limit by default, and never retries.
var Axios = &policy.Product{
	Name: "axios", Title: "axios",
	Source:    "https://axios-http.com/docs/req_config",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("axios request", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("axios request", field("timeout", duration))),
			policy.Retries:        ways(inCode("axios client", block("axiosRetry", ""))),
			policy.RetryBackoff:   ways(inCode("axiosRetry of the client", field("retryDelay", duration))),
			policy.CircuitBreaker: ways(whole("opossum CircuitBreaker around the call")),
			policy.FallbackAnswer: ways(whole("fallback function of an opossum CircuitBreaker")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.FallbackAnswer),
}
