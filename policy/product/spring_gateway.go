package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// SpringGateway is Spring Cloud Gateway: its Retry filter answers to 5xx of GET, at once.
var SpringGateway = &policy.Product{
	Name: "spring-cloud-gateway", Title: "Spring Cloud Gateway",
	Source:    "https://docs.spring.io/spring-cloud-gateway/reference",
	Durations: []*policy.Syntax{SpringDuration, MillisDuration},
	Layer:     policy.Gateway,
	Defaults:  policy.Set{Timeout: connectOnly(def(45 * time.Second)), Retry: noRetry(), Breaker: noBreaker()},
	Within: policy.Set{
		Retry: &policy.Retry{
			Retries: def(3), On: def([]string{policy.OnConnect, policy.OnReset, policy.On5xx, policy.OnPerTry}), Methods: def([]string{"GET"}), Backoff: &policy.Backoff{Kind: def("none")},
		},
		Breaker: &policy.Breaker{Kind: def("call"), Slow: def(false), ErrorRate: def(0.5), MinCalls: def(100), Open: def(60 * time.Second)},
	},
}
