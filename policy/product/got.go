package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Got waits without limit by default, and repeats idempotent requests twice.
var Got = &policy.Product{
	Name: "got", Title: "got",
	Source:    "https://github.com/sindresorhus/got",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   gotRetry, Breaker: noBreaker(),
	},
	Within: policy.Set{Retry: gotRetry},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("got call", field("timeout.request", duration))),
			policy.AttemptTimeout: ways(inCode("got call", field("timeout.request", duration))),
			policy.Retries:        ways(inCode("got call", field("retry.limit", count), field("retry.methods", conditions))),
			policy.RetryBackoff:   ways(inCode("got call", field("retry.calculateDelay", duration))),
			policy.CircuitBreaker: ways(whole("opossum CircuitBreaker around the call")),
			policy.FallbackAnswer: ways(whole("fallback function of an opossum CircuitBreaker")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.FallbackAnswer),
}

var gotRetry = &policy.Retry{
	Retries: def(2), Methods: def([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"}), RetryAfter: def(true),
	On:      def([]string{policy.OnConnect, policy.OnReset, "response-408", "response-413", policy.On429, "response-500", policy.OnGateway, "response-521", "response-522", "response-524", policy.OnPerTry}),
	Backoff: &policy.Backoff{Kind: def("exponential"), Base: def(time.Second), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "partial", UpTo: 100 * time.Millisecond})},
}
