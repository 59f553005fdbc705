package manifest

import (
	"fmt"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// emissaryPolicies reads what a Mapping says about its calls.
func emissaryPolicies(r *resource) {
	f := newPolicyFields(r.Document, product.EmissaryDuration)
	p := r.policy(product.Emissary, "mapping", r.spec)
	p.Of, p.Merge, p.Rank = r.ref(), true, 1
	p.Says = f.emissarySet(r.spec, "timeout_ms", "idle_timeout_ms")
	r.addPolicies(f, p)
}

// emissaryModule reads what the Module of a gateway says for all Mappings that do
// not say it themselves.
func emissaryModule(r *resource) {
	if r.name != "ambassador" { // the only one that is read
		return
	}
	f := newPolicyFields(r.Document, product.EmissaryDuration).within("config")
	f.how = policy.MeshDefault
	p := r.policy(product.Emissary, "mapping", r.spec)
	p.From, p.Merge = r.emissaryGateways(), true
	p.Says = f.emissarySet(r.spec.Get("config"), "cluster_request_timeout_ms", "cluster_idle_timeout_ms")
	r.addPolicies(f, p)
}

func (f *policyFields) emissarySet(n document.Node, total, idle string) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Emissary}
	timeout := policy.Timeout{
		Total: f.duration(n, total), Connect: f.duration(n, "connect_timeout_ms"), Idle: f.duration(n, idle),
	}
	if retry := n.Get("retry_policy"); retry.Exists() {
		in := f.within("retry_policy")
		timeout.PerTry = in.in(product.EnvoyDuration).duration(retry, "per_try_timeout") // handed on to Envoy
		s.Retry = &policy.Retry{Retries: in.count(0, retry, "num_retries"), On: in.retryOn(product.EmissaryRetryOn, retry, "retry_on")}
		if !retry.Get("num_retries").Exists() {
			s.Retry.Retries = written(f, retry, 1)
		}
	}
	s.Timeout = presence(timeout)
	for i, limits := range n.Get("circuit_breakers").List() {
		if limits.Get("priority").Str() == "high" {
			continue // for few requests, which have to ask for it
		}
		in := f.within(fmt.Sprintf("circuit_breakers[%d]", i))
		s.Bulkhead = presence(policy.Bulkhead{
			MaxConnections: in.count(0, limits, "max_connections"), MaxPending: in.count(0, limits, "max_pending_requests"),
			MaxConcurrent: in.count(0, limits, "max_requests"), MaxRetries: in.count(0, limits, "max_retries"),
		})
	}
	if outliers := n.Get("outlier_detection"); outliers.Exists() {
		s.Breaker = &policy.Breaker{Kind: written(f, outliers, "endpoint")}
	}
	s.Balance = presence(policy.Balance{Strategy: f.word(map[string]string{
		"round_robin": "round-robin", "least_request": "least-request", "ring_hash": "consistent-hash", "maglev": "consistent-hash",
	}, n, "load_balancer", "policy")})
	return s
}
