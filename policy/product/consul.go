package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Consul has an outlier detection that is there and empty. Calls of protocols with requests
// have ConsulRequestTimeout besides, on both sides.
var Consul = &policy.Product{
	Name: "consul", Title: "Consul",
	Source:    "https://developer.hashicorp.com/consul/docs/connect/config-entries",
	Durations: []*policy.Syntax{ConsulDuration}, RetryWords: []*policy.RetryWords{ConsulRetryOn},
	Layer: policy.ClientProxy, Mesh: true, Backoff: policy.EnvoyFullJitter, NoPanic: true, // Consul switches Envoy's panic threshold off
	CarriesRoutes: true, BetweenMembers: true, AddressedWays: []string{"consul-upstream"}, // transparent proxies are the default in Kubernetes
	// "Discovery chain": every proxy follows it, gateways included.
	RouteSteps: []string{"router", "splitter", "resolver"}, GatewayRoutes: true, OwnGateways: true,
	// "Annotations and labels".
	Signs: []policy.MeshSign{{Key: "consul.hashicorp.com/connect-inject-status", In: []string{"injected"}}, {Key: "consul.hashicorp.com/connect-inject", In: []string{"true"}, Out: []string{"false"}}},
	Join:  []policy.Edit{field("annotations[consul.hashicorp.com/connect-inject]", `"true"`)},
	Defaults: policy.Set{
		Timeout: connectOnly(def(5 * time.Second)), Retry: noRetry(), Breaker: &envoyEjection, Bulkhead: &envoyLimits,
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(1), On: noDefault[[]string](), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				in("service-router", field("Routes[].Destination.RequestTimeout", duration)),
				in("ServiceRouter", field("spec.routes[].destination.requestTimeout", duration)),
			),
			policy.Retries: ways(
				in("service-router", field("Routes[].Destination.NumRetries", count), listed("Routes[].Destination.RetryOn")),
				in("ServiceRouter", field("spec.routes[].destination.numRetries", count), listed("spec.routes[].destination.retryOn")),
			),
			policy.CircuitBreaker: ways(
				in("service-defaults", block("UpstreamConfig.Defaults.PassiveHealthCheck", "{Interval: 10s, MaxFailures: 5, EnforcingConsecutive5xx: 100, MaxEjectionPercent: 50}")),
				in("ServiceDefaults", block("spec.upstreamConfig.defaults.passiveHealthCheck", "{interval: 10s, maxFailures: 5, enforcingConsecutive5xx: 100, maxEjectionPercent: 50}")),
			),
			policy.EjectionShare: ways(
				in("service-defaults", field("UpstreamConfig.Defaults.PassiveHealthCheck.MaxEjectionPercent", percent)),
				in("ServiceDefaults", field("spec.upstreamConfig.defaults.passiveHealthCheck.maxEjectionPercent", percent)),
			),
			policy.BreakerWindow: ways(
				in("service-defaults", field("UpstreamConfig.Defaults.PassiveHealthCheck.Interval", duration)),
				in("ServiceDefaults", field("spec.upstreamConfig.defaults.passiveHealthCheck.interval", duration)),
			),
			policy.BreakerOpenTime: ways(
				in("service-defaults", field("UpstreamConfig.Defaults.PassiveHealthCheck.BaseEjectionTime", duration)),
				in("ServiceDefaults", field("spec.upstreamConfig.defaults.passiveHealthCheck.baseEjectionTime", duration)),
			),
			policy.ConcurrencyLimit: ways(
				in("service-defaults", block("UpstreamConfig.Defaults.Limits", "{MaxConnections: 100, MaxPendingRequests: 100, MaxConcurrentRequests: 100}")),
				in("ServiceDefaults", block("spec.upstreamConfig.defaults.limits", "{maxConnections: 100, maxPendingRequests: 100, maxConcurrentRequests: 100}")),
			),
			policy.FallbackAnswer: ways(
				in("service-resolver", block("Failover", "")),
				in("ServiceResolver", block("spec.failover", "")),
			),
			policy.LoadBalancing: ways(
				in("service-resolver", named("LoadBalancer.Policy", "least_request")),
				in("ServiceResolver", named("spec.loadBalancer.policy", "least_request")),
			),
		}
	}),
	AtCallee: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(
				in("service-defaults", timed("LocalRequestTimeoutMs", MillisDuration)),
				in("ServiceDefaults", timed("spec.localRequestTimeoutMs", MillisDuration)),
			),
			policy.ConcurrencyLimit: ways(
				in("service-defaults", field("MaxInboundConnections", count)),
				in("ServiceDefaults", field("spec.maxInboundConnections", count)),
			),
		}
	}),
	Protocols: ways(in("service-defaults", field("Protocol", "http")), in("ServiceDefaults", field("spec.protocol", "http"))),
	Objects: map[string][]policy.Edit{
		"ServiceDefaults":  begins("consul.hashicorp.com/v1alpha1", "ServiceDefaults", policy.CalleeNamespace),
		"service-defaults": {field("Kind", "service-defaults"), field("Name", policy.CalleeName), field("Protocol", "http")},
		"service-router": {field("Kind", "service-router"), field("Name", policy.CalleeName),
			field("Routes[].Match.HTTP.PathPrefix", "/"), field("Routes[].Destination.Service", policy.CalleeName)},
		"ServiceRouter": begins("consul.hashicorp.com/v1alpha1", "ServiceRouter", policy.CalleeNamespace,
			field("spec.routes[].match.http.pathPrefix", "/"), field("spec.routes[].destination.service", policy.CalleeName)),
	},
	Names: map[string][]string{
		"service-router":    {"Name", "Routes[].Destination.Service"},
		"service-resolver":  {"Name", "Redirect.Service"},
		"service-splitter":  {"Name", "Splits[].Service"},
		"service-defaults":  {"Name", "UpstreamConfig.Overrides[].Name"},
		"ServiceRouter":     {"metadata.name", "spec.routes[].destination.service"},
		"ServiceResolver":   {"metadata.name", "spec.redirect.service"},
		"ServiceSplitter":   {"metadata.name", "spec.splits[].service"},
		"ServiceDefaults":   {"metadata.name", "spec.upstreamConfig.overrides[].name"},
		"ServiceIntentions": {"spec.destination.name"},
	},
	Inexpressible: []policy.Purpose{policy.AttemptTimeout, policy.RetryBackoff, policy.RetryBudget},
}

// ConsulRequestTimeout is Envoy's default for a route, which Consul leaves as it is in the
// proxies of the caller and of the callee, where the protocol of the service has requests.
const ConsulRequestTimeout = 15 * time.Second

// ConsulDuration is that of config entries; 0 leaves Envoy's default, less switches it off.
var ConsulDuration = &policy.Syntax{Title: "Consul", Read: readGo, Zero: policy.Unset, Negative: policy.Off, Good: `"15s", or "-1s" for no timeout`, Unit: "s"}

// ConsulRetryOn are the words of a service-router.
var ConsulRetryOn = &policy.RetryWords{Title: "Consul", Words: without(envoyWords, "http3-post-connect-failure")}
