package source

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// failsafe is policies of failsafe-go around a function, the outermost first: failsafe.Get(fn, retryPolicy, timeout).
var failsafe = &Idiom{
	Name:      "failsafe-go",
	Doc:       `policies of failsafe-go around a function: failsafe.Get(fn, retryPolicy, timeout), failsafe.NewExecutor(breaker).Run(fn)`,
	Languages: []string{"go"},
	Words:     []string{"failsafe"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '.' {
			return i
		}
		open := f.genericCall(i + 3)
		if f.byte(open) != '(' {
			return i
		}
		args := f.args(open)
		f.sees(i, open)
		switch f.string(i + 2) {
		case "Get", "Run", "GetWithExecution", "RunWithExecution", "GetAsync", "RunAsync":
			if len(args) < 2 {
				return i
			}
			if fn := f.functionAt(args[0]); fn != nil {
				d := f.failsafePolicies(i, args[1:])
				f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: fn.from, to: fn.to})
			}
		case "NewExecutor", "With":
			d := f.failsafePolicies(i, args)
			f.executorOfGo(d, f.closing(open)+1)
			if name := f.variableOf(i); name != "" {
				for j := range f.tokens {
					if f.is(j, name) && f.byte(j+1) == '.' && f.executorOfGo(d, j+1) {
						f.guarding().names[name] = true
					}
				}
			}
		}
		return i
	},
}

// genericCall returns the token of the bracket of a call behind a name: of f( and of f[T](.
func (f *file) genericCall(i int) int {
	if f.byte(i) == '[' {
		return f.closing(i) + 1
	}
	return i
}

// executorOfGo makes a guard of the function that an executor runs in the chain that goes on at a token.
func (f *file) executorOfGo(d *draft, at int) bool {
	for f.byte(at) == '.' && f.byte(at+2) == '(' {
		args := f.args(at + 2)
		switch f.string(at + 1) {
		case "Get", "Run", "GetWithExecution", "RunWithExecution", "GetAsync", "RunAsync":
			if len(args) != 1 {
				return false
			}
			fn := f.functionAt(args[0])
			if fn == nil {
				return false
			}
			f.sees(at+1, at+1)
			f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: fn.from, to: fn.to})
			return true
		}
		at = f.closing(at+2) + 1
	}
	return false
}

// failsafePolicies reads the policies that a call takes.
func (f *file) failsafePolicies(at int, args []int) *draft {
	d := f.draft(product.FailsafeGo, at)
	retried := false
	for _, v := range args {
		from := v
		if f.kind(v) == word && f.ends(v+1) {
			if from = f.valueOf(f.string(v), v); from >= 0 {
				f.guarding().names[f.string(v)] = true
			}
		}
		if from < 0 || f.byte(from+1) != '.' {
			d.cannot(v)
			continue
		}
		to := f.expressionEnd(from)
		f.sees(from-3, to)
		f.failsafePolicy(d, from, to, &retried)
	}
	return d
}

// failsafePolicy reads one policy between two tokens: retrypolicy.NewBuilder[any]().WithMaxRetries(3).Build().
func (f *file) failsafePolicy(d *draft, from, to int, retried *bool) {
	kind := f.string(from)
	made := f.genericCall(from + 3)
	args := f.args(made)
	switch kind {
	case "retrypolicy":
		*retried = true
		d.p.Says.Retry = &policy.Retry{}
	case "circuitbreaker":
		d.say("breaker.kind", "call", from)
	case "timeout":
		field := "timeout.total"
		if *retried {
			field = "timeout.perTry"
		}
		if len(args) == 0 {
			d.cannot(from)
			return
		}
		d.put(field, args[0], nanos, zeroActs)
		return
	case "bulkhead":
		if len(args) == 0 {
			d.cannot(from)
			return
		}
		d.put("bulkhead.maxConcurrent", args[0], count, zeroActs)
		return
	case "fallback":
		d.p.Steps = append(d.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(from)})
		return
	default:
		d.cannot(from)
		return
	}
	for at := f.closing(made) + 1; at < to && f.byte(at) == '.'; at = f.closing(at+2) + 1 {
		args := f.args(at + 2)
		put := func(n int, field string, as measure) {
			if n < len(args) {
				d.put(field, args[n], as, zeroActs)
			}
		}
		switch method := f.string(at + 1); {
		case f.byte(at+2) != '(':
			return
		case method == "WithMaxRetries":
			put(0, "retry.retries", count)
		case method == "WithMaxAttempts":
			put(0, "retry.retries", tries)
		case method == "WithMaxDuration":
			put(0, "retry.maxDuration", nanos)
		case method == "WithDelay" && kind == "retrypolicy":
			d.say("retry.backoff.kind", "fixed", at+1)
			put(0, "retry.backoff.base", nanos)
		case method == "WithBackoff", method == "WithBackoffFactor":
			d.say("retry.backoff.kind", "exponential", at+1)
			put(0, "retry.backoff.base", nanos)
			put(1, "retry.backoff.max", nanos)
			if len(args) > 2 {
				put(2, "retry.backoff.multiplier", factor)
			} else {
				d.p.Says.Put("retry.backoff.multiplier", 2.0, policy.PlatformDefault, f.at(at+1))
			}
		case method == "WithJitter", method == "WithJitterFactor":
			d.say("retry.backoff.jitter", policy.Jitter{Kind: "partial"}, at+1)
		case method == "WithDelay":
			put(0, "breaker.open", nanos)
		case method == "WithFailureThreshold":
			put(0, "breaker.failures", count)
		case method == "WithFailureRateThreshold":
			put(0, "breaker.errorRate", percent)
			put(1, "breaker.minCalls", count)
			put(2, "breaker.window", nanos)
		case method == "Build", method == "WithSuccessThreshold", len(method) > 2 && method[:2] == "On":
		default: // what it handles, and more
			d.p.Says.Partial = true
		}
	}
}

// failsafeTransport reads the policies of a transport of a client: failsafehttp.NewRoundTripper(nil, retryPolicy). It is
// nil if there are none.
func (f *file) failsafeTransport(at int) *draft {
	if f.kind(at) == word && f.ends(at+1) {
		f.guarding().names[f.string(at)] = true
		at = f.valueOf(f.string(at), at)
	}
	if !f.is(at, "failsafehttp") || !f.is(at+2, "NewRoundTripper") || f.byte(at+3) != '(' {
		return nil
	}
	args := f.args(at + 3)
	if len(args) < 2 {
		return nil
	}
	f.sees(at-3, f.closing(at+3))
	return f.failsafePolicies(at, args[1:])
}
