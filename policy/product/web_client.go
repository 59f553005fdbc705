package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// WebClient waits 30 s for a connection (Reactor Netty), and without limit for the answer.
var WebClient = &policy.Product{
	Name: "web-client", Title: "WebClient",
	Source:    "https://docs.spring.io/spring-framework/reference/web/webflux-webclient.html",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: connectOnly(def(30 * time.Second)), Retry: noRetry(), Breaker: noBreaker()},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("chain of the call", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("chain of the call", field("timeout", duration))),
			policy.Retries:        ways(inCode("chain of the call", field("retryWhen", "Retry.backoff"))),
			policy.RetryBackoff:   ways(inCode("chain of the call", field("retryWhen", "Retry.backoff"))),
			policy.CircuitBreaker: ways(whole("resilience4j @CircuitBreaker annotation on the method")),
			policy.FallbackAnswer: ways(whole("fallbackMethod of a resilience4j annotation")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.RetryBackoff, policy.CircuitBreaker, policy.FallbackAnswer),
}
