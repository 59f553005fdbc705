package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// JavaHTTP is the client of the JDK, which waits without limit by default.
var JavaHTTP = &policy.Product{
	Name: "java-http", Title: "java.net.http",
	Source:    "https://docs.oracle.com/en/java/javase/21/docs/api/java.net.http/java/net/http/HttpRequest.Builder.html",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("HttpRequest", field("timeout", duration))),
			policy.AttemptTimeout: ways(inCode("HttpRequest", field("timeout", duration))),
			policy.Retries:        ways(whole("resilience4j @Retry annotation")),
			policy.CircuitBreaker: ways(whole("resilience4j @CircuitBreaker annotation on the method")),
			policy.FallbackAnswer: ways(whole("fallbackMethod of a resilience4j annotation")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker, policy.FallbackAnswer),
}
