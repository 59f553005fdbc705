package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// NetHTTP waits 30 s for a connection, and without limit for the answer.
var NetHTTP = &policy.Product{
	Name: "net-http", Title: "net/http",
	Source:    "https://pkg.go.dev/net/http#Client",
	Durations: []*policy.Syntax{goDuration},
	Layer:     policy.App,
	Defaults:  policy.Set{Timeout: connectOnly(def(30 * time.Second)), Retry: noRetry(), Breaker: noBreaker()},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("http.Client", field("Timeout", duration))),
			policy.AttemptTimeout: ways(inCode("http.Client", field("Timeout", duration))),
			policy.Retries:        ways(whole("retryablehttp client")),
			policy.CircuitBreaker: ways(whole("gobreaker CircuitBreaker around the call")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker),
}

// goDuration is how Go prints durations, in place of an expression.
var goDuration = &policy.Syntax{Title: "Go", Read: readGo, Zero: policy.Off, Good: "a duration: 2 * time.Second", Unit: "s"}
