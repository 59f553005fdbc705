package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Ribbon takes a second to connect and one to read (RibbonClientConfiguration). It
// sends what Hystrix guards, and its retries repeat what Feign's client does. Whether
// it retries by default depends on what else is in the program.
var Ribbon = &policy.Product{
	Name: "ribbon", Title: "Ribbon",
	Source:    "https://github.com/spring-cloud/spring-cloud-netflix",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Connect: def(time.Second), ReadGap: def(time.Second)},
		Breaker: noBreaker(), Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: &policy.Retry{
		Retries: def(1), On: def([]string{policy.OnConnect, policy.OnReset, policy.OnPerTry}), Methods: def([]string{"GET"}), Backoff: &policy.Backoff{Kind: def("none")},
	}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inFile("Ribbon client", field("ribbon.ReadTimeout", duration))),
			policy.AttemptTimeout: ways(inFile("Ribbon client", field("ribbon.ReadTimeout", duration))),
			policy.Retries:        ways(inFile("Ribbon client", field("ribbon.MaxAutoRetries", count), field("ribbon.MaxAutoRetriesNextServer", count))),
			policy.CircuitBreaker: ways(inFile("Hystrix command around the client", field("circuitBreaker.enabled", "true"))),
			policy.FallbackAnswer: ways(inFile("Hystrix command around the client", block("getFallback", ""))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.LoadBalancing},
}
