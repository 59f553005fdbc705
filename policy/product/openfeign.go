package product

import (
	"time"

	"github.com/weirgraph/weir/policy"
)

// OpenFeign takes 10 s to connect and 60 s to read, and never retries.
var OpenFeign = &policy.Product{
	Name: "openfeign", Title: "OpenFeign",
	Source:    "https://docs.spring.io/spring-cloud-openfeign/reference",
	Durations: []*policy.Syntax{MillisDuration},
	Layer:     policy.App,
	Defaults: policy.Set{
		Timeout: &policy.Timeout{Connect: def(10 * time.Second), ReadGap: def(60 * time.Second)},
		Retry:   noRetry(), Breaker: noBreaker(),
	},
}
