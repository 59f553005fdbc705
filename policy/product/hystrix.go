package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// Hystrix counts a timeout as an error, so slowness trips it.
var Hystrix = &policy.Product{
	Name: "hystrix", Title: "Hystrix",
	Source:    "https://github.com/Netflix/Hystrix/wiki/Configuration",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout:  &policy.Timeout{Total: def(time.Second)},
		Retry:    noRetry(),
		Breaker:  hystrixBreaker,
		Bulkhead: &policy.Bulkhead{PoolSize: def(10)},
	},
	Within: policy.Set{Breaker: hystrixBreaker},
}

var hystrixBreaker = &policy.Breaker{
	Kind: def("call"), Slow: def(true), ErrorRate: def(0.5), MinCalls: def(20), Window: def(10 * time.Second), Buckets: def(10), Open: def(5 * time.Second),
}
