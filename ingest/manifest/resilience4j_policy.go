package manifest

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// resilience4j keeps instances of six modules, each with a name that the code
// asks for. An instance stands on the configuration that it names as its base, or
// else on the one named "default"; so do the bases themselves.

// r4jModules are the modules by the key that they have under "resilience4j".
var r4jModules = []r4jModule{
	{"circuitbreaker", (*reading).r4jBreaker, optionNames(`failure-rate-threshold slow-call-rate-threshold slow-call-duration-threshold
		permitted-number-of-calls-in-half-open-state max-wait-duration-in-half-open-state transition-to-state-after-wait-duration
		sliding-window-type sliding-window-size minimum-number-of-calls wait-duration-in-open-state enable-exponential-backoff
		exponential-backoff-multiplier exponential-max-wait-duration-in-open-state enable-randomized-wait randomized-wait-factor
		automatic-transition-from-open-to-half-open-enabled record-failure-predicate record-result-predicate
		record-exceptions ignore-exceptions ignore-exception-predicate ignore-class-binding-exceptions writable-stack-trace-enabled
		allow-health-indicator-to-fail register-health-indicator event-consumer-buffer-size base-config initial-state
		ring-buffer-size-in-closed-state ring-buffer-size-in-half-open-state`)},
	{"retry", (*reading).r4jRetry, optionNames(`max-attempts max-retry-attempts wait-duration interval-bi-function retry-exception-predicate
		result-predicate consume-result-before-retry-attempt retry-exceptions ignore-exceptions ignore-class-binding-exceptions
		event-consumer-buffer-size enable-exponential-backoff exponential-backoff-multiplier exponential-max-wait-duration
		enable-randomized-wait randomized-wait-factor fail-after-max-attempts base-config`)},
	{"bulkhead", (*reading).r4jBulkhead, optionNames(`max-concurrent-calls max-wait-duration max-concurrent-call max-wait-time
		writable-stack-trace-enabled event-consumer-buffer-size base-config`)},
	{"thread-pool-bulkhead", (*reading).r4jPool, optionNames(`max-thread-pool-size core-thread-pool-size queue-capacity keep-alive-duration
		context-propagators writable-stack-trace-enabled event-consumer-buffer-size base-config thread-pool-properties`)},
	{"timelimiter", (*reading).r4jTimeLimiter, optionNames(`timeout-duration cancel-running-future event-consumer-buffer-size base-config`)},
	{"ratelimiter", (*reading).r4jRateLimiter, optionNames(`limit-for-period limit-refresh-period timeout-duration subscribe-for-events
		allow-health-indicator-to-fail register-health-indicator event-consumer-buffer-size writable-stack-trace-enabled
		drain-permissions-on-result-predicate base-config`)},
}

type r4jModule struct {
	key   string
	read  func(r *reading, c r4jChain) policy.Set
	known knownOptions
}

func readResilience4j(p *program) {
	root := p.options.get("resilience4j")
	routed := p.gatewayBreakers()
	for _, m := range r4jModules {
		module := root.get(m.key)
		instances := module.get("instances")
		if instances == nil {
			instances = module.get("backends") // before version 1.0
		}
		for instance := range instances.all() {
			if (m.key == "circuitbreaker" || m.key == "timelimiter") && routed[relaxed(instance.name)] {
				continue // read with the route
			}
			r := &reading{syntax: product.SpringDuration}
			chain := r.r4jChain(module.get("configs"), instance)
			says := m.read(r, chain)
			for _, o := range chain {
				r.unknown(o, m.known, "resilience4j's "+m.key)
			}
			p.add(graph.Policy{
				Origin: instance.at, Object: m.key + "/" + instance.name, CalleeAlias: dependencyName(instance.name),
				Group: m.key, Merge: true, Says: says, Flaws: r.flaws,
			})
		}
	}
	p.springBreakers()
}

// r4jSays reads the instance of a module that has this name, or the configuration
// that it has without one. The set is empty if there is neither.
func (p *program) r4jSays(r *reading, module, name string) policy.Set {
	i := slices.IndexFunc(r4jModules, func(m r4jModule) bool { return m.key == module })
	o := p.options.get("resilience4j", module)
	instance := o.get("instances", name)
	if instance == nil {
		instance = o.get("configs", "default")
	}
	if instance == nil {
		return policy.Set{}
	}
	return r4jModules[i].read(r, r.r4jChain(o.get("configs"), instance))
}

// dependencyEndings are what people add to the name of a dependency when they
// name what guards it.
var dependencyEndings = []string{"circuitbreaker", "breaker", "cb", "retry", "bulkhead", "timelimiter", "ratelimiter"}

// dependencyName is the name of the service in the name of an instance.
// Spring Cloud makes such names of a client's class and method.
func dependencyName(instance string) string {
	name, _, _ := strings.Cut(instance, "#")
	for _, ending := range dependencyEndings {
		if n := len(name) - len(ending); n > 0 && strings.EqualFold(name[n:], ending) {
			if stem := strings.TrimRight(name[:n], "-_."); stem != "" {
				return stem
			}
		}
	}
	return name
}

// A r4jChain is an instance and the configurations that it stands on, the
// instance first.
type r4jChain []*option

// maxBases bounds configurations that stand on each other.
const maxBases = 20

func (r *reading) r4jChain(configs, instance *option) r4jChain {
	chain := r4jChain{instance}
	for o := instance; len(chain) < maxBases; {
		base := configs.child("default")
		if name := o.get("base-config"); readable(name) {
			if base = configs.get(name.text); base == nil && configs != nil {
				r.flaw(graph.Invalid, name, "is not one of the configurations", `declare it under "configs"`)
			}
		}
		if base == nil || slices.Contains(chain, base) {
			break
		}
		chain, o = append(chain, base), base
	}
	return chain
}

// get returns the option that counts: the first one in the chain.
func (c r4jChain) get(names ...string) *option {
	for _, o := range c {
		for _, name := range names {
			if v := o.get(name); v != nil {
				return v
			}
		}
	}
	return nil
}

// depth is how far up the chain an option stands, or the length of the chain.
func (c r4jChain) depth(name string) int {
	for i, o := range c {
		if o.get(name) != nil {
			return i
		}
	}
	return len(c)
}

func (r *reading) r4jBreaker(c r4jChain) policy.Set {
	b := &policy.Breaker{
		Kind:      policy.Declare("call", c[0].at),
		ErrorRate: r.percent(c.get("failure-rate-threshold")),
		MinCalls:  r.count(c.get("minimum-number-of-calls"), 1),
		Open:      r.wait(c.get("wait-duration-in-open-state")),
		SlowAfter: r.wait(c.get("slow-call-duration-threshold")),
	}
	rate := r.percent(c.get("slow-call-rate-threshold"))
	switch {
	case b.SlowAfter.Set():
		b.Slow = policy.Declare(true, b.SlowAfter.Origin)
	case rate.Set():
		b.Slow = policy.Declare(rate.Value < 1, rate.Origin)
	}
	r.r4jWindow(b, c)
	return policy.Set{Breaker: b}
}

// leastCalls is how many calls a breaker waits for if it is not told.
const leastCalls = 100

// r4jWindow reads the window, which is a number of seconds or of calls. A window
// of fewer calls than the breaker would wait for is what it waits for.
func (r *reading) r4jWindow(b *policy.Breaker, c r4jChain) {
	kind, size := c.get("sliding-window-type"), r.count(c.get("sliding-window-size", "ring-buffer-size-in-closed-state"), 1)
	word := relaxed(kind.word())
	if readable(kind) && word != "timebased" && word != "countbased" {
		r.flaw(graph.Invalid, kind, "is no type of window", "write COUNT_BASED or TIME_BASED")
	}
	switch {
	case !size.Set():
	case word == "timebased":
		b.Window = policy.Declare(time.Duration(size.Value)*time.Second, size.Origin)
	case b.MinCalls.Set() && b.MinCalls.Value <= size.Value, !b.MinCalls.Set() && size.Value >= leastCalls:
	default:
		b.MinCalls = size
	}
}

func (r *reading) r4jRetry(c r4jChain) policy.Set {
	return policy.Set{Retry: &policy.Retry{
		Retries: r.tries(c.get("max-attempts", "max-retry-attempts"), 1),
		Backoff: r.r4jBackoff(c),
	}}
}

// r4jBackoff reads the wait. The flags that let it grow and vary are looked at
// where the wait itself is written, in the instance or one of its bases: a flag
// nearer to the instance than the wait comes too late.
func (r *reading) r4jBackoff(c r4jChain) *policy.Backoff {
	wait := c.depth("wait-duration")
	flag := func(name string) *option {
		o := c.get(name)
		switch {
		case o == nil || !r.truth(o):
			return nil
		case c.depth(name) < wait:
			r.inert(o, "is read only where waitDuration is set too; the wait stays fixed", "set waitDuration beside it")
			return nil
		}
		return o
	}
	grows, varies := flag("enable-exponential-backoff"), flag("enable-randomized-wait")
	b := &policy.Backoff{}
	base := c.get("wait-duration")
	if base == nil {
		return b
	}
	b.Base = r.wait(base)
	b.Kind = policy.Declare("fixed", base.at)
	if grows != nil {
		b.Kind = policy.Declare("exponential", grows.at)
		b.Multiplier = r.number(c.get("exponential-backoff-multiplier"))
		b.Max = r.wait(c.get("exponential-max-wait-duration"))
		if b.Max.Set() && (!b.Multiplier.Set() || varies != nil && c.get("randomized-wait-factor") == nil) {
			r.inert(c.get("exponential-max-wait-duration"), "is read only where exponentialBackoffMultiplier, and randomizedWaitFactor with a random wait, are set too",
				"set these beside it")
			b.Max = policy.Setting[time.Duration]{}
		}
	}
	if varies != nil {
		jitter := policy.Jitter{Kind: "partial", Fraction: randomFactor}
		if factor := r.ratio(c.get("randomized-wait-factor")); factor.Set() {
			jitter.Fraction = factor.Value
		}
		b.Jitter = policy.Declare(jitter, varies.at)
	}
	return b
}

// randomFactor is how much a random wait varies if nothing says: one half either
// way.
const randomFactor = 0.5

func (r *reading) r4jBulkhead(c r4jChain) policy.Set {
	most := c.get("max-concurrent-calls", "max-concurrent-call")
	b := &policy.Bulkhead{MaxConcurrent: unwritten(most, r.count(most, 0), 25)}
	if wait := r.wait(c.get("max-wait-duration", "max-wait-time")); wait.Set() && wait.Value == 0 {
		b.MaxPending = policy.Declare(0, wait.Origin)
	}
	return policy.Set{Bulkhead: b}
}

func (r *reading) r4jPool(c r4jChain) policy.Set {
	size, queue := c.get("max-thread-pool-size", "core-thread-pool-size"), c.get("queue-capacity")
	return policy.Set{Bulkhead: &policy.Bulkhead{
		PoolSize:   r.count(size, 1),
		MaxPending: unwritten(queue, r.count(queue, 0), 100),
	}}
}

// r4jTimeLimiter reads the limit of one attempt: with Spring, retries are
// outermost.
func (r *reading) r4jTimeLimiter(c r4jChain) policy.Set {
	limit := c.get("timeout-duration")
	return policy.Set{Timeout: &policy.Timeout{PerTry: unwritten(limit, r.wait(limit), time.Second)}}
}

func (r *reading) r4jRateLimiter(c r4jChain) policy.Set {
	most, per := c.get("limit-for-period"), c.get("limit-refresh-period")
	return policy.Set{RateLimit: &policy.RateLimit{
		Requests: unwritten(most, r.count(most, 1), 50),
		Per:      unwritten(per, r.wait(per), 500*time.Nanosecond),
	}}
}
