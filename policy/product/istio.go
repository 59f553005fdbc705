package product

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Istio has no timeout, for it switches Envoy's off; two retries of what did not reach
// the callee, 503 not among it since 1.24; no limits, for it raises Envoy's to 2^32-1.
var Istio = &policy.Product{
	Name: "istio", Title: "Istio",
	Source:    "https://istio.io/latest/docs/reference/config/networking",
	Durations: []*policy.Syntax{IstioDuration}, RetryWords: []*policy.RetryWords{IstioRetryOn},
	Layer: policy.ClientProxy, Mesh: true, InClusters: true, Backoff: policy.EnvoyFullJitter, OldestActs: true,
	RouteAPI:    policy.RouteAPI{RetryOn: IstioDefaultRetryOn, AttemptNeedsRetry: true},
	OwnGateways: true, CarriesRoutes: true, RootNamespace: "istio-system",
	KeepsHeadless: true, NoPanic: true, // Istio switches Envoy's panic threshold off
	// "Installing the Sidecar" and "Add workloads to the ambient mesh".
	Signs: []policy.MeshSign{
		{Key: "sidecar.istio.io/status", In: []string{"*"}}, // injected by hand
		{Key: "sidecar.istio.io/inject", In: []string{"true"}, Out: []string{"false"}},
		{Key: "istio-injection", In: []string{"enabled"}, Out: []string{"disabled"}},
		{Key: "istio.io/rev", In: []string{"*"}},
	},
	Join:         []policy.Edit{field("labels[sidecar.istio.io/inject]", `"true"`)},
	AmbientLabel: "istio.io/dataplane-mode",
	Waypoint: &policy.Waypoint{
		Label: "istio.io/use-waypoint", NoName: "none", Namespace: "istio.io/use-waypoint-namespace",
		Kind: "Gateway", For: "istio.io/waypoint-for", ForOthers: []string{"workload", "none"},
	},
	Defaults: policy.Set{
		Timeout:  connectOnly(def(10 * time.Second)),
		Retry:    &policy.Retry{Retries: def(2), On: def(IstioDefaultRetryOn), Backoff: &envoyBackoff},
		Breaker:  noBreaker(),
		Bulkhead: &policy.Bulkhead{MaxConnections: noDefault[int](), MaxPending: noDefault[int](), MaxConcurrent: noDefault[int](), MaxRetries: noDefault[int]()},
		Balance:  &policy.Balance{Strategy: def("least-request")},
	},
	Within: policy.Set{
		Retry:   &policy.Retry{On: def(IstioDefaultRetryOn), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("VirtualService", field("spec.http[].timeout", duration)), in("Canary", field("spec.service.timeout", duration))),
			policy.AttemptTimeout:   ways(in("VirtualService", field("spec.http[].retries.perTryTimeout", duration)), in("Canary", field("spec.service.retries.perTryTimeout", duration))),
			policy.Retries:          ways(in("VirtualService", policy.Edit{Path: "spec.http[].retries.attempts", Value: count, Off: "{attempts: 0}"}, field("spec.http[].retries.retryOn", conditions)), in("Canary", field("spec.service.retries.attempts", count), field("spec.service.retries.retryOn", conditions))),
			policy.RetryBackoff:     ways(in("VirtualService", field("spec.http[].retries.backoff", duration))),
			policy.RetryBudget:      ways(in("DestinationRule", block("spec.trafficPolicy.retryBudget", "{percent: 20, minRetryConcurrency: 3}"))),
			policy.CircuitBreaker:   atDestination(block("spec.trafficPolicy.outlierDetection", "{consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50}")),
			policy.EjectionShare:    atDestination(field("spec.trafficPolicy.outlierDetection.maxEjectionPercent", percent)),
			policy.BreakerWindow:    atDestination(field("spec.trafficPolicy.outlierDetection.interval", duration)),
			policy.BreakerOpenTime:  atDestination(field("spec.trafficPolicy.outlierDetection.baseEjectionTime", duration)),
			policy.ConcurrencyLimit: atDestination(block("spec.trafficPolicy.connectionPool", "{http: {http1MaxPendingRequests: 100, http2MaxRequests: 100}}")),
			policy.LoadBalancing:    atDestination(named("spec.trafficPolicy.loadBalancer.simple", "LEAST_REQUEST")),
		}
	}),
	AtCallee: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout: ways(inCode("extension provider", field("timeout", duration))),
		}
	}),
	Objects: map[string][]policy.Edit{
		"VirtualService": begins("networking.istio.io/v1", "VirtualService", policy.CalleeNamespace,
			field("spec.hosts", "[<callee>]"), field("spec.http[].route[].destination.host", policy.CalleeName)),
		"DestinationRule": begins("networking.istio.io/v1", "DestinationRule", policy.CalleeNamespace, field("spec.host", policy.CalleeName)),
	},
	// Flagger writes the routes of a Canary, and the rules for the Services that these lead to.
	Writes:       map[string][]string{"Canary": {"VirtualService", "DestinationRule"}},
	PortSettings: map[string][2]string{"DestinationRule": {"spec.trafficPolicy.", "spec.trafficPolicy.portLevelSettings[]."}},
	Names: map[string][]string{
		"VirtualService":  {"spec.hosts[]", "spec.http[].route[].destination.host", "spec.http[].mirror.host", "spec.tcp[].route[].destination.host", "spec.tls[].route[].destination.host"},
		"DestinationRule": {"spec.host"},
		"ServiceEntry":    {"spec.hosts[]"},
	},
	Apart:         map[string][]string{"http-route": {"VirtualService"}, "grpc-route": {"VirtualService"}}, // is for no Gateway of the Gateway API
	Inexpressible: []policy.Purpose{policy.FallbackAnswer},
}

// IstioDuration is that of fields of type Duration, for which Istio's YAML takes what Go takes in whole
// milliseconds. The definitions of its kinds and its webhook refuse 0: pkg/config/validation/agent/validation.go:139.
var IstioDuration = &policy.Syntax{
	Title: "Istio", Read: readMillis, Good: `"2s", "250ms" or "1m30s"`, Unit: "s", Missing: "the default acts then",
}

// IstioTimeout is that of a route's timeout, which has no default.
var IstioTimeout = &policy.Syntax{
	Title: "Istio", Read: readMillis, Good: IstioDuration.Good, Unit: "s", Missing: "a route without it has no timeout",
}

// IstioIdle is that of connections without bytes, which may be 0: pkg/config/validation/validation.go:1192.
var IstioIdle = &policy.Syntax{Title: "Istio", Read: readGo, Zero: policy.Off, Good: IstioDuration.Good, Unit: "s"}

// IstioPatch is that of what an EnvoyFilter merges into Envoy's configuration. Envoy takes seconds only, but Istio
// reads patches by itself, with what time.ParseDuration takes: pkg/util/protomarshal/protomarshal.go:38.
var IstioPatch = &policy.Syntax{Title: "Istio", Read: readGo, Zero: policy.Off, Good: IstioDuration.Good, Unit: "s", Messages: true}

// IstioPatchRequired is that of the waits of retries and checks in patches, which have no default.
var IstioPatchRequired = &policy.Syntax{Title: "Istio", Read: readGo, Good: IstioDuration.Good, Unit: "s", Messages: true}

// IstioRetryOn are Envoy's words. Istio moves bare statuses among them to Envoy's
// retriable status codes.
var IstioRetryOn = &policy.RetryWords{Title: "Istio", Words: envoyWords, Statuses: true}

// IstioDefaultRetryOn are the conditions of Istio's default retries, and of retries
// that name none, since 1.24.
var IstioDefaultRetryOn = []string{policy.OnConnect, "grpc:CANCELLED", "grpc:UNAVAILABLE"}

// atDestination are the ways of a policy in a DestinationRule, and in the Canary for which Flagger writes one.
func atDestination(rule policy.Edit) []policy.Remediation {
	canary := rule
	canary.Path = "spec.service." + strings.TrimPrefix(rule.Path, "spec.")
	return ways(in("DestinationRule", rule), in("Canary", canary))
}
