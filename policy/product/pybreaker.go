package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// PyBreaker opens after five failures in a row, for a minute.
var PyBreaker = &policy.Product{
	Name: "pybreaker", Title: "pybreaker",
	Source:    "https://github.com/danielfm/pybreaker",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Within:    policy.Set{Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), Failures: def(5), Open: def(60 * time.Second)}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.CircuitBreaker:  ways(whole("pybreaker CircuitBreaker around the call")),
			policy.BreakerOpenTime: ways(inCode("CircuitBreaker", field("reset_timeout", duration))),
		}
	}),
	Inexpressible: allBut(policy.CircuitBreaker, policy.BreakerOpenTime),
}
