package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Dapr retries three times by default, a second apart, calls that did not get through.
var Dapr = &policy.Product{
	Name: "dapr", Title: "Dapr",
	Source:    "https://docs.dapr.io/operations/resiliency",
	Durations: []*policy.Syntax{DaprDuration},
	Layer:     policy.ClientProxy, Order: -1, Mesh: true, Operations: true, Backoff: policy.DaprExponential,
	OnlyAddressed: true, AddressedWays: []string{"dapr-invoke"}, MemberRealm: "dapr",
	// "Arguments and annotations".
	Signs: []policy.MeshSign{{Key: "dapr.io/enabled", In: []string{"true"}, Out: []string{"false"}}},
	Join:  []policy.Edit{field("annotations[dapr.io/enabled]", `"true"`)},
	Defaults: policy.Set{
		Timeout: connectOnly(policy.Setting[time.Duration]{}),
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnConnect, "grpc:UNAUTHENTICATED", "grpc:UNAVAILABLE"}),
			Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(time.Second), Jitter: def(policy.Jitter{Kind: "none"})},
		},
		Breaker: noBreaker(),
	},
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(-1), On: def([]string{policy.OnAny}),
			Backoff: &policy.Backoff{Kind: def("fixed"), Base: def(5 * time.Second), Max: def(60 * time.Second), Multiplier: def(1.5)},
		},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), Failures: def(6), Open: def(60 * time.Second)}, // consecutiveFailures > 5
	},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:    ways(in("Resiliency", field("spec.policies.timeouts[<callee>]", duration), named("spec.targets.apps[<callee>].timeout", "<callee>"))),
			policy.AttemptTimeout:  ways(in("Resiliency", field("spec.policies.timeouts[<callee>]", duration), named("spec.targets.apps[<callee>].timeout", "<callee>"))),
			policy.Retries:         ways(in("Resiliency", field("spec.policies.retries[<callee>].maxRetries", count), named("spec.targets.apps[<callee>].retry", "<callee>"))),
			policy.RetryBackoff:    ways(in("Resiliency", field("spec.policies.retries[].policy", "exponential"), remove("spec.policies.retries[].duration"))),
			policy.CircuitBreaker:  ways(in("Resiliency", block("spec.policies.circuitBreakers[<callee>]", "{maxRequests: 1, timeout: 30s, trip: consecutiveFailures > 5}"), named("spec.targets.apps[<callee>].circuitBreaker", "<callee>"))),
			policy.BreakerWindow:   ways(in("Resiliency", field("spec.policies.circuitBreakers[].interval", duration))),
			policy.BreakerOpenTime: ways(in("Resiliency", field("spec.policies.circuitBreakers[].timeout", duration))),
		}
	}),
	OnlyPolicies: []string{"Resiliency"}, ByTarget: true,
	Names:         map[string][]string{"Resiliency": {"spec.targets.apps.{}", "scopes[]"}},
	Inexpressible: []policy.Purpose{policy.RetryBudget, policy.EjectionShare, policy.ConcurrencyLimit, policy.FallbackAnswer, policy.LoadBalancing},
}

// DaprDefault is what a Resiliency declares as the default for apps, around the retries
// that Dapr makes by itself.
var DaprDefault = &policy.Product{
	Name: "dapr-default", Title: "Dapr's default policy",
	Source:    "https://docs.dapr.io/operations/resiliency/policies/default-policies",
	Durations: []*policy.Syntax{DaprDuration}, Layer: policy.ClientProxy, Order: -2, Around: Dapr,
	Remediations: Dapr.Remediations, Inexpressible: Dapr.Inexpressible,
}

// DaprPubSub is how a component delivers a message again that an app did not take, around the retries of
// a Resiliency.
var DaprPubSub = &policy.Product{
	Name: "dapr-pubsub", Title: "Dapr's pub/sub component",
	Source:    "https://docs.dapr.io/reference/components-reference/supported-pubsub",
	Durations: []*policy.Syntax{DaprDuration}, Layer: policy.ClientProxy, Operations: true,
	Inexpressible: allBut(),
}

// DaprDuration is the syntax of Dapr's resources: a number without a unit is of milliseconds
// (parseDuration of pkg/resiliency).
var DaprDuration = &policy.Syntax{Title: "Dapr", Read: readBareOr(time.Millisecond, readGo), Zero: policy.Off, Good: `"2s" or "250ms"`, Unit: "s"}
