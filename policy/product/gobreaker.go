package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// GoBreaker opens after more than five failures in a row, for a minute.
var GoBreaker = &policy.Product{
	Name: "gobreaker", Title: "gobreaker",
	Source:    "https://pkg.go.dev/github.com/sony/gobreaker",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Within:    policy.Set{Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), Failures: def(6), Open: def(60 * time.Second)}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.CircuitBreaker:  ways(inCode("gobreaker.Settings", field("ReadyToTrip", conditions))),
			policy.BreakerWindow:   ways(inCode("gobreaker.Settings", field("Interval", duration))),
			policy.BreakerOpenTime: ways(inCode("gobreaker.Settings", field("Timeout", duration))),
		}
	}),
	Inexpressible: allBut(policy.CircuitBreaker, policy.BreakerWindow, policy.BreakerOpenTime),
}
