package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// RestTemplate waits without limit by default.
var RestTemplate = &policy.Product{
	Name: "rest-template", Title: "RestTemplate",
	Source:    "https://docs.spring.io/spring-framework/reference/integration/rest-clients.html",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration]()},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("RestTemplateBuilder", field("readTimeout", duration))),
			policy.AttemptTimeout: ways(inCode("RestTemplateBuilder", field("readTimeout", duration))),
			policy.Retries:        ways(whole("resilience4j @Retry annotation")),
			policy.CircuitBreaker: ways(whole("resilience4j @CircuitBreaker annotation on the method")),
			policy.FallbackAnswer: ways(whole("fallbackMethod of a resilience4j annotation")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker, policy.FallbackAnswer),
}
