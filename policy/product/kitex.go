package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Kitex waits 50 ms for a connection, without end for an answer, and tries again only where a client says so: then
// twice after a timeout of one attempt, at once.
var Kitex = &policy.Product{
	Name: "kitex", Title: "Kitex",
	Source:    "https://www.cloudwego.io/docs/kitex/tutorials/service-governance/retry",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: connectOnly(def(50 * time.Millisecond)), Retry: noRetry(), Breaker: noBreaker()},
	Within: policy.Set{Retry: &policy.Retry{
		Retries: def(2), On: def([]string{policy.OnPerTry}),
		Backoff: &policy.Backoff{Kind: def("none")},
	}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("NewClient call", field("client.WithRPCTimeout", duration))),
			policy.AttemptTimeout: ways(inCode("NewClient call", field("client.WithRPCTimeout", duration))),
			policy.Retries:        ways(inCode("NewClient call", field("client.WithFailureRetry", "retry.NewFailurePolicy()"))),
			policy.RetryBackoff:   ways(inCode("policy of client.WithFailureRetry", field("WithRandomBackOff", "10, 100"))),
			policy.CircuitBreaker: ways(inCode("NewClient call", field("client.WithCircuitBreaker", "circuitbreak.NewCBSuite(...)"))),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker),
}
