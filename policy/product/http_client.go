package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// HTTPClient of .NET bounds a request by 100 s.
var HTTPClient = &policy.Product{
	Name: "http-client", Title: "HttpClient",
	Source:    "https://learn.microsoft.com/dotnet/api/system.net.http.httpclient.timeout",
	Durations: []*policy.Syntax{DotNetDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: &policy.Timeout{Total: def(100 * time.Second)}, Retry: noRetry(), Breaker: noBreaker()},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("HttpClient", field("Timeout", duration))),
			policy.AttemptTimeout: ways(inCode("HttpClient", field("Timeout", duration))),
			policy.Retries:        ways(inCode("HttpClient", block("AddStandardResilienceHandler", ""))),
			policy.CircuitBreaker: ways(inCode("HttpClient", block("AddStandardResilienceHandler", ""))),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker),
}
