package product

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// GatewayAPI is an interface: what is not declared is up to its implementation.
var GatewayAPI = &policy.Product{
	Name: "gateway-api", Title: "Gateway API",
	Source:    "https://gateway-api.sigs.k8s.io",
	Durations: []*policy.Syntax{GatewayDuration},
	Layer:     policy.Gateway, Contract: true, OldestActs: true,
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:   ways(in("HTTPRoute", field("spec.rules[].timeouts.request", duration))),
			policy.AttemptTimeout: ways(in("HTTPRoute", field("spec.rules[].timeouts.backendRequest", duration))),
			policy.Retries:        ways(in("HTTPRoute", field("spec.rules[].retry.attempts", count), listed("spec.rules[].retry.codes"))),
			policy.RetryBackoff:   ways(in("HTTPRoute", field("spec.rules[].retry.backoff", duration))),
			policy.RetryBudget:    ways(in("XBackendTrafficPolicy", block("spec.retryConstraint.budget", ""))),
		}
	}),
	Names: map[string][]string{
		"HTTPRoute":             {"spec.parentRefs[].name", "spec.rules[].backendRefs[].name"},
		"GRPCRoute":             {"spec.parentRefs[].name", "spec.rules[].backendRefs[].name"},
		"XBackendTrafficPolicy": {"spec.targetRefs[].name"},
	},
	Apart:         map[string][]string{"grpc-route": {"HTTPRoute"}}, // GRPCRoute has neither timeouts nor retries
	Inexpressible: []policy.Purpose{policy.CircuitBreaker, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.FallbackAnswer, policy.LoadBalancing},
}

// GatewayDuration is GEP-2257, a part of what Go takes: whole numbers only.
var GatewayDuration = &policy.Syntax{Title: "Gateway API", Read: readGEP2257, Zero: policy.Off, Good: `whole numbers of h, m, s and ms: "1s500ms"`, Unit: "s"}

var gep2257 = lazy.NewRegexp(`^([0-9]{1,5}(h|m|s|ms)){1,4}$`)

func readGEP2257(text string) (time.Duration, string) {
	if gep2257.MatchString(text) {
		return readGo(text)
	}
	if _, why := readGo(text); why == noUnit || text == "0" {
		return 0, noUnit
	} else if why == "" && strings.Contains(text, ".") {
		return 0, "has a decimal point"
	}
	return 0, notDuration
}
