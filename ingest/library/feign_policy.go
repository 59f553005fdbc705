package library

import (
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// OpenFeign has a configuration for each client, by the client's name, over the
// one named default, which is for all clients.

// feignPrefixes are where the clients are configured, now and before 2022.
var feignPrefixes = [][]string{{"spring", "cloud", "openfeign"}, {"feign"}}

// feignCalls are the protocols that a client speaks.
var feignCalls = []string{"http", "https"}

func readFeign(p *settings.LibraryConfig) {
	for _, prefix := range feignPrefixes {
		feign := p.Options.Get(prefix...)
		for client := range feign.Get("client", "config").All() {
			r := &settings.Reader{Syntax: product.MillisDuration}
			p.Add(namedPolicy(client, "client", feignClient(r, client), r))
		}
		feignBreaker(p, feign)
	}
}

// feignClient reads one client. Both timeouts are those of a connection: the one
// for reading begins anew with every part of the answer.
func feignClient(r *settings.Reader, client *settings.Tree) policy.Set {
	says := policy.Set{Timeout: &policy.Timeout{
		Connect: r.Duration(client.Get("connect-timeout")),
		ReadGap: r.Duration(client.Get("read-timeout")),
	}}
	// The one retryer that Feign brings along: five tries, 100 ms apart at first.
	if retryer := client.Get("retryer"); strings.HasSuffix(strings.ReplaceAll(retryer.Word(), "$", "."), "Retryer.Default") {
		says.Retry = &policy.Retry{
			Retries: policy.Declare(4, retryer.At),
			Backoff: &policy.Backoff{
				Kind: settings.BuiltIn("exponential"), Base: settings.BuiltIn(100 * time.Millisecond), Max: settings.BuiltIn(time.Second), Multiplier: settings.BuiltIn(1.5),
			},
		}
	}
	return says
}

// feignBreaker reads the switch that puts a breaker around every client.
func feignBreaker(p *settings.LibraryConfig, feign *settings.Tree) {
	enabled := feign.Get("circuitbreaker", "enabled")
	if !enabled.Is(true) {
		return
	}
	r := &settings.Reader{Syntax: product.SpringDuration}
	says := r4jSays(p, r, "circuitbreaker", "")
	if says.Breaker == nil {
		says.Breaker = &policy.Breaker{}
	}
	says.Breaker.Kind = policy.Declare("call", enabled.At)
	says.Timeout = &policy.Timeout{PerTry: springTimeLimit(p, r, "")}
	p.Add(graph.Policy{
		Product: product.SpringCircuitBreaker, Origin: enabled.At, Object: "circuitbreaker/*", Group: "feign", Merge: true,
		Protocols: feignCalls, Says: says, Flaws: r.Flaws,
	})
}
