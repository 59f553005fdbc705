package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Tenacity tries without end and without a wait if nothing else is declared.
var Tenacity = &policy.Product{
	Name: "tenacity", Title: "tenacity",
	Source:    "https://tenacity.readthedocs.io",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Within:    policy.Set{Retry: &policy.Retry{Retries: def(-1), On: def([]string{policy.OnAny}), Backoff: &policy.Backoff{Kind: def("none")}}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(inCode("retry decorator", field("stop", "stop_after_delay"))),
			policy.Retries:      ways(inCode("retry decorator", field("stop", "stop_after_attempt"), field("retry", "retry_if_exception_type"))),
			policy.RetryBackoff: ways(inCode("retry decorator", field("wait", "wait_random_exponential"))),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.Retries, policy.RetryBackoff),
}
