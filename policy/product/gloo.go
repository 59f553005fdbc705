package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// Gloo has Envoy's own defaults.
var Gloo = &policy.Product{
	Name: "gloo", Title: "Gloo",
	Source: "https://docs.solo.io/gloo-edge",
	Layer:  policy.Gateway, Backoff: policy.EnvoyFullJitter,
	Defaults: policy.Set{Timeout: totalAndConnect(15*time.Second, 5*time.Second), Retry: noRetry(), Breaker: noBreaker(), Bulkhead: &envoyLimits},
	Within:   policy.Set{Retry: &policy.Retry{Retries: def(1), Backoff: &envoyBackoff}, Breaker: &envoyEjection},
}
