package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Urllib3 repeats what fails to connect or to be read ten times, without a wait, if a Retry says no more.
var Urllib3 = &policy.Product{
	Name: "urllib3", Title: "urllib3 Retry",
	Source:    "https://urllib3.readthedocs.io/en/stable/reference/urllib3.util.html",
	Durations: []*policy.Syntax{SecondsDuration},
	Layer:     policy.App,
	Within: policy.Set{Retry: &policy.Retry{
		Retries: def(10), On: def([]string{policy.OnConnect, policy.OnReset, policy.OnPerTry}), Methods: def([]string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"}), RetryAfter: def(true),
		Backoff: &policy.Backoff{Kind: def("none")},
	}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.Retries:      ways(inCode("urllib3 Retry", field("total", count), field("status_forcelist", conditions))),
			policy.RetryBackoff: ways(inCode("urllib3 Retry", field("backoff_factor", duration), field("backoff_jitter", duration))),
		}
	}),
	Inexpressible: allBut(policy.Retries, policy.RetryBackoff),
}
