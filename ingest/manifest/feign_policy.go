package manifest

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// OpenFeign has a configuration for each client, by the client's name, over the
// one named default, which is for all clients.

// feignPrefixes are where the clients are configured, now and before 2022.
var feignPrefixes = [][]string{{"spring", "cloud", "openfeign"}, {"feign"}}

// feignCalls are the protocols that a client speaks.
var feignCalls = []string{"http", "https"}

func readFeign(p *program) {
	for _, prefix := range feignPrefixes {
		feign := p.options.get(prefix...)
		for client := range feign.get("client", "config").all() {
			r := &reading{syntax: product.MillisDuration}
			p.add(namedPolicy(client, "client", r.feignClient(client), r))
		}
		p.feignBreaker(feign)
	}
}

// feignClient reads one client. Both timeouts are those of a connection: the one
// for reading begins anew with every part of the answer.
func (r *reading) feignClient(client *option) policy.Set {
	says := policy.Set{Timeout: &policy.Timeout{
		Connect: r.limit(client.get("connect-timeout")),
		ReadGap: r.limit(client.get("read-timeout")),
	}}
	// The one retryer that Feign brings along: five tries, 100 ms apart at first.
	if retryer := client.get("retryer"); strings.HasSuffix(strings.ReplaceAll(retryer.word(), "$", "."), "Retryer.Default") {
		says.Retry = &policy.Retry{
			Retries: policy.Declare(4, retryer.at),
			Backoff: &policy.Backoff{
				Kind: builtIn("exponential"), Base: builtIn(100 * time.Millisecond), Max: builtIn(time.Second), Multiplier: builtIn(1.5),
			},
		}
	}
	return says
}

// feignBreaker reads the switch that puts a breaker around every client.
func (p *program) feignBreaker(feign *option) {
	enabled := feign.get("circuitbreaker", "enabled")
	if !enabled.is(true) {
		return
	}
	r := &reading{syntax: product.SpringDuration}
	says := p.r4jSays(r, "circuitbreaker", "")
	if says.Breaker == nil {
		says.Breaker = &policy.Breaker{}
	}
	says.Breaker.Kind = policy.Declare("call", enabled.at)
	says.Timeout = &policy.Timeout{PerTry: p.springTimeLimit(r, "")}
	p.add(graph.Policy{
		Product: product.SpringCircuitBreaker, Origin: enabled.at, Object: "circuitbreaker/feign", Group: "feign", Merge: true,
		Protocols: feignCalls, Says: says, Flaws: r.flaws,
	})
}
