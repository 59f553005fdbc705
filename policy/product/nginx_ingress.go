package product

import (
	"github.com/weirgraph/weir/policy"
)

// NginxIngress is F5's NGINX Ingress Controller: nginx as it is.
var NginxIngress = &policy.Product{
	Name: "nginx-ingress", Title: "NGINX Ingress Controller", NextServer: true,
	Source:    "https://docs.nginx.com/nginx-ingress-controller",
	Durations: []*policy.Syntax{NginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer:    policy.Gateway,
	Defaults: Nginx.Defaults, Within: Nginx.Within,
	Remediations: policy.Remediations{
		policy.Retries:          ways(in("Ingress", annotation("nginx.org/proxy-next-upstream", conditions), annotation("nginx.org/proxy-next-upstream-tries", count))),
		policy.CircuitBreaker:   ways(in("Ingress", annotation("nginx.org/max-fails", count))),
		policy.ConcurrencyLimit: ways(in("Ingress", annotation("nginx.org/max-conns", count))),
		policy.LoadBalancing:    ways(in("Ingress", annotation("nginx.org/lb-method", name))),
	},
	Inexpressible: []policy.Purpose{policy.TotalTimeout, policy.AttemptTimeout, policy.RetryBackoff, policy.RetryBudget, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer},
}
