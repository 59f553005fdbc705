package product

import (
	"github.com/weirgraph/weir/policy"
)

// Cilium is Envoy, for traffic that its policies send there.
var Cilium = &policy.Product{
	Name: "cilium", Title: "Cilium",
	Source:    "https://docs.cilium.io",
	Durations: []*policy.Syntax{EnvoyDuration}, RetryWords: []*policy.RetryWords{EnvoyRetryOn},
	Layer: policy.ClientProxy, Backoff: policy.EnvoyFullJitter, Defaults: Envoy.Defaults, Within: Envoy.Within,
	Remediations: Envoy.Remediations, Inexpressible: Envoy.Inexpressible,
}
