package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// SpringGateway is Spring Cloud Gateway: its Retry filter answers to 5xx of GET, at once.
var SpringGateway = &policy.Product{
	Name: "spring-cloud-gateway", Title: "Spring Cloud Gateway",
	Source:    "https://docs.spring.io/spring-cloud-gateway/reference",
	Durations: []*policy.Syntax{SpringDuration, MillisDuration},
	Layer:     policy.Gateway, CountsAll: true,
	Defaults: policy.Set{Timeout: connectOnly(def(45 * time.Second)), Retry: noRetry(), Breaker: noBreaker()},
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnConnect, policy.OnReset, policy.On5xx, policy.OnPerTry}), Methods: def([]string{"GET"}), Backoff: &policy.Backoff{Kind: def("none")},
		},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.5), MinCalls: def(100), Open: def(60 * time.Second)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(at("route", field("metadata.response-timeout", duration))),
			policy.AttemptTimeout:   ways(at("route", field("metadata.response-timeout", duration))),
			policy.Retries:          ways(ifWritten("Retry filter of the route", field("args.retries", count), listed("args.statuses"))),
			policy.RetryBackoff:     ways(ifWritten("Retry filter of the route", field("args.backoff.firstBackoff", duration), field("args.jitter.randomFactor", "0.5"))),
			policy.CircuitBreaker:   ways(whole("CircuitBreaker filter of the route")),
			policy.ConcurrencyLimit: ways(inFile("application configuration", field("spring.cloud.gateway.httpclient.pool.max-connections", count))),
			policy.FallbackAnswer:   ways(ifWritten("CircuitBreaker filter of the route", named("args.fallbackUri", ""))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.LoadBalancing},
}
