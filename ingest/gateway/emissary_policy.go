package gateway

import (
	"fmt"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// emissaryPolicies reads what a Mapping says about its calls.
func emissaryPolicies(r *resource.Object) {
	f := field.New(r.Document, product.EmissaryDuration)
	p := r.Policy(product.Emissary, "mapping", r.Spec)
	p.Of, p.Merge, p.Rank = r.Ref(), true, 1
	p.Says = emissarySet(f, r.Spec, "timeout_ms", "idle_timeout_ms")
	r.AddPolicies(f, p)
}

// emissaryModuleName is the name of the Module with the settings of gateways.
const emissaryModuleName = "ambassador"

// emissaryModule reads what the Module of a gateway says for all Mappings that do
// not say it themselves.
func emissaryModule(r *resource.Object) {
	f := field.New(r.Document, product.EmissaryDuration).Within("config")
	f.How = policy.MeshDefault
	p := r.Policy(product.Emissary, "mapping", r.Spec)
	p.Merge = true
	p.Says = emissarySet(f, r.Spec.Get("config"), "cluster_request_timeout_ms", "cluster_idle_timeout_ms")
	if r.Name != emissaryModuleName {
		if p.Says.Empty() { // such as that for TLS, of older versions
			return
		}
		p.Says, f = policy.Set{}, field.New(r.Document, product.EmissaryDuration)
		f.Flaw(graph.Unbound, r.Meta.Get("name"), "metadata.name", "of the Modules for timeouts, retries and limits it reads the one named ambassador", "name it ambassador", field.Instead(emissaryModuleName))
	} else {
		p.From = emissaryGateways(r)
	}
	r.AddPolicies(f, p)
}

func emissarySet(f *field.Reader, n document.Node, total, idle string) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Emissary}
	timeout := policy.Timeout{
		Total: f.Duration(n, total), Connect: f.Duration(n, "connect_timeout_ms"), Idle: f.Duration(n, idle),
	}
	if retry := n.Get("retry_policy"); retry.Exists() {
		in := f.Within("retry_policy")
		timeout.PerTry = in.In(product.EnvoyDuration).Duration(retry, "per_try_timeout") // handed on to Envoy
		s.Retry = &policy.Retry{Retries: in.Count(0, retry, "num_retries"), On: in.RetryOn(product.EmissaryRetryOn, retry, "retry_on")}
		if !retry.Get("num_retries").Exists() {
			s.Retry.Retries = field.Written(f, retry, 1)
		}
	}
	s.Timeout = field.Presence(timeout)
	for i, limits := range n.Get("circuit_breakers").List() {
		if limits.Get("priority").Str() == "high" {
			continue // for few requests, which have to ask for it
		}
		in := f.Within(fmt.Sprintf("circuit_breakers[%d]", i))
		s.Bulkhead = field.Presence(policy.Bulkhead{
			MaxConnections: in.Count(0, limits, "max_connections"), MaxPending: in.Count(0, limits, "max_pending_requests"),
			MaxConcurrent: in.Count(0, limits, "max_requests"), MaxRetries: in.Count(0, limits, "max_retries"),
		})
	}
	if outliers := n.Get("outlier_detection"); outliers.Exists() {
		s.Breaker = &policy.Breaker{Kind: field.Written(f, outliers, "endpoint")}
	}
	s.Balance = field.Presence(policy.Balance{Strategy: f.Word(map[string]string{
		"round_robin": "round-robin", "least_request": "least-request", "ring_hash": "consistent-hash", "maglev": "consistent-hash",
	}, n, "load_balancer", "policy")})
	return s
}
