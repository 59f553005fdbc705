package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Asyncio is a time limit of asyncio around calls, also that of the library async_timeout.
var Asyncio = &policy.Product{
	Name: "asyncio", Title: "asyncio's timeout",
	Source:    "https://docs.python.org/3/library/asyncio-task.html#timeouts",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("block around the call", field("asyncio.timeout", duration))),
			policy.AttemptTimeout: ways(inCode("block around the call", field("asyncio.timeout", duration))),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout),
}
