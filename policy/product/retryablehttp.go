package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// RetryableHTTP retries four times, after one to thirty seconds, and has no timeout.
var RetryableHTTP = &policy.Product{
	Name: "retryablehttp", Title: "go-retryablehttp",
	Source:    "https://pkg.go.dev/github.com/hashicorp/go-retryablehttp",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: connectOnly(def(30 * time.Second)), Retry: retryableHTTPRetry, Breaker: noBreaker()},
	Within:    policy.Set{Retry: retryableHTTPRetry},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("retryablehttp client", field("HTTPClient.Timeout", duration))),
			policy.AttemptTimeout: ways(inCode("retryablehttp client", field("HTTPClient.Timeout", duration))),
			policy.Retries:        ways(inCode("retryablehttp client", field("RetryMax", count), field("CheckRetry", conditions))),
			policy.RetryBackoff:   ways(inCode("retryablehttp client", field("RetryWaitMin", duration))),
			policy.CircuitBreaker: ways(whole("gobreaker CircuitBreaker around the call")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker),
}

var retryableHTTPRetry = &policy.Retry{
	Retries: def(4), On: def([]string{policy.OnConnect, policy.OnReset, policy.On429, policy.On5xx, policy.OnPerTry}), RetryAfter: def(true),
	Backoff: &policy.Backoff{Kind: def("exponential"), Base: def(time.Second), Max: def(30 * time.Second), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "none"})},
}
