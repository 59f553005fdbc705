package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// Consul has Envoy's 15 s, and an outlier detection that is there and empty.
var Consul = &policy.Product{
	Name: "consul", Title: "Consul",
	Source:    "https://developer.hashicorp.com/consul/docs/connect/config-entries",
	Durations: []*policy.Syntax{ConsulDuration}, RetryWords: []*policy.RetryWords{ConsulRetryOn},
	Layer: policy.ClientProxy, Mesh: true, Backoff: policy.EnvoyFullJitter,
	CarriesRoutes: true, OnlyAddressed: true, AddressedWay: "consul-upstream",
	// "Annotations and labels".
	Signs: []policy.MeshSign{{Key: "consul.hashicorp.com/connect-inject", In: []string{"true"}, Out: []string{"false"}}},
	Defaults: policy.Set{
		Timeout: totalAndConnect(15*time.Second, 5*time.Second), Retry: noRetry(), Breaker: &envoyEjection, Bulkhead: &envoyLimits,
	},
	Within: policy.Set{
		Retry:   &policy.Retry{Retries: def(1), On: noDefault[[]string](), Backoff: &envoyBackoff},
		Breaker: &envoyEjection,
	},
}

// ConsulDuration is that of config entries; 0 leaves Envoy's default, less switches it off.
var ConsulDuration = &policy.Syntax{Title: "Consul", Read: readGo, Zero: policy.Unset, Negative: policy.Off, Good: `"15s", or "-1s" for no timeout`, Unit: "s"}

// ConsulRetryOn are the words of a service-router.
var ConsulRetryOn = &policy.RetryWords{Title: "Consul", Words: without(envoyWords, "http3-post-connect-failure")}
