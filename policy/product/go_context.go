package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// GoContext is a deadline that a call takes with its context.
var GoContext = &policy.Product{
	Name: "go-context", Title: "context of Go",
	Source:    "https://pkg.go.dev/context#WithTimeout",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("context of the call", field("context.WithTimeout", duration))),
			policy.AttemptTimeout: ways(inCode("context of the call", field("context.WithTimeout", duration))),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout),
}
