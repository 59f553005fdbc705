package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Hystrix counts a timeout as an error, so slowness trips it.
var Hystrix = &policy.Product{
	Name: "hystrix", Title: "Hystrix",
	Source:    "https://github.com/Netflix/Hystrix/wiki/Configuration",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout:  &policy.Timeout{Total: def(time.Second)},
		Retry:    noRetry(),
		Breaker:  hystrixBreaker,
		Bulkhead: &policy.Bulkhead{PoolSize: def(10)},
	},
	Within: policy.Set{Breaker: hystrixBreaker},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(inFile("Hystrix command", field("hystrix.command.*.execution.isolation.thread.timeoutInMilliseconds", duration))),
			policy.AttemptTimeout:   ways(inFile("Hystrix command", field("hystrix.command.*.execution.isolation.thread.timeoutInMilliseconds", duration))),
			policy.CircuitBreaker:   ways(inFile("Hystrix command", field("hystrix.command.*.circuitBreaker.enabled", "true"))),
			policy.BreakerWindow:    ways(inFile("Hystrix command", field("hystrix.command.*.metrics.rollingStats.timeInMilliseconds", duration))),
			policy.BreakerOpenTime:  ways(inFile("Hystrix command", field("hystrix.command.*.circuitBreaker.sleepWindowInMilliseconds", duration))),
			policy.ConcurrencyLimit: ways(inFile("Hystrix thread pool", field("hystrix.threadpool.*.coreSize", count))),
			policy.FallbackAnswer:   ways(inFile("Hystrix command", block("getFallback", ""))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.Retries, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.LoadBalancing},
}

var hystrixBreaker = &policy.Breaker{
	Kind: def("call"), Slow: def(true), ErrorRate: def(0.5), MinCalls: def(20), Window: def(10 * time.Second), Buckets: def(10), Open: def(5 * time.Second),
}
