package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// GRPC is gRPC's service config (gRFC A6): waits are exponential with 20 % either way,
// and there are no more than five attempts, the first included. The first replica gets
// all calls.
var GRPC = &policy.Product{
	Name: "grpc", Title: "gRPC service config",
	Source:       "https://grpc.io/docs/guides/retry",
	OnlyDeclared: true,
	Durations:    []*policy.Syntax{GRPCDuration}, RetryWords: []*policy.RetryWords{GRPCRetryCodes},
	Layer: policy.App, MaxAttempts: 5,
	Defaults: policy.Set{
		Timeout: connectOnly(def(20 * time.Second)), Retry: noRetry(), Breaker: noBreaker(), Balance: &policy.Balance{Strategy: def("pick-first")},
	},
	Within: policy.Set{Retry: &policy.Retry{Backoff: &policy.Backoff{Kind: def("exponential"), Jitter: def(policy.Jitter{Kind: "partial", Fraction: 0.2})}}},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:  ways(inFile("gRPC service config", field("methodConfig[].timeout", duration))),
			policy.Retries:       ways(inFile("gRPC service config", field("methodConfig[].retryPolicy.maxAttempts", tries), listed("methodConfig[].retryPolicy.retryableStatusCodes"))),
			policy.RetryBackoff:  ways(inFile("gRPC service config", field("methodConfig[].retryPolicy.initialBackoff", duration), field("methodConfig[].retryPolicy.backoffMultiplier", "2"))),
			policy.RetryBudget:   ways(inFile("gRPC service config", block("retryThrottling", "{maxTokens: 10, tokenRatio: 0.1}"))),
			policy.LoadBalancing: ways(inFile("gRPC service config", field("loadBalancingConfig", "[{round_robin: {}]"))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.AttemptTimeout, policy.CircuitBreaker, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.ConcurrencyLimit, policy.FallbackAnswer},
}

// GRPCDuration is the JSON form of protobuf's Duration.
var GRPCDuration = &policy.Syntax{Title: "gRPC", Read: readGRPC, Good: `seconds: "1s" or "0.1s"`, Unit: "s"}

// GRPCRetryCodes are those of retryableStatusCodes, by name in any case or by number.
var GRPCRetryCodes = &policy.RetryWords{Title: "gRPC", GRPC: true}
