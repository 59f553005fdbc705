package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Kong has 60 s between two reads, and five immediate retries of connections.
var Kong = &policy.Product{
	Name: "kong", Title: "Kong", NextServer: true, EjectsLast: true,
	Source:    "https://docs.konghq.com/gateway/latest/admin-api",
	Durations: []*policy.Syntax{KongDuration, SecondsDuration, MillisDuration},
	Layer:     policy.Gateway, IngressClasses: []string{"kong"}, Transport: true,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: def(60 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   &policy.Retry{Retries: def(5), On: def([]string{policy.OnConnect}), Backoff: &policy.Backoff{Kind: def("none")}},
		Breaker: noBreaker(),
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: &policy.Retry{On: def([]string{policy.OnConnect}), Backoff: &policy.Backoff{Kind: def("none")}}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(in("Service", annotation("konghq.com/read-timeout", duration)), at("service", field("read_timeout", duration))),
			policy.AttemptTimeout: ways(in("Service", annotation("konghq.com/read-timeout", duration)), at("service", field("read_timeout", duration))),
			policy.Retries:        ways(at("Kong service", field("retries", count))),
			policy.CircuitBreaker: ways(in("KongUpstreamPolicy", block("spec.healthchecks.passive", "{unhealthy: {http_failures: 5, timeouts: 5}}"))),
			policy.LoadBalancing:  ways(in("KongUpstreamPolicy", named("spec.algorithm", "least-connections"))),
		}
	}),
	NamedBy:       map[string]string{"KongIngress": "konghq.com/override", "KongUpstreamPolicy": "konghq.com/upstream-policy"},
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.FallbackAnswer},
}

// KongDuration is milliseconds between 1 and 2^31-2.
var KongDuration = &policy.Syntax{Title: "Kong", Read: readKong, Good: "a whole number of milliseconds: 2000"}

func readKong(text string) (time.Duration, string) {
	d, why := readWhole(time.Millisecond)(text)
	if why == "" && d > (1<<31-2)*time.Millisecond {
		return 0, "is more than 2147483646"
	}
	return d, why
}
