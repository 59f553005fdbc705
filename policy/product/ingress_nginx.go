package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// IngressNginx is ingress-nginx: nginx with 5 s to connect and three tries.
var IngressNginx = &policy.Product{
	Name: "ingress-nginx", Title: "ingress-nginx",
	Source:    "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration",
	Durations: []*policy.Syntax{IngressNginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer: policy.Gateway, IngressClasses: []string{"nginx"},
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Total: noDefault[time.Duration](), PerTry: noDefault[time.Duration](), Connect: def(5 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   nextUpstream(def(2)),
		Breaker: noBreaker(),
		Balance: &policy.Balance{Strategy: def("round-robin")},
	},
	Within: policy.Set{Retry: nextUpstream(def(2))},
}

// IngressNginxDuration is that of annotations: bare seconds, to which ingress-nginx adds
// the unit itself.
var IngressNginxDuration = &policy.Syntax{Title: "ingress-nginx", Read: readWhole(time.Second), Zero: policy.Off, Good: `a whole number of seconds without a unit: "60"`}
