package product

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Linkerd has no retries and breakers without an annotation. Its waits are 25 to 250 ms
// and as much again, whatever is declared.
var Linkerd = &policy.Product{
	Name: "linkerd", Title: "Linkerd",
	Source:       "https://linkerd.io/2/reference",
	OnlyDeclared: true,
	Durations:    []*policy.Syntax{LinkerdDuration}, RetryWords: []*policy.RetryWords{LinkerdRetryHTTP, LinkerdRetryGRPC},
	Layer: policy.ClientProxy, Mesh: true, InClusters: true,
	EjectionName: "failure accrual", NoPanic: true, // there is no panic mode
	SkipsHeadless: true, // whose pods are called by their own addresses
	CarriesRoutes: true, GatewayRoutes: true,
	// outbound/index/http.rs of the policy controller takes timeouts.request of a rule alone.
	Ignores: []string{"timeout.perTry"},
	// With a ServiceProfile of its name, nothing else is looked up for a Service.
	Replaces: map[string][]string{"ServiceProfile": {"Service", "HTTPRoute", "GRPCRoute"}},
	// "Automatic Proxy Injection".
	Signs: []policy.MeshSign{{Key: "linkerd.io/proxy-version", In: []string{"*"}}, {Key: "linkerd.io/inject", In: []string{"enabled", "ingress"}, Out: []string{"disabled"}}},
	Join:  []policy.Edit{field("annotations[linkerd.io/inject]", "enabled")},
	Defaults: policy.Set{
		Timeout: connectOnly(policy.Setting[time.Duration]{}), Retry: noRetry(), Breaker: noBreaker(), Balance: &policy.Balance{Strategy: def("ewma")},
	},
	Within: policy.Set{
		Retry: &policy.Retry{Retries: def(1), On: noDefault[[]string](), Backoff: linkerdBackoff},
		Breaker: &policy.Breaker{
			Kind: def("endpoint"), Slow: def(false), Failures: def(7), Open: def(time.Second), MaxEject: def(1.0), EjectOne: def(true),
		},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				in("Service", annotation("timeout.linkerd.io/request", duration)),
				in("HTTPRoute", field("spec.rules[].timeouts.request", duration)),
				withOthers(in("ServiceProfile", field("spec.routes[].timeout", duration)), "spec.routes[+]", "{name: all other requests, condition: {pathRegex: '.*'}, timeout: "+duration+"}"),
			),
			policy.AttemptTimeout: ways(
				in("Service", annotation("retry.linkerd.io/timeout", duration)),
				in("HTTPRoute", annotation("retry.linkerd.io/timeout", duration)),
			),
			policy.Retries: ways(
				in("Service", annotation("retry.linkerd.io/limit", count), annotation("retry.linkerd.io/http", conditions)),
				in("HTTPRoute", annotation("retry.linkerd.io/limit", count), annotation("retry.linkerd.io/http", conditions)),
				in("ServiceProfile", field("spec.routes[].isRetryable", "true")),
			),
			policy.RetryBudget:     ways(in("ServiceProfile", share("spec.retryBudget.retryRatio"))),
			policy.CircuitBreaker:  ways(in("Service", annotation("balancer.linkerd.io/failure-accrual", "consecutive"))),
			policy.BreakerOpenTime: ways(in("Service", annotation("balancer.linkerd.io/failure-accrual-consecutive-min-penalty", duration))),
		}
	}),
	Names:         map[string][]string{"ServiceProfile": {"metadata.name"}},
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.EjectionShare, policy.BreakerWindow, policy.ConcurrencyLimit, policy.FallbackAnswer, policy.LoadBalancing},
}

var linkerdBackoff = &policy.Backoff{
	Kind: def("exponential"), Base: def(25 * time.Millisecond), Max: def(250 * time.Millisecond), Multiplier: def(2.0),
	Jitter: def(policy.Jitter{Kind: "partial", Fraction: 1}),
}

// LinkerdDuration is that of annotations; a 0 counts as though there were none.
var LinkerdDuration = &policy.Syntax{Title: "Linkerd", Read: readLinkerd, Zero: policy.Unset, Good: `one whole number of ms, s, m, h or d: "300ms"`, Unit: "ms"}

// The words of retry.linkerd.io/http, where statuses may be a range, "500-504", and of
// retry.linkerd.io/grpc.
var (
	LinkerdRetryHTTP = &policy.RetryWords{Title: "Linkerd", Statuses: true, Words: map[string][]string{"5xx": {policy.On5xx}, "gateway-error": {policy.OnGateway}}}
	LinkerdRetryGRPC = &policy.RetryWords{Title: "Linkerd", Words: without(envoyWords, "5xx", "gateway-error", "reset", "reset-before-request",
		"connect-failure", "refused-stream", "http3-post-connect-failure", "envoy-ratelimited", "retriable-4xx", "retriable-status-codes", "retriable-headers")}
)

var linkerdForm = lazy.NewRegexp(`^[0-9]+(ms|s|m|h|d)?$`)

func readLinkerd(text string) (time.Duration, string) {
	text = strings.TrimSpace(text)
	if !linkerdForm.MatchString(text) {
		return 0, notDuration
	}
	if wholeNumber.MatchString(text) && strings.Trim(text, "0") != "" {
		return 0, noUnit
	}
	return readUnits(0, nginxUnits)(text)
}
