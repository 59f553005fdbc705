package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// opossum is a circuit breaker around a function, and what is done when it fails: new CircuitBreaker(fn, {timeout: 3000}).
var opossum = &Idiom{
	Name:      "opossum",
	Doc:       `a circuit breaker around a function: new CircuitBreaker(fn, {timeout: 3000}), with its fallback`,
	Languages: script,
	Words:     []string{"CircuitBreaker", "Opossum", "opossum"},
	find: func(f *file, i int) int {
		if !f.is(i-1, "new") || f.byte(i+1) != '(' || !f.imports("opossum") {
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 {
			return i
		}
		g := &guard{draft: f.draft(product.Opossum, i)}
		d := g.draft
		d.say("breaker.kind", "call", i)
		if len(args) > 1 {
			if o := f.object(args[1]); o >= 0 {
				d.options(o, []option{
					{"timeout", "timeout.total", millis, zeroOff}, {"errorThresholdPercentage", "breaker.errorRate", percent, zeroActs}, {"resetTimeout", "breaker.open", millis, zeroActs},
					{"rollingCountTimeout", "breaker.window", millis, zeroActs}, {"rollingCountBuckets", "breaker.buckets", count, zeroActs}, {"volumeThreshold", "breaker.minCalls", count, zeroActs},
					{"capacity", "bulkhead.maxConcurrent", count, zeroActs},
				})
				f.sees(o, f.closing(o))
			} else {
				d.cannot(args[1])
			}
		}
		name := f.variableOf(i)
		if name != "" {
			f.guarding().names[name] = true
		}
		f.guarding().seen[i] = true
		fn := f.functionAt(args[0])
		if fn == nil {
			f.guarding().seen[i] = f.fires(g, name) // else whom it guards is not known
			return i
		}
		g.from, g.to = fn.from, fn.to
		f.guarding().guards = append(f.guarding().guards, g)
		if name != "" {
			f.opossumFallback(g, name)
		}
		return i
	},
}

// fires finds the requests that a breaker around a function of another file is given the addresses of: breaker.fire(url).
func (f *file) fires(g *guard, name string) bool {
	found := false
	for i := range f.tokens {
		if name == "" || !f.is(i, name) || f.byte(i+1) != '.' || !f.is(i+2, "fire") || f.byte(i+3) != '(' {
			continue
		}
		args := f.args(i + 3)
		if len(args) == 0 {
			continue
		}
		if v, _ := f.eval(args[0]); !isTarget(v.text) {
			continue
		}
		r := f.newRequest(i, i+3, args[0])
		f.guarding().requests = append(f.guarding().requests, r)
		own := *g
		own.from, own.to = r.from, r.to
		if !found {
			f.opossumFallback(&own, name)
		}
		f.guarding().guards = append(f.guarding().guards, &own)
		found = true
	}
	return found
}

// opossumFallback finds breaker.fallback(fn).
func (f *file) opossumFallback(g *guard, name string) {
	for i := range f.tokens {
		if !f.is(i, name) || f.byte(i+1) != '.' || !f.is(i+2, "fallback") || f.byte(i+3) != '(' {
			continue
		}
		args := f.args(i + 3)
		if len(args) == 0 {
			return
		}
		if fn := f.functionAt(args[0]); fn != nil {
			f.instead(g, fn.from, fn.to)
		} else {
			g.p.Steps = append(g.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(i + 2)})
		}
		return
	}
}

// instead notes that the code between two tokens is what is done when the requests of a guard fail. What it asks
// is known when all requests are; what else it does is to look in a cache, or to make an answer.
func (f *file) instead(g *guard, from, to int) {
	g.instead = [2]int{from, to}
	static := true
	for i := from; i <= to; i++ {
		if f.kind(i) != word {
			continue
		}
		if strings.Contains(strings.ToLower(f.string(i)), "cache") && f.byte(i+1) == '.' && !f.is(i+2, "set") && !f.is(i+2, "put") {
			g.p.Steps = append(g.p.Steps, graph.CodeStep{Kind: "cache", Origin: f.at(i)})
			break
		}
	}
	for i := from; i <= to; i++ { // it throws, and returns nothing
		if f.is(i, "return") {
			static = true
			break
		}
		if f.is(i, "throw") || f.is(i, "raise") {
			static = false
		}
	}
	if static {
		g.last = &graph.CodeStep{Kind: "static", Origin: f.at(f.answer(from, to))}
	}
}

// answer returns the token of the last thing that code returns.
func (f *file) answer(from, to int) int {
	last := from
	for i := from; i <= to; i++ {
		if f.is(i, "return") && i < to {
			last = i
		}
	}
	return last
}

// addSteps completes the fallbacks of guards by the requests in them.
func (f *file) addSteps() {
	for _, g := range f.policies.guards {
		if g.instead[1] == 0 {
			continue
		}
		steps, asked := g.p.Steps, -1
		for k, at := range f.spots {
			if p := &f.out.Places[k]; at >= g.instead[0] && at <= g.instead[1] && (p.Kind == graph.CodeAddress || p.Kind == graph.CodeName || p.Kind == graph.CodeDefault) {
				steps = append(steps, graph.CodeStep{Kind: "service", Place: k, Origin: p.Origin})
				asked = at
			}
		}
		// What is returned behind the last request is an answer of its own.
		if g.last != nil && (asked < 0 && len(steps) == 0 || asked >= 0 && f.answer(g.instead[0], g.instead[1]) > asked) {
			steps = append(steps, *g.last)
		}
		for k := range f.out.Places {
			for n := range f.out.Places[k].Policies {
				if p := &f.out.Places[k].Policies[n]; p.Origin == g.p.Origin && p.Says.Product == g.p.Says.Product {
					p.Steps = steps
				}
			}
		}
	}
}

// cockatiel is policies of cockatiel, each by itself or in a wrap of several: wrap(retry(handleAll, {maxAttempts: 3}), timeout(2000)).
var cockatiel = &Idiom{
	Name:      "cockatiel",
	Doc:       `policies of cockatiel around a function: wrap(retry(handleAll, {maxAttempts: 3}), circuitBreaker(...)).execute(fn)`,
	Languages: script,
	Words:     []string{"execute"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' || !f.imports("cockatiel") {
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 {
			return i
		}
		fn := f.functionAt(args[0])
		if fn == nil {
			return i
		}
		d := f.draft(product.Cockatiel, i-2)
		start := f.chainStart(i + 1)
		at := start
		if f.kind(start) == word && start == i-2 {
			if at = f.valueOf(f.string(start), start); at < 0 {
				d.cannot(start)
			}
			f.guarding().names[f.string(start)] = true
		}
		if at >= 0 && !f.cockatielPolicy(d, at, false, 0) {
			d.cannot(at)
		}
		f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: fn.from, to: fn.to})
		return i
	},
}

// cockatielPolicy reads the policy that an expression is. inside is set within retries.
func (f *file) cockatielPolicy(d *draft, at int, inside bool, depth int) bool {
	if depth > maxNested || f.kind(at) != word {
		return false
	}
	if f.byte(at+1) != '(' {
		v := f.valueOf(f.string(at), at)
		f.guarding().names[f.string(at)] = true
		return v >= 0 && f.cockatielPolicy(d, v, inside, depth+1)
	}
	args := f.args(at + 1)
	f.sees(at, f.closing(at+1))
	switch f.string(at) {
	case "wrap":
		ok := true
		for _, a := range args {
			ok = f.cockatielPolicy(d, a, inside, depth+1) && ok
			inside = inside || d.p.Says.Retry != nil
		}
		return ok
	case "retry":
		d.p.Says.Retry = &policy.Retry{}
		if len(args) < 2 {
			return true
		}
		o := f.object(args[1])
		if o < 0 {
			return false
		}
		d.options(o, []option{{"maxAttempts", "retry.retries", count, zeroOff}})
		f.cockatielBackoff(d, o)
		return true
	case "timeout":
		if len(args) == 0 {
			return false
		}
		field := "timeout.total"
		if inside {
			field = "timeout.perTry"
		}
		d.put(field, args[0], millis, zeroActs)
		return true
	case "circuitBreaker":
		d.say("breaker.kind", "call", at)
		if len(args) < 2 {
			return false
		}
		o := f.object(args[1])
		if o < 0 {
			return false
		}
		d.options(o, []option{{"halfOpenAfter", "breaker.open", millis, zeroActs}})
		b, _ := f.field(o, "breaker")
		if f.is(b, "new") && f.byte(b+2) == '(' {
			list := f.args(b + 2)
			switch {
			case f.is(b+1, "ConsecutiveBreaker") && len(list) > 0:
				d.put("breaker.failures", list[0], count, zeroActs)
				return true
			case f.is(b+1, "SamplingBreaker") && len(list) > 0 && f.object(list[0]) >= 0:
				d.options(f.object(list[0]), []option{{"threshold", "breaker.errorRate", ratio, zeroActs}, {"duration", "breaker.window", millis, zeroActs}})
				return true
			}
		}
		return false
	case "bulkhead":
		if len(args) == 0 {
			return false
		}
		if d.put("bulkhead.maxConcurrent", args[0], count, zeroActs); len(args) > 1 {
			d.put("bulkhead.maxPending", args[1], count, zeroActs)
		}
		return true
	case "fallback":
		d.p.Steps = append(d.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(at)})
		return true
	}
	return false
}

// cockatielBackoff reads the wait between two attempts.
func (f *file) cockatielBackoff(d *draft, options int) {
	at, _ := f.field(options, "backoff")
	if at < 0 {
		return
	}
	if !f.is(at, "new") || f.byte(at+2) != '(' {
		d.cannot(at)
		return
	}
	args := f.args(at + 2)
	switch f.string(at + 1) {
	case "ExponentialBackoff":
		d.say("retry.backoff.kind", "exponential", at+1)
		d.say("retry.backoff.jitter", policy.Jitter{Kind: "full"}, at+1)
		if len(args) == 0 {
			return
		}
		if o := f.object(args[0]); o >= 0 {
			d.options(o, []option{{"initialDelay", "retry.backoff.base", millis, zeroActs}, {"maxDelay", "retry.backoff.max", millis, zeroActs}, {"exponent", "retry.backoff.multiplier", factor, zeroActs}})
		}
	case "ConstantBackoff":
		if d.say("retry.backoff.kind", "fixed", at+1); len(args) > 0 {
			d.put("retry.backoff.base", args[0], millis, zeroActs)
		}
	default:
		d.cannot(at)
	}
}
