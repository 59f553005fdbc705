package policy_test

import (
	"testing"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A hint is for the object that the user has, and else for the product's usual one.
func TestRemediationOfAnObjectKind(t *testing.T) {
	for _, tt := range []struct {
		product *policy.Product
		purpose policy.Purpose
		kind    string
		object  string
		verb    string
		want    string
	}{
		{product.Linkerd, policy.TotalTimeout, "", "", "set", "set annotation timeout.linkerd.io/request of the callee's Service"},
		{product.Linkerd, policy.TotalTimeout, "ServiceProfile", "shop/pricing", "set", "set spec.routes[].timeout of ServiceProfile shop/pricing"},
		{product.Linkerd, policy.Retries, "HTTPRoute", "shop/pricing", "change", "change annotations retry.linkerd.io/limit and retry.linkerd.io/http of HTTPRoute shop/pricing"},
		{product.GatewayAPI, policy.TotalTimeout, "GRPCRoute", "", "raise", "raise spec.rules[].timeouts.request of an HTTPRoute"},
		{product.Istio, policy.TotalTimeout, "DestinationRule", "", "set", "set spec.http[].timeout of a VirtualService"},
		{product.Istio, policy.CircuitBreaker, "", "", "set", "add spec.trafficPolicy.outlierDetection to a DestinationRule"},
		{product.Consul, policy.TotalTimeout, "ServiceRouter", "shop/pricing", "set", "set spec.routes[].destination.requestTimeout of ServiceRouter shop/pricing"},
		{product.Polly, policy.CircuitBreaker, "", "", "set", "add a circuit breaker strategy"},
		{product.DotNet, policy.RetryBackoff, "", "", "set", "set Retry:BackoffType: Exponential and Retry:UseJitter: true of the resilience handler"},
	} {
		r, ok := tt.product.Remediation(tt.purpose, tt.kind)
		if got := r.Sentence(tt.verb, tt.object); !ok || got != tt.want {
			t.Errorf("%s of %s in %q: %q, want %q", tt.purpose, tt.product, tt.kind, got, tt.want)
		}
	}
}

// What no product is known to express is still an imperative that names a thing.
func TestSentenceWithoutAProduct(t *testing.T) {
	r := policy.RemediationIn("the caller's code", policy.TotalTimeout)
	if got, want := r.Sentence("raise", ""), "raise a timeout for the whole call in the caller's code"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
