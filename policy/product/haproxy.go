package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// HAProxy ends nothing by itself; a connection to a server is tried again three times.
var HAProxy = &policy.Product{
	Name: "haproxy", Title: "HAProxy", EjectsLast: true,
	Source:    "https://docs.haproxy.org",
	Durations: []*policy.Syntax{HAProxyDuration}, RetryWords: []*policy.RetryWords{HAProxyRetryOn},
	Layer: policy.Gateway, IngressClasses: []string{"haproxy"}, Transport: true,
	Defaults: policy.Set{
		Timeout: connectOnly(noDefault[time.Duration]()),
		Retry:   &policy.Retry{Retries: def(3), On: def([]string{policy.OnConnect}), SameHost: def(true), Backoff: &policy.Backoff{Kind: def("none")}},
		Breaker: noBreaker(),
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: &policy.Retry{Retries: def(3), On: def([]string{policy.OnConnect}), SameHost: def(true), Backoff: &policy.Backoff{Kind: def("none")}}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(at("backend", field("timeout server", duration))),
			policy.Retries:          ways(at("backend", field("retries", count), field("retry-on", conditions))),
			policy.CircuitBreaker:   ways(at("servers of the backend", field("observe", "layer7"), field("error-limit", count))),
			policy.ConcurrencyLimit: ways(at("servers of the backend", field("maxconn", count))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.AttemptTimeout, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer, policy.LoadBalancing},
}

// HAProxyDuration is milliseconds unless a unit says otherwise.
var HAProxyDuration = &policy.Syntax{Title: "HAProxy", Read: readUnits(time.Millisecond, haproxyUnits), Zero: policy.Off, Good: `"5s", or a whole number of milliseconds`}

var haproxyUnits = map[string]time.Duration{
	"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

// HAProxyRetryOn are the words of retry-on. Without it connections alone are tried again.
var HAProxyRetryOn = &policy.RetryWords{Title: "HAProxy", Words: map[string][]string{
	"none": {}, "conn-failure": {policy.OnConnect}, "empty-response": {policy.OnReset}, "junk-response": {policy.OnReset}, "response-timeout": {policy.OnPerTry},
	"0rtt-rejected": {policy.OnConnect}, "all-retryable-errors": {policy.OnConnect, policy.OnReset, policy.OnPerTry, "response-500", "response-502", "response-503", "response-504"},
	"401": {"response-401"}, "403": {"response-403"}, "404": {"response-404"}, "408": {"response-408"}, "425": {"response-425"}, "429": {policy.On429},
	"500": {"response-500"}, "501": {"response-501"}, "502": {"response-502"}, "503": {"response-503"}, "504": {"response-504"},
}}
