package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// HandWritten is what programs do without a library: loops that try again, and timers.
var HandWritten = &policy.Product{
	Name: "code", Title: "hand-written code",
	Source:    "https://github.com/weirgraph/weir",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Within:    policy.Set{Retry: &policy.Retry{On: def([]string{policy.OnAny})}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.Retries:      ways(inCode("retry loop", field("the number of attempts", tries), field("the errors that are tried again", conditions))),
			policy.RetryBackoff: ways(inCode("retry loop", field("the wait between attempts", duration))),
		}
	}),
	Inexpressible: allBut(policy.Retries, policy.RetryBackoff),
}
