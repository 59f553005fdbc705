package manifest

import (
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Spring Cloud CircuitBreaker wraps calls in a breaker and a time limiter of
// resilience4j. The limit is a second unless something else is written.

// springTimeLimit is the limit that a breaker of that name has on its calls.
func (p *program) springTimeLimit(r *reading, name string) policy.Setting[time.Duration] {
	if off := p.options.get("spring", "cloud", "circuitbreaker", "resilience4j", "disable-time-limiter"); off.is(true) {
		return policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: off.at}
	}
	if says := p.r4jSays(r, "timelimiter", name); says.Timeout != nil {
		return says.Timeout.PerTry
	}
	return builtIn(time.Second)
}

// springBreakers reads the limit that Spring puts on the calls of breakers that
// have no time limiter of their own. Without Spring Cloud CircuitBreaker, of
// which the configuration then speaks, they have none.
func (p *program) springBreakers() {
	if p.options.get("spring", "cloud", "circuitbreaker") == nil {
		return
	}
	root := p.options.get("resilience4j")
	for instance := range root.get("circuitbreaker", "instances").all() {
		if root.get("timelimiter", "instances", instance.name) != nil {
			continue
		}
		limit := p.springTimeLimit(&reading{syntax: product.SpringDuration}, instance.name)
		p.add(graph.Policy{
			Origin: instance.at, Object: "timelimiter/" + instance.name, CalleeAlias: dependencyName(instance.name),
			Group: "timelimiter", Merge: true, Says: policy.Set{Timeout: &policy.Timeout{PerTry: limit}},
		})
	}
}
