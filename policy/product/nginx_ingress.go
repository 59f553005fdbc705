package product

import (
	"github.com/weirgraph/weir/policy"
)

// NginxIngress is F5's NGINX Ingress Controller: nginx as it is.
var NginxIngress = &policy.Product{
	Name: "nginx-ingress", Title: "NGINX Ingress Controller",
	Source:    "https://docs.nginx.com/nginx-ingress-controller",
	Durations: []*policy.Syntax{NginxDuration}, RetryWords: []*policy.RetryWords{NginxNextUpstream},
	Layer:    policy.Gateway,
	Defaults: Nginx.Defaults, Within: Nginx.Within,
}
