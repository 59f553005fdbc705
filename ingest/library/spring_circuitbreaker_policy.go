package library

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Spring Cloud CircuitBreaker wraps calls in a breaker and a time limiter of
// resilience4j. The limit is a second unless something else is written.

// springTimeLimit is the limit that a breaker of that name has on its calls.
func springTimeLimit(p *settings.LibraryConfig, r *settings.Reader, name string) policy.Setting[time.Duration] {
	if off := p.Options.Get("spring", "cloud", "circuitbreaker", "resilience4j", "disable-time-limiter"); off.Is(true) {
		return policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: off.At}
	}
	if says := r4jSays(p, r, "timelimiter", name); says.Timeout != nil {
		return says.Timeout.PerTry
	}
	return settings.BuiltIn(time.Second)
}

// springBreakers reads the limit that Spring puts on the calls of breakers that
// have no time limiter of their own. Without Spring Cloud CircuitBreaker, of
// which the configuration then speaks, they have none.
func springBreakers(p *settings.LibraryConfig) {
	if p.Options.Get("spring", "cloud", "circuitbreaker") == nil {
		return
	}
	root := p.Options.Get("resilience4j")
	for instance := range root.Get("circuitbreaker", "instances").All() {
		if root.Get("timelimiter", "instances", instance.Name) != nil {
			continue
		}
		limit := springTimeLimit(p, &settings.Reader{Syntax: product.SpringDuration}, instance.Name)
		p.Add(graph.Policy{
			Origin: instance.At, Object: "timelimiter/" + instance.Name, CalleeAlias: dependencyName(instance.Name),
			Group: "timelimiter", Merge: true, Says: policy.Set{Timeout: &policy.Timeout{PerTry: limit}},
		})
	}
}
