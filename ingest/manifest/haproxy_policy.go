package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// haproxyAnnotations reads the annotations of an Ingress for HAProxy's controller.
// A server's timeout runs from one piece of an answer to the next.
func haproxyAnnotations(o *object) {
	if !o.isIngress("haproxy") {
		return
	}
	annotations := o.meta.Get("annotations")
	f := o.annotations("haproxy.org/", product.HAProxyDuration)
	p := o.policy(product.HAProxy, "ingress", annotations)
	p.From = []graph.EndpointRef{{Ref: o.self}}
	p.Says = policy.Set{
		Layer: policy.Gateway, Product: product.HAProxy,
		Timeout: presence(policy.Timeout{
			Connect: f.duration(annotations, "timeout-connect"), ReadGap: f.duration(annotations, "timeout-server"),
		}),
		Bulkhead:  presence(policy.Bulkhead{MaxConnections: f.count(1, annotations, "pod-maxconn")}),
		RateLimit: perSecond(f, f.count(1, annotations, "rate-limit-requests"), policy.Setting[int]{}),
		Balance:   presence(policy.Balance{Strategy: f.word(haproxyBalance, annotations, "load-balance")}),
	}
	if f.look(annotations, "check").Str() != "false" { // servers are probed unless that is switched off
		p.Says.HealthCheck = presence(policy.HealthCheck{Interval: f.duration(annotations, "check-interval")})
	}
	if period := f.duration(annotations, "rate-limit-period"); period.Set() && p.Says.RateLimit != nil {
		p.Says.RateLimit.Per = period
	}
	o.addPolicies(f, p)
}

var haproxyBalance = map[string]string{
	"roundrobin": "round-robin", "static-rr": "round-robin", "leastconn": "least-request", "random": "random",
	"source": "consistent-hash", "uri": "consistent-hash", "url_param": "consistent-hash", "hdr": "consistent-hash",
	"hash": "consistent-hash", "rdp-cookie": "consistent-hash", "first": "pick-first", "sticky": "consistent-hash",
}
