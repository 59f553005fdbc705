package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// OpenFeign takes 10 s to connect and 60 s to read, and never retries.
var OpenFeign = &policy.Product{
	Name: "openfeign", Title: "OpenFeign",
	Source:    "https://docs.spring.io/spring-cloud-openfeign/reference",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Connect: def(10 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inFile("Feign client", field("spring.cloud.openfeign.client.config.*.readTimeout", duration))),
			policy.AttemptTimeout: ways(inFile("Feign client", field("spring.cloud.openfeign.client.config.*.readTimeout", duration))),
			policy.CircuitBreaker: ways(inFile("application configuration", field("spring.cloud.openfeign.circuitbreaker.enabled", "true"))),
			policy.FallbackAnswer: ways(inCode("@FeignClient annotation", named("fallback", ""))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.Retries, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.LoadBalancing},
}
