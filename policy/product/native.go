package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// Native is the native manifest, weir.yaml: what people declare about their code, which does nothing by itself.
var Native = &policy.Product{
	Name: "native", Title: "native manifest",
	Source:    "https://github.com/weirgraph/weir",
	Durations: []*policy.Syntax{NativeDuration}, RetryWords: []*policy.RetryWords{nativeRetryOn},
	Layer: policy.App, ByHand: true, Transport: true,
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(at(NativeCall, field("timeout", duration))),
			policy.AttemptTimeout:   ways(at(NativeCall, field("perTry", duration))),
			policy.Retries:          ways(at(NativeCall, field("retry.retries", count), listed("retry.on"))),
			policy.RetryBackoff:     ways(at(NativeCall, field("retry.backoff", "{kind: exponential, jitter: full}"))),
			policy.RetryBudget:      ways(at(NativeCall, policy.Edit{Path: "retry.budget", Value: policy.PercentValue, Fill: "%"})),
			policy.CircuitBreaker:   ways(at(NativeCall, policy.Edit{Path: "breaker", Value: policy.BlockValue, Fill: "{kind: call, errorRate: 50%}"})),
			policy.EjectionShare:    ways(at(NativeCall, policy.Edit{Path: "breaker.maxEject", Value: policy.PercentValue, Fill: "%"})),
			policy.BreakerWindow:    ways(at(NativeCall, field("breaker.window", duration))),
			policy.BreakerOpenTime:  ways(at(NativeCall, field("breaker.open", duration))),
			policy.ConcurrencyLimit: ways(at(NativeCall, field("bulkhead.maxConcurrent", count))),
			policy.FallbackAnswer:   ways(at(NativeCall, policy.Edit{Path: "fallback", Value: policy.BlockValue, Fill: "{kind: static}"})),
			policy.LoadBalancing:    ways(at(NativeCall, named("balance", "least-request"))),
		}
	}),
}

// The kinds of what a native manifest declares of one call, and of one service.
const (
	NativeCall    = "call in weir.yaml"
	NativeService = "service in weir.yaml"
)

// nativeRetryOn are weir's own classes of failures.
var nativeRetryOn = func() *policy.RetryWords {
	v := &policy.RetryWords{Title: "weir", Words: map[string][]string{}, GRPC: true}
	for _, class := range policy.Triggers {
		v.Words[class] = []string{class}
	}
	return v
}()

// NativeDuration is the syntax of weir.yaml.
var NativeDuration = &policy.Syntax{Title: "weir", Read: readGo, Zero: policy.Off, Off: []string{"off", "false"}, Good: `"3s", "250ms" or "1m", or "off" for none`, Unit: "s"}
