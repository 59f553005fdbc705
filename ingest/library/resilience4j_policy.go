package library

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/sanitize"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// resilience4j keeps instances of six modules, each with a name that the code uses. An
// instance inherits from the configuration that it names as its base, or else from the
// one named "default"; so do the bases themselves.

// r4jModules are the modules by the key that they have under "resilience4j".
var r4jModules = []r4jModule{
	{"circuitbreaker", r4jBreaker, settings.OptionNames(`failure-rate-threshold slow-call-rate-threshold slow-call-duration-threshold
		permitted-number-of-calls-in-half-open-state max-wait-duration-in-half-open-state transition-to-state-after-wait-duration
		sliding-window-type sliding-window-size minimum-number-of-calls wait-duration-in-open-state enable-exponential-backoff
		exponential-backoff-multiplier exponential-max-wait-duration-in-open-state enable-randomized-wait randomized-wait-factor
		automatic-transition-from-open-to-half-open-enabled record-failure-predicate record-result-predicate
		record-exceptions ignore-exceptions ignore-exception-predicate ignore-class-binding-exceptions writable-stack-trace-enabled
		allow-health-indicator-to-fail register-health-indicator event-consumer-buffer-size base-config initial-state
		ring-buffer-size-in-closed-state ring-buffer-size-in-half-open-state`)},
	{"retry", r4jRetry, settings.OptionNames(`max-attempts max-retry-attempts wait-duration interval-bi-function retry-exception-predicate
		result-predicate consume-result-before-retry-attempt retry-exceptions ignore-exceptions ignore-class-binding-exceptions
		event-consumer-buffer-size enable-exponential-backoff exponential-backoff-multiplier exponential-max-wait-duration
		enable-randomized-wait randomized-wait-factor fail-after-max-attempts base-config`)},
	{"bulkhead", r4jBulkhead, settings.OptionNames(`max-concurrent-calls max-wait-duration max-concurrent-call max-wait-time
		writable-stack-trace-enabled event-consumer-buffer-size base-config`)},
	{"thread-pool-bulkhead", r4jPool, settings.OptionNames(`max-thread-pool-size core-thread-pool-size queue-capacity keep-alive-duration
		context-propagators writable-stack-trace-enabled event-consumer-buffer-size base-config thread-pool-properties`)},
	{"timelimiter", r4jTimeLimiter, settings.OptionNames(`timeout-duration cancel-running-future event-consumer-buffer-size base-config`)},
	{"ratelimiter", r4jRateLimiter, settings.OptionNames(`limit-for-period limit-refresh-period timeout-duration subscribe-for-events
		allow-health-indicator-to-fail register-health-indicator event-consumer-buffer-size writable-stack-trace-enabled
		drain-permissions-on-result-predicate base-config`)},
}

type r4jModule struct {
	key   string
	read  func(r *settings.Reader, c r4jChain) policy.Set
	known settings.KnownOptions
}

func readResilience4j(p *settings.LibraryConfig) {
	root := p.Options.Get("resilience4j")
	routed := gatewayBreakers(p)
	for _, m := range r4jModules {
		module := root.Get(m.key)
		instances := module.Get("instances")
		if instances == nil {
			instances = module.Get("backends") // before version 1.0
		}
		for instance := range instances.All() {
			if (m.key == "circuitbreaker" || m.key == "timelimiter") && routed[settings.Relaxed(instance.Name)] {
				continue // read with the route
			}
			r := &settings.Reader{Syntax: product.SpringDuration}
			chain := newR4jChain(r, module.Get("configs"), instance)
			says := m.read(r, chain)
			for _, o := range chain {
				r.Unknown(o, m.known, "resilience4j's "+m.key)
			}
			if instance.Name == "default" {
				says = policy.Set{}
				r.Flaw(graph.Unbound, instance, "it is an instance of that name, for code that asks for it, and not the default of the others",
					"move it to resilience4j."+m.key+".configs.default", field.Move("resilience4j."+m.key+".configs.default", ""))
			}
			p.Add(graph.Policy{
				Origin: instance.At, Object: m.key + "/" + sanitize.Secrets(instance.Name), CalleeAlias: dependencyName(instance.Name),
				Group: m.key, Merge: true, Says: says, Flaws: r.Flaws,
			})
		}
	}
	springBreakers(p)
}

// r4jSays reads the instance of a module that has this name, or the configuration
// that it has without one. The set is empty if there is neither.
func r4jSays(p *settings.LibraryConfig, r *settings.Reader, module, name string) policy.Set {
	i := slices.IndexFunc(r4jModules, func(m r4jModule) bool { return m.key == module })
	o := p.Options.Get("resilience4j", module)
	instance := o.Get("instances", name)
	if instance == nil {
		instance = o.Get("configs", "default")
	}
	if instance == nil {
		return policy.Set{}
	}
	return r4jModules[i].read(r, newR4jChain(r, o.Get("configs"), instance))
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

// newR4jChain returns an instance and the configurations that it inherits from, the
// instance first.
type r4jChain []*settings.Tree

// maxBases bounds chains of configurations.
const maxBases = 20

func newR4jChain(r *settings.Reader, configs, instance *settings.Tree) r4jChain {
	chain := r4jChain{instance}
	for o := instance; len(chain) < maxBases; {
		base := configs.Child("default")
		if name := o.Get("base-config"); settings.Readable(name) {
			if base = configs.Get(name.Text); base == nil && configs != nil {
				r.Flaw(graph.Invalid, name, "is not one of the configurations", `declare it under "configs"`)
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
func (c r4jChain) get(names ...string) *settings.Tree {
	for _, o := range c {
		for _, name := range names {
			if v := o.Get(name); v != nil {
				return v
			}
		}
	}
	return nil
}

// depth is how far up the chain an option is set, or the length of the chain.
func (c r4jChain) depth(name string) int {
	for i, o := range c {
		if o.Get(name) != nil {
			return i
		}
	}
	return len(c)
}

func r4jBreaker(r *settings.Reader, c r4jChain) policy.Set {
	b := &policy.Breaker{
		Kind:      policy.Declare("call", c[0].At),
		ErrorRate: r.Percent(c.get("failure-rate-threshold")),
		MinCalls:  r.Count(c.get("minimum-number-of-calls"), 1),
		Open:      r.Wait(c.get("wait-duration-in-open-state")),
		SlowAfter: r.Wait(c.get("slow-call-duration-threshold")),
	}
	rate := r.Percent(c.get("slow-call-rate-threshold"))
	switch {
	case b.SlowAfter.Set():
		b.Slow = policy.Declare(true, b.SlowAfter.Origin)
	case rate.Set():
		b.Slow = policy.Declare(rate.Value < 1, rate.Origin)
	}
	r4jWindow(r, b, c)
	return policy.Set{Breaker: b}
}

// leastCalls is the default of minimumNumberOfCalls of a breaker, and of slidingWindowSize.
const leastCalls = 100

// r4jWindow reads the window, which is a number of seconds or of calls. A window
// of fewer calls than the breaker would wait for is what it waits for.
func r4jWindow(r *settings.Reader, b *policy.Breaker, c r4jChain) {
	kind, size := c.get("sliding-window-type"), r.Count(c.get("sliding-window-size", "ring-buffer-size-in-closed-state"), 1)
	word := settings.Relaxed(kind.Word())
	if settings.Readable(kind) && word != "timebased" && word != "countbased" {
		r.Flaw(graph.Invalid, kind, "is not a type of window", "write COUNT_BASED or TIME_BASED")
	}
	switch {
	case !size.Set() && word == "timebased":
		b.Window = policy.Setting[time.Duration]{Value: leastCalls * time.Second, Provenance: policy.PlatformDefault}
	case !size.Set():
	case word == "timebased":
		b.Window = policy.Declare(time.Duration(size.Value)*time.Second, size.Origin)
	case b.MinCalls.Set() && b.MinCalls.Value <= size.Value, !b.MinCalls.Set() && size.Value >= leastCalls:
	default:
		if c.depth("minimum-number-of-calls") <= min(c.depth("sliding-window-size"), c.depth("ring-buffer-size-in-closed-state")) { // for this window
			r.Inert(c.get("minimum-number-of-calls"), fmt.Sprintf("a window of %d calls never holds more: the breaker may open after %d", size.Value, size.Value),
				fmt.Sprintf("set slidingWindowSize to %d or more, or remove it", b.MinCalls.Value))
		}
		b.MinCalls = size
	}
}

func r4jRetry(r *settings.Reader, c r4jChain) policy.Set {
	return policy.Set{Retry: &policy.Retry{
		Retries: r.Tries(c.get("max-attempts", "max-retry-attempts"), 1),
		Backoff: r4jBackoff(r, c),
	}}
}

// r4jBackoff reads the wait. What lets it grow and vary counts where the wait itself is
// written, in the instance or one of its bases, with what that inherits: an option nearer
// to the instance than the wait comes too late.
func r4jBackoff(r *settings.Reader, c r4jChain) *policy.Backoff {
	acting := c[c.depth("wait-duration"):]
	tooLate := func(name, unwritten string) {
		if o, acts := c.get(name), acting.get(name); o != acts && !strings.EqualFold(o.Word(), cmp.Or(acts.Word(), unwritten)) {
			r.Inert(o, r4jLate(len(acting)), "set waitDuration beside it", field.Beside(field.Alike("waitDuration", o.Name), "500ms"))
		}
	}
	flag := func(name string, options ...string) *settings.Tree {
		tooLate(name, "false")
		o := acting.get(name)
		if o == nil || !r.Bool(o).Value {
			return nil
		}
		for _, option := range options {
			tooLate(option, "")
		}
		return o
	}
	grows := flag("enable-exponential-backoff", "exponential-backoff-multiplier", "exponential-max-wait-duration")
	varies := flag("enable-randomized-wait", "randomized-wait-factor")
	b := &policy.Backoff{}
	base := acting.get("wait-duration")
	if base == nil {
		return b
	}
	b.Base = r.Wait(base)
	b.Kind = policy.Declare("fixed", base.At)
	if grows != nil {
		b.Kind = policy.Declare("exponential", grows.At)
		b.Multiplier = r.Factor(acting.get("exponential-backoff-multiplier"))
		b.Max = r.Wait(acting.get("exponential-max-wait-duration"))
		if b.Max.Set() && (!b.Multiplier.Set() || varies != nil && acting.get("randomized-wait-factor") == nil) {
			r.Inert(acting.get("exponential-max-wait-duration"), "needs exponentialBackoffMultiplier and, with a random wait, randomizedWaitFactor",
				"set these too")
			b.Max = policy.Setting[time.Duration]{}
		}
	}
	if varies != nil {
		jitter := policy.Jitter{Kind: "partial", Fraction: randomFactor}
		if factor := r.Ratio(acting.get("randomized-wait-factor")); factor.Set() {
			jitter.Fraction = factor.Value
		}
		b.Jitter = policy.Declare(jitter, varies.At)
	}
	return b
}

// r4jLate says why an option of the wait does not count, by how many configurations from
// the one with the wait on there are.
func r4jLate(acting int) string {
	if acting == 0 {
		return "needs waitDuration; without it the wait is fixed"
	}
	return "needs waitDuration; without one of its own the instance keeps the waits of its base configuration"
}

// randomFactor is how much a random wait varies if nothing says: one half either
// way.
const randomFactor = 0.5

func r4jBulkhead(r *settings.Reader, c r4jChain) policy.Set {
	most := c.get("max-concurrent-calls", "max-concurrent-call")
	b := &policy.Bulkhead{MaxConcurrent: settings.Unwritten(most, r.Count(most, 0), 25)}
	if wait := r.Wait(c.get("max-wait-duration", "max-wait-time")); wait.Set() && wait.Value == 0 {
		b.MaxPending = policy.Declare(0, wait.Origin)
	}
	return policy.Set{Bulkhead: b}
}

func r4jPool(r *settings.Reader, c r4jChain) policy.Set {
	size, queue := c.get("max-thread-pool-size", "core-thread-pool-size"), c.get("queue-capacity")
	return policy.Set{Bulkhead: &policy.Bulkhead{
		PoolSize:   r.Count(size, 1),
		MaxPending: settings.Unwritten(queue, r.Count(queue, 0), 100),
	}}
}

// r4jTimeLimiter reads the limit of one attempt: with Spring, retries are
// outermost.
func r4jTimeLimiter(r *settings.Reader, c r4jChain) policy.Set {
	limit := c.get("timeout-duration")
	return policy.Set{Timeout: &policy.Timeout{PerTry: settings.Unwritten(limit, r.Wait(limit), time.Second)}}
}

func r4jRateLimiter(r *settings.Reader, c r4jChain) policy.Set {
	most, per := c.get("limit-for-period"), c.get("limit-refresh-period")
	return policy.Set{RateLimit: &policy.RateLimit{
		Requests: settings.Unwritten(most, r.Count(most, 1), 50),
		Per:      settings.Unwritten(per, r.Wait(per), 500*time.Nanosecond),
	}}
}

// r4jVariable is the key of a setting of resilience4j that the words of a variable mean.
// Their separator may also be within a name, so that
// "RESILIENCE4J_RETRY_INSTANCES_CARD_BANK_MAX_ATTEMPTS" is identified by its end.
func r4jVariable(words []string) string {
	if words[0] != "resilience4j" {
		return ""
	}
	for _, m := range r4jModules {
		for _, group := range []string{"instances", "configs"} {
			prefix := settings.Relaxed(m.key) + group
			first := 1 // of the name
			for text := ""; first < len(words) && len(text) < len(prefix); first++ {
				text += words[first]
			}
			if strings.Join(words[1:first], "") != prefix {
				continue
			}
			for end := first + 1; end < len(words); end++ {
				if option := m.known[strings.Join(words[end:], "")]; option != "" {
					return strings.Join([]string{words[0], m.key, group, strings.Join(words[first:end], "-"), option}, ".")
				}
			}
		}
	}
	return ""
}
