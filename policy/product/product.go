// Package product has the facts about each product that weir reads policies of: its
// syntax of durations and retry conditions, its defaults, and how its policies are bound.
// Reading its documents is the task of ingest. One file is one product, a value of type
// policy.Product; All lists them.
//
// To add a product, write its file and put its value into All. The tests of this
// package say which parts a product has to have.
package product

import (
	"github.com/weirgraph/weir/policy"
)

// All are the products. Those of one layer are ordered from the outside in: a resilience
// library wraps its client, and requests of Dapr's sidecar pass the sidecar of a mesh.
var All = numbered(
	// In the caller's process.
	Native, HandWritten, Tenacity, SpringRetry, Micronaut, Cockatiel,
	HTTPClient, DotNet, Polly, Resilience4j, SpringCircuitBreaker, Hystrix, MicroProfile, PyBreaker, GoBreaker, Opossum, Ribbon,
	RestTemplate, WebClient, OkHttp, JavaHTTP,
	AxiosRetry, Axios, Got, NodeFetch, Fetch, Asyncio, Urllib3, Requests, HTTPX, AIOHTTP,
	GoContext, FailsafeGo, RetryableHTTP, NetHTTP, OpenFeign, Kitex, GRPC,
	// In its sidecar.
	DaprPubSub, DaprDefault, Dapr, GatewayAPI, SMI, Istio, Linkerd, Consul, Kuma, Cilium, Envoy,
	// In a gateway.
	SpringGateway, EnvoyGateway, Contour, Emissary, Gloo, Traefik, Kong, IngressNginx, NginxIngress, Nginx, HAProxy,
)

// Meshes are the products whose meshes services are members of.
var Meshes = []*policy.Product{Istio, Linkerd, Consul, Kuma, Dapr}

// numbered gives products their order.
func numbered(list ...*policy.Product) []*policy.Product {
	for i, p := range list {
		p.Order = i
	}
	return list
}

// Find returns the product of that name, nil if there is none.
func Find(name string) *policy.Product {
	for _, p := range All {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Named is Find for names in files of other versions of weir: an unknown product is one
// of that name without defaults, and the empty name is nil.
func Named(name string) *policy.Product {
	if p := Find(name); p != nil || name == "" {
		return p
	}
	return &policy.Product{Name: name, Title: name, Order: -1}
}
