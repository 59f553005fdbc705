package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Envoy has the defaults of RouteAction, RetryPolicy, OutlierDetection and
// CircuitBreakers.
var Envoy = &policy.Product{
	Name: "envoy", Title: "Envoy",
	Source:    "https://www.envoyproxy.io/docs/envoy/latest/api-v3",
	Durations: []*policy.Syntax{EnvoyDuration}, RetryWords: []*policy.RetryWords{EnvoyRetryOn},
	Layer: policy.ClientProxy, Backoff: policy.EnvoyFullJitter,
	Defaults: policy.Set{
		Timeout: totalAndConnect(15*time.Second, 5*time.Second), Retry: noRetry(), Breaker: noBreaker(), Bulkhead: &envoyLimits,
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(1), On: noDefault[[]string](), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(ofRoute(field("route.timeout", duration))),
			policy.AttemptTimeout:   ways(ofRoute(field("route.retry_policy.per_try_timeout", duration))),
			policy.Retries:          ways(ofRoute(field("route.retry_policy.num_retries", count), field("route.retry_policy.retry_on", conditions))),
			policy.RetryBackoff:     ways(ofRoute(field("route.retry_policy.retry_back_off.base_interval", duration))),
			policy.RetryBudget:      ways(ofCluster(block("circuit_breakers.thresholds[].retry_budget", "{budget_percent: {value: 20}, min_retry_concurrency: 3}"))),
			policy.CircuitBreaker:   ways(ofCluster(block("outlier_detection", "{consecutive_5xx: 5, interval: 10s, base_ejection_time: 30s, max_ejection_percent: 50}"))),
			policy.EjectionShare:    ways(ofCluster(field("outlier_detection.max_ejection_percent", percent))),
			policy.BreakerWindow:    ways(ofCluster(field("outlier_detection.interval", duration))),
			policy.BreakerOpenTime:  ways(ofCluster(field("outlier_detection.base_ejection_time", duration))),
			policy.ConcurrencyLimit: ways(ofCluster(field("circuit_breakers.thresholds[].max_requests", count))),
			policy.LoadBalancing:    ways(ofCluster(named("lb_policy", "LEAST_REQUEST"))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.FallbackAnswer},
}

func ofRoute(edits ...policy.Edit) policy.Remediation {
	return inBlock("route", "RouteConfiguration/", edits...)
}

func ofCluster(edits ...policy.Edit) policy.Remediation {
	return inBlock("cluster", "Cluster/", edits...)
}

// EnvoyDuration is the JSON form of protobuf's Duration, seconds alone.
var EnvoyDuration = &policy.Syntax{Title: "Envoy", Read: readProto, Zero: policy.Off, Good: `seconds: "2s" or "0.25s"`, Unit: "s", Messages: true}

// EnvoyRequired is that of the waits of retries and checks, which have no default.
var EnvoyRequired = &policy.Syntax{Title: "Envoy", Read: readProto, Good: EnvoyDuration.Good, Unit: "s", Messages: true}

// EnvoyRetryOn are the words of x-envoy-retry-on and x-envoy-retry-grpc-on.
var EnvoyRetryOn = &policy.RetryWords{Title: "Envoy", Words: envoyWords}

// Answers that Envoy makes up itself count too: 5xx, gateway-error and reset all answer
// to a callee that is not reached, breaks the connection, or takes longer than a try
// may. The words of gRPC look at statuses in headers alone.
var envoyWords = map[string][]string{
	"5xx":                        {policy.OnConnect, policy.OnReset, policy.On5xx, policy.OnPerTry},
	"gateway-error":              {policy.OnConnect, policy.OnReset, policy.OnGateway, policy.OnPerTry},
	"reset":                      {policy.OnConnect, policy.OnReset, policy.OnPerTry},
	"reset-before-request":       {policy.OnConnect},
	"connect-failure":            {policy.OnConnect},
	"refused-stream":             {policy.OnConnect},
	"http3-post-connect-failure": {policy.OnConnect},
	"envoy-ratelimited":          {policy.On429},
	"retriable-4xx":              {"response-409"},
	"retriable-status-codes":     {}, // which are elsewhere
	"retriable-headers":          {}, // which are elsewhere
	"cancelled":                  {"grpc:CANCELLED"},
	"deadline-exceeded":          {"grpc:DEADLINE_EXCEEDED"},
	"internal":                   {"grpc:INTERNAL"},
	"resource-exhausted":         {"grpc:RESOURCE_EXHAUSTED"},
	"unavailable":                {"grpc:UNAVAILABLE"},
}

// Tables that products on Envoy share.
var (
	// Circuit breakers, which cap concurrency: on in every cluster.
	envoyLimits = policy.Bulkhead{MaxConnections: def(1024), MaxPending: def(1024), MaxConcurrent: def(1024), MaxRetries: def(3)}
	// 25 ms, up to ten times that, anything from nothing to the whole.
	envoyBackoff = policy.Backoff{Kind: def("exponential"), Base: def(25 * time.Millisecond), Max: noDefault[time.Duration](), Multiplier: def(2.0), Jitter: def(policy.Jitter{Kind: "full"})}
	// Outlier detection as soon as the block is there, even if it is empty.
	envoyEjection = policy.Breaker{Kind: def("endpoint"), Failures: def(5), Gateway: def(0), Window: def(10 * time.Second), Open: def(30 * time.Second), MaxEject: def(0.1)}
)
