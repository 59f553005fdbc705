package gateway

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// HaproxyAnnotations reads the annotations of an Ingress for HAProxy's controller.
// A server's timeout runs from one piece of an answer to the next.
func HaproxyAnnotations(o *resource.Object) {
	if !o.IsIngress("haproxy") {
		return
	}
	annotations := o.Meta.Get("annotations")
	f := o.Annotations("haproxy.org/", product.HAProxyDuration)
	p := o.Policy(product.HAProxy, "ingress", annotations)
	p.From = []graph.EndpointRef{{Ref: o.Self}}
	p.Says = policy.Set{
		Layer: policy.Gateway, Product: product.HAProxy,
		Timeout: field.Presence(policy.Timeout{
			Connect: f.Duration(annotations, "timeout-connect"), ReadGap: f.Duration(annotations, "timeout-server"),
		}),
		Bulkhead:  field.Presence(policy.Bulkhead{MaxConnections: f.Count(1, annotations, "pod-maxconn")}),
		RateLimit: field.PerSecond(f, f.Count(1, annotations, "rate-limit-requests"), policy.Setting[int]{}),
		Balance:   field.Presence(policy.Balance{Strategy: f.Word(proxy.HaproxyBalance, annotations, "load-balance")}),
	}
	if f.Look(annotations, "check").Str() != "false" { // servers are probed unless that is switched off
		p.Says.HealthCheck = field.Presence(policy.HealthCheck{Interval: f.Duration(annotations, "check-interval")})
	}
	if period := f.Duration(annotations, "rate-limit-period"); period.Set() && p.Says.RateLimit != nil {
		p.Says.RateLimit.Per = period
	}
	o.AddPolicies(f, p)
}
