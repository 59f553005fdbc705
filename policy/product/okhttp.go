package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// OkHttp waits ten seconds for a connection, and as long between two reads.
var OkHttp = &policy.Product{
	Name: "okhttp", Title: "OkHttp",
	Source:    "https://square.github.io/okhttp/5.x/okhttp/okhttp3/-ok-http-client/-builder/",
	Durations: []*policy.Syntax{SpringDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Connect: def(10 * time.Second), ReadGap: def(10 * time.Second)},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(inCode("OkHttpClient.Builder", field("callTimeout", duration))),
			policy.AttemptTimeout: ways(inCode("OkHttpClient.Builder", field("callTimeout", duration))),
			policy.Retries:        ways(whole("resilience4j @Retry annotation")),
			policy.CircuitBreaker: ways(whole("resilience4j @CircuitBreaker annotation on the method")),
			policy.FallbackAnswer: ways(whole("fallbackMethod of a resilience4j annotation")),
		}
	}),
	Inexpressible: allBut(policy.TotalTimeout, policy.AttemptTimeout, policy.Retries, policy.CircuitBreaker, policy.FallbackAnswer),
}
