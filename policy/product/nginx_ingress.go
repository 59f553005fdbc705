package product

import (
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// NginxIngress is F5's NGINX Ingress Controller: nginx as it is.
var NginxIngress = &policy.Product{
	Name: "nginx-ingress", Title: "NGINX Ingress Controller", NextServer: true, EachHost: true,
	Source:    "https://docs.nginx.com/nginx-ingress-controller",
	Durations: []*policy.Syntax{NginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer: policy.Gateway, IngressPrefix: "nginx.org/",
	Defaults: policy.Set{
		Timeout: Nginx.Defaults.Timeout, Retry: nextUpstream(policy.Setting[int]{}), Breaker: Nginx.Defaults.Breaker, Balance: Nginx.Defaults.Balance,
	},
	Within: policy.Set{Retry: nextUpstream(policy.Setting[int]{}), Breaker: Nginx.Defaults.Breaker},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("VirtualServer", field("spec.upstreams[].read-timeout", duration)), in("Ingress", annotation("nginx.org/proxy-read-timeout", duration))),
			policy.AttemptTimeout:   ways(in("VirtualServer", field("spec.upstreams[].read-timeout", duration)), in("Ingress", annotation("nginx.org/proxy-read-timeout", duration))),
			policy.Retries:          ways(in("VirtualServer", field("spec.upstreams[].next-upstream", conditions), field("spec.upstreams[].next-upstream-tries", count)), in("Ingress", annotation("nginx.org/proxy-next-upstream", conditions), annotation("nginx.org/proxy-next-upstream-tries", count))),
			policy.CircuitBreaker:   ways(in("VirtualServer", field("spec.upstreams[].max-fails", count)), in("Ingress", annotation("nginx.org/max-fails", count))),
			policy.ConcurrencyLimit: ways(in("VirtualServer", field("spec.upstreams[].max-conns", count)), in("Ingress", annotation("nginx.org/max-conns", count))),
			policy.LoadBalancing:    ways(in("VirtualServer", named("spec.upstreams[].lb-method", "least_conn")), in("Ingress", annotation("nginx.org/lb-method", policy.NameValue))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer},
}
