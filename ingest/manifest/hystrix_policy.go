package manifest

import (
	"iter"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Hystrix and Ribbon, which Spring Cloud used before resilience4j, have settings
// for each command, pool and client by name, over those named default.

func readHystrix(p *program) {
	root := p.options.get("hystrix")
	for key := range root.get("command").all() {
		r := &reading{syntax: product.MillisDuration}
		says := r.hystrixCommand(key)
		p.add(namedPolicy(key, "command", says, r))
	}
	if enabled := p.options.get("feign", "hystrix", "enabled"); enabled.is(true) {
		says := policy.Set{Breaker: &policy.Breaker{Kind: policy.Declare("call", enabled.at)}}
		p.add(namedPolicy(&option{name: "default", at: enabled.at}, "feign", says, &reading{}))
	}
	for key := range root.get("threadpool").all() {
		r := &reading{syntax: product.MillisDuration}
		b := &policy.Bulkhead{PoolSize: r.count(key.get("coreSize"), 1)}
		if queue := key.get("maxQueueSize"); queue.word() == "-1" { // handed on at once or refused
			b.MaxPending = policy.Declare(0, queue.at)
		} else {
			b.MaxPending = r.count(queue, 0)
		}
		p.add(namedPolicy(key, "threadpool", policy.Set{Bulkhead: b}, r))
	}
}

// namedPolicy makes a policy of the settings under a name, which are laid over those
// named default.
func namedPolicy(key *option, kind string, says policy.Set, r *reading) graph.Policy {
	c := graph.Policy{Origin: key.at, Object: kind + "/" + key.name, Group: kind, Merge: true, Says: says, Flaws: r.flaws}
	if key.name == "default" {
		c.Protocols = feignCalls
	} else {
		c.CalleeAlias, c.Rank = dependencyName(key.name), rankSpecific
	}
	return c
}

func (r *reading) hystrixCommand(key *option) policy.Set {
	execution, breaker := key.get("execution"), key.get("circuitBreaker")
	says := policy.Set{Timeout: &policy.Timeout{Total: r.limit(execution.get("isolation", "thread", "timeoutInMilliseconds"))}}
	if off := execution.get("timeout", "enabled"); off.is(false) {
		says.Timeout.Total = policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: off.at}
	}
	if most := r.count(execution.get("isolation", "semaphore", "maxConcurrentRequests"), 1); most.Set() {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
	}
	window := key.get("metrics", "rollingStats")
	says.Breaker = &policy.Breaker{
		ErrorRate: r.percent(breaker.get("errorThresholdPercentage")),
		MinCalls:  r.count(breaker.get("requestVolumeThreshold"), 0),
		Open:      r.wait(breaker.get("sleepWindowInMilliseconds")),
		Window:    r.wait(window.get("timeInMilliseconds")),
		Buckets:   r.count(window.get("numBuckets"), 1),
	}
	switch enabled, closed := breaker.get("enabled"), breaker.get("forceClosed"); {
	case enabled.is(false):
		says.Breaker.Kind = noBreaker(enabled)
	case closed.is(true):
		says.Breaker.Kind = noBreaker(closed)
	}
	return says
}

// noBreaker is the kind of a breaker that an option switches off.
func noBreaker(o *option) policy.Setting[string] {
	return policy.Setting[string]{Value: "none", Provenance: policy.Disabled, Origin: o.at}
}

// readRibbon reads Ribbon's clients, "stock.ribbon.ReadTimeout", and its settings
// for all of them, "ribbon.ReadTimeout".
func readRibbon(p *program) {
	for client, ribbon := range ribbonClients(p.options) {
		r := &reading{syntax: product.MillisDuration}
		says := policy.Set{
			Timeout: &policy.Timeout{Connect: r.limit(ribbon.get("ConnectTimeout")), ReadGap: r.limit(ribbon.get("ReadTimeout"))},
			Retry:   r.ribbonRetry(ribbon),
		}
		p.add(namedPolicy(&option{name: client, at: ribbon.at}, "ribbon", says, r))
	}
}

func ribbonClients(root *option) iter.Seq2[string, *option] {
	return func(yield func(string, *option) bool) {
		if all := root.get("ribbon"); all != nil && !yield("default", all) {
			return
		}
		for client := range root.all() {
			if ribbon := client.get("ribbon"); ribbon != nil && !yield(client.name, ribbon) {
				return
			}
		}
	}
}

// ribbonRetry counts the tries at every server that is tried. Without a setting
// it goes on to one more server.
func (r *reading) ribbonRetry(o *option) *policy.Retry {
	same, next := o.get("MaxAutoRetries"), o.get("MaxAutoRetriesNextServer")
	if same == nil && next == nil {
		return nil
	}
	again, more := r.count(same, 0), unwritten(next, r.count(next, 0), 1)
	at := again.Origin
	if same == nil {
		at = more.Origin
	}
	retry := &policy.Retry{Retries: switchedOffAt0(policy.Declare((again.Value+1)*(more.Value+1)-1, at))}
	if all := o.get("OkToRetryOnAllOperations"); all.is(true) {
		retry.Methods = policy.Declare([]string{}, all.at)
	} else {
		retry.Methods = builtIn([]string{"GET"})
	}
	return retry
}
