package product

import (
	"time"

	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
)

// IngressNginx is ingress-nginx: nginx with 5 s to connect and three tries.
var IngressNginx = &policy.Product{
	Name: "ingress-nginx", Title: "ingress-nginx", NextServer: true,
	Source:    "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration",
	Durations: []*policy.Syntax{IngressNginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer: policy.Gateway, IngressClasses: []string{"nginx"}, IngressPrefix: "nginx.ingress.kubernetes.io/",
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: def(5 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   nextUpstream(def(2)),
		Breaker: noBreaker(),
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: nextUpstream(def(2))},
	Remediations: lazy.NewValue(func() policy.Remediations {
		return policy.Remediations{
			policy.TotalTimeout:     ways(in("Ingress", annotation("nginx.ingress.kubernetes.io/proxy-read-timeout", duration))),
			policy.AttemptTimeout:   ways(in("Ingress", annotation("nginx.ingress.kubernetes.io/proxy-read-timeout", duration))),
			policy.Retries:          ways(in("Ingress", annotation("nginx.ingress.kubernetes.io/proxy-next-upstream", conditions), annotation("nginx.ingress.kubernetes.io/proxy-next-upstream-tries", count))),
			policy.ConcurrencyLimit: ways(in("Ingress", annotation("nginx.ingress.kubernetes.io/limit-connections", count))),
		}
	}),
	Inexpressible: []policy.Purpose{policy.RetryBackoff, policy.RetryBudget, policy.CircuitBreaker, policy.EjectionShare, policy.BreakerWindow, policy.BreakerOpenTime, policy.FallbackAnswer, policy.LoadBalancing},
}

// IngressNginxDuration is that of annotations: bare seconds, to which ingress-nginx adds
// the unit itself.
var IngressNginxDuration = &policy.Syntax{Title: "ingress-nginx", Read: readWhole(time.Second), Zero: policy.Off, Good: `a whole number of seconds without a unit: "60"`}
