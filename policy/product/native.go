package product

import (
	"github.com/weirgraph/weir/policy"
)

// Native is the native manifest, weir.yaml: what people declare about their code, which does nothing by itself.
var Native = &policy.Product{
	Name: "native", Title: "native manifest",
	Source:    "https://github.com/weirgraph/weir",
	Durations: []*policy.Syntax{NativeDuration},
	Layer:     policy.App, ByHand: true, Transport: true,
	Remediations: policy.Remediations{
		policy.TotalTimeout:     ways(in("call in weir.yaml", field("timeout", duration))),
		policy.AttemptTimeout:   ways(in("call in weir.yaml", field("perTry", duration))),
		policy.Retries:          ways(in("call in weir.yaml", field("retry.retries", count), field("retry.on", conditions))),
		policy.RetryBackoff:     ways(in("call in weir.yaml", field("retry.backoff", "{kind: exponential, jitter: full}"))),
		policy.RetryBudget:      ways(in("call in weir.yaml", field("retry.budget", percent))),
		policy.CircuitBreaker:   ways(in("call in weir.yaml", field("breaker", policy.BlockValue))),
		policy.EjectionShare:    ways(in("call in weir.yaml", field("breaker.maxEject", percent))),
		policy.BreakerWindow:    ways(in("call in weir.yaml", field("breaker.window", duration))),
		policy.BreakerOpenTime:  ways(in("call in weir.yaml", field("breaker.open", duration))),
		policy.ConcurrencyLimit: ways(in("call in weir.yaml", field("bulkhead.maxConcurrent", count))),
		policy.FallbackAnswer:   ways(in("call in weir.yaml", field("fallback", policy.BlockValue))),
		policy.LoadBalancing:    ways(in("call in weir.yaml", field("balance", name))),
	},
}

// NativeDuration is the syntax of weir.yaml.
var NativeDuration = &policy.Syntax{Title: "weir", Read: readGo, Zero: policy.Off, Off: []string{"off", "false"}, Good: `"3s", "250ms" or "1m", or "off" for none`, Unit: "s"}
