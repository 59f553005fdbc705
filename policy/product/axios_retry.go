package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// AxiosRetry repeats requests of axios that are idempotent three times, without a wait. It does not repeat those that ran out of time.
var AxiosRetry = &policy.Product{
	Name: "axios-retry", Title: "axios-retry",
	Source:    "https://github.com/softonic/axios-retry",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Within: policy.Set{Retry: &policy.Retry{
		Retries: def(3), On: def([]string{policy.OnConnect, policy.OnReset, policy.On5xx}), Methods: def([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT"}),
		Backoff: &policy.Backoff{Kind: def("none")},
	}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.Retries:      ways(inCode("axiosRetry call", field("retries", count), field("retryCondition", conditions))),
			policy.RetryBackoff: ways(inCode("axiosRetry call", field("retryDelay", "axiosRetry.exponentialDelay"))),
		}
	}),
	Inexpressible: allBut(policy.Retries, policy.RetryBackoff),
}
