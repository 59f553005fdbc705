package library

import (
	"iter"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Hystrix and Ribbon, which Spring Cloud used before resilience4j, have settings
// for each command, pool and client by name, over those named default.

func readHystrix(p *settings.LibraryConfig) {
	root := p.Options.Get("hystrix")
	for key := range root.Get("command").All() {
		r := &settings.Reader{Syntax: product.MillisDuration}
		says := hystrixCommand(r, key)
		p.Add(namedPolicy(key, "command", says, r))
	}
	if enabled := p.Options.Get("feign", "hystrix", "enabled"); enabled.Is(true) {
		says := policy.Set{Breaker: &policy.Breaker{Kind: policy.Declare("call", enabled.At)}}
		p.Add(namedPolicy(&settings.Tree{Name: "default", At: enabled.At}, "feign", says, &settings.Reader{}))
	}
	for key := range root.Get("threadpool").All() {
		r := &settings.Reader{Syntax: product.MillisDuration}
		b := &policy.Bulkhead{PoolSize: r.Count(key.Get("coreSize"), 1)}
		if queue := key.Get("maxQueueSize"); queue.Word() == "-1" { // handed on at once or refused
			b.MaxPending = policy.Declare(0, queue.At)
		} else {
			b.MaxPending = r.Count(queue, 0)
		}
		p.Add(namedPolicy(key, "threadpool", policy.Set{Bulkhead: b}, r))
	}
}

// namedPolicy makes a policy of the settings under a name, which are laid over those
// named default.
func namedPolicy(key *settings.Tree, kind string, says policy.Set, r *settings.Reader) graph.Policy {
	c := graph.Policy{Origin: key.At, Object: kind + "/" + key.Name, Group: kind, Merge: true, Says: says, Flaws: r.Flaws}
	if key.Name == "default" {
		c.Protocols = feignCalls
	} else {
		c.CalleeAlias, c.Rank = dependencyName(key.Name), settings.RankSpecific
	}
	return c
}

func hystrixCommand(r *settings.Reader, key *settings.Tree) policy.Set {
	execution, breaker := key.Get("execution"), key.Get("circuitBreaker")
	says := policy.Set{Timeout: &policy.Timeout{Total: r.Duration(execution.Get("isolation", "thread", "timeoutInMilliseconds"))}}
	if off := execution.Get("timeout", "enabled"); off.Is(false) {
		says.Timeout.Total = policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: off.At}
	}
	if most := r.Count(execution.Get("isolation", "semaphore", "maxConcurrentRequests"), 1); most.Set() {
		says.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
	}
	window := key.Get("metrics", "rollingStats")
	says.Breaker = &policy.Breaker{
		ErrorRate: r.Percent(breaker.Get("errorThresholdPercentage")),
		MinCalls:  r.Count(breaker.Get("requestVolumeThreshold"), 0),
		Open:      r.Wait(breaker.Get("sleepWindowInMilliseconds")),
		Window:    r.Wait(window.Get("timeInMilliseconds")),
		Buckets:   r.Count(window.Get("numBuckets"), 1),
	}
	switch enabled, closed := breaker.Get("enabled"), breaker.Get("forceClosed"); {
	case enabled.Is(false):
		says.Breaker.Kind = noBreaker(enabled)
	case closed.Is(true):
		says.Breaker.Kind = noBreaker(closed)
	}
	return says
}

// noBreaker is the kind of a breaker that an option switches off.
func noBreaker(o *settings.Tree) policy.Setting[string] {
	return policy.Setting[string]{Value: "none", Provenance: policy.Disabled, Origin: o.At}
}

// readRibbon reads Ribbon's clients, "stock.ribbon.ReadTimeout", and its settings
// for all of them, "ribbon.ReadTimeout".
func readRibbon(p *settings.LibraryConfig) {
	for client, ribbon := range ribbonClients(p.Options) {
		r := &settings.Reader{Syntax: product.MillisDuration}
		says := policy.Set{
			Timeout: &policy.Timeout{Connect: r.Duration(ribbon.Get("ConnectTimeout")), ReadGap: r.Duration(ribbon.Get("ReadTimeout"))},
			Retry:   ribbonRetry(r, ribbon),
		}
		p.Add(namedPolicy(&settings.Tree{Name: client, At: ribbon.At}, "ribbon", says, r))
	}
}

func ribbonClients(root *settings.Tree) iter.Seq2[string, *settings.Tree] {
	return func(yield func(string, *settings.Tree) bool) {
		if all := root.Get("ribbon"); all != nil && !yield("default", all) {
			return
		}
		for client := range root.All() {
			if ribbon := client.Get("ribbon"); ribbon != nil && !yield(client.Name, ribbon) {
				return
			}
		}
	}
}

// ribbonRetry counts the tries at every server that is tried. Without a setting
// it goes on to one more server.
func ribbonRetry(r *settings.Reader, o *settings.Tree) *policy.Retry {
	same, next := o.Get("MaxAutoRetries"), o.Get("MaxAutoRetriesNextServer")
	if same == nil && next == nil {
		return nil
	}
	again, more := r.Count(same, 0), settings.Unwritten(next, r.Count(next, 0), 1)
	at := again.Origin
	if same == nil {
		at = more.Origin
	}
	retry := &policy.Retry{Retries: settings.SwitchedOffAt0(policy.Declare((again.Value+1)*(more.Value+1)-1, at))}
	if all := o.Get("OkToRetryOnAllOperations"); all.Is(true) {
		retry.Methods = policy.Declare([]string{}, all.At)
	} else {
		retry.Methods = settings.BuiltIn([]string{"GET"})
	}
	return retry
}
