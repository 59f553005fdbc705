package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Traefik has no bound on a request; retries are at once unless an interval is given. A
// declared number of attempts includes the first.
var Traefik = &policy.Product{
	Name: "traefik", Title: "Traefik",
	Source:    "https://doc.traefik.io/traefik",
	Durations: []*policy.Syntax{TraefikDuration},
	Layer:     policy.Gateway, IngressClasses: []string{"traefik"}, Backoff: policy.TraefikExponential,
	Defaults: policy.Set{Timeout: connectOnly(def(30 * time.Second)), Retry: noRetry(), Breaker: noBreaker(), Balance: &policy.Balance{Strategy: def("round-robin")}},
	Within: policy.Set{
		Retry:       &policy.Retry{On: def([]string{policy.OnConnect, policy.OnReset}), Backoff: &policy.Backoff{Kind: def("none")}},
		Breaker:     &policy.Breaker{Kind: def("call"), Open: def(10 * time.Second), Window: def(10 * time.Second)},
		HealthCheck: &policy.HealthCheck{Interval: def(30 * time.Second), Timeout: def(5 * time.Second)},
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(traefikTimeout, traefikFileTimeout),
			policy.AttemptTimeout:   ways(traefikTimeout, traefikFileTimeout),
			policy.Retries:          traefikMiddleware(field("retry.attempts", tries)),
			policy.RetryBackoff:     traefikMiddleware(field("retry.initialInterval", duration)),
			policy.CircuitBreaker:   traefikMiddleware(block("circuitBreaker", "{expression: NetworkErrorRatio() > 0.30}")),
			policy.BreakerOpenTime:  traefikMiddleware(field("circuitBreaker.fallbackDuration", duration)),
			policy.ConcurrencyLimit: traefikMiddleware(field("inFlightReq.amount", count)),
			policy.FallbackAnswer:   ways(in("TraefikService", block("spec.failover", "")), at(TraefikConfiguration, block("http.services.*.failover", ""))),
		}
	}),
	Objects: map[string][]policy.Edit{"ServersTransport": begins("traefik.io/v1alpha1", "ServersTransport", policy.CalleeNamespace)},
	NamedIn: map[string]policy.Remediation{
		"Middleware":       in("IngressRoute", field("spec.routes[].middlewares[].name", policy.CalleeName)),
		"ServersTransport": *traefikTimeout.Refers,
	},
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.LoadBalancing},
}

// TraefikDuration takes a bare number for seconds.
var TraefikDuration = &policy.Syntax{Title: "Traefik", Read: readBareOr(time.Second, readGo), Zero: policy.Off, Good: `"2s", or a whole number of seconds`}

// TraefikConfiguration is the kind of what routers, middlewares and services of the file provider
// say, in the objects of policies.
const TraefikConfiguration = "dynamic configuration"

// traefikMiddleware are the ways to change a middleware, in a cluster and in a file.
func traefikMiddleware(e policy.Edit) []policy.Remediation {
	inFile := e
	e.Path, inFile.Path = "spec."+e.Path, "http.middlewares.*."+e.Path
	return ways(in("Middleware", e), at(TraefikConfiguration, inFile))
}

// traefikFileTimeout is in a transport that the services of the file name.
var traefikFileTimeout = at(TraefikConfiguration, field("http.serversTransports.*.forwardingTimeouts.responseHeaderTimeout", duration))

// traefikTimeout is in an object that the services of routes name.
var traefikTimeout = policy.Remediation{
	Kind: "ServersTransport", Edits: []policy.Edit{field("spec.forwardingTimeouts.responseHeaderTimeout", duration)},
	Refers: &policy.Remediation{Kind: "IngressRoute", Edits: []policy.Edit{field("spec.routes[].services[].serversTransport", policy.CalleeName)}},
}
