package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// polly is a policy of Polly, or a pipeline of them, around a function: pipeline.ExecuteAsync(async ct => ...). Those that
// clients of HTTP are registered with are a part of these.
var polly = &Idiom{
	Name:      "polly",
	Doc:       `a pipeline or a policy of Polly around a function: new ResiliencePipelineBuilder().AddTimeout(...).Build(), pipeline.ExecuteAsync(...)`,
	Languages: []string{"csharp"},
	Words:     []string{"ResiliencePipelineBuilder", "Policy", "HttpPolicyExtensions"},
	find: func(f *file, i int) int {
		pipeline := f.is(i, "ResiliencePipelineBuilder")
		if pipeline && !f.is(i-1, "new") || !pipeline && (f.byte(i-1) == '.' || f.byte(i+1) != '.' && f.byte(i+1) != '<') {
			return i
		}
		start := i
		if pipeline {
			start--
		}
		d := f.draft(product.Polly, i)
		d.p.Says.Partial = !pipeline
		end := f.expressionEnd(start)
		name := f.variableOf(start)
		used := f.executes(d, start, end, "")
		if name != "" {
			for j := range f.tokens {
				if f.is(j, name) && f.byte(j+1) == '.' && (j < start || j > end) {
					used = f.executes(d, j, j+3, name) || used
					f.executesWrapped(j)
				}
			}
		}
		if used && !f.pollyIn(d, start, pipeline) {
			d.cannot(i)
		}
		if used && name != "" {
			f.guarding().names[name] = true
			f.sees(f.lineStart(start), start) // its type
		}
		return i
	},
}

// executes makes guards of the functions that a policy executes between two tokens.
func (f *file) executes(d *draft, from, to int, name string) bool {
	used := false
	for j := from; j <= to; j++ {
		switch f.string(j) {
		case "Execute", "ExecuteAsync", "ExecuteAndCaptureAsync", "ExecuteAndCapture", "ExecuteOutcomeAsync":
		default:
			continue
		}
		open := j + 1
		if f.byte(open) == '<' {
			open = f.genericEnd(&f.code, open)
		}
		if f.byte(j-1) != '.' || f.byte(open) != '(' || name != "" && !f.is(j-2, name) {
			continue
		}
		if args := f.args(open); len(args) > 0 {
			if fn := f.functionAt(args[0]); fn != nil {
				f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: fn.from, to: fn.to})
				used = true
			}
		}
	}
	return used
}

// executesWrapped makes guards of the functions that a wrap executes whose outermost policy is at a token:
// retry.WrapAsync(breaker).ExecuteAsync(...).
func (f *file) executesWrapped(i int) {
	open := i + 3
	if !f.is(i+2, "WrapAsync") && !f.is(i+2, "Wrap") || f.byte(open) != '(' {
		return
	}
	end := f.closing(open)
	d := f.draft(product.Polly, i)
	d.p.Says.Partial = true
	if f.executes(d, end+1, end+2, "") && !f.pollyBetween(d, i, end, false) {
		d.cannot(i)
	}
}

// pipelineIn reads the strategies that are added to a builder of a pipeline between two tokens, the outermost first.
func (f *file) pipelineIn(d *draft, from, to int) bool {
	found, retried := false, false
	for i := from; i <= to; i++ {
		if f.kind(i) != word || f.byte(i-1) != '.' {
			continue
		}
		open := i + 1
		if f.byte(open) == '<' {
			open = f.genericEnd(&f.code, open)
		}
		args := f.args(open)
		if f.byte(open) != '(' || len(args) != 1 {
			continue
		}
		o := f.initializer(args[0])
		known := true
		switch f.string(i) {
		case "AddTimeout":
			field, v := "timeout.total", args[0]
			if retried {
				field = "timeout.perTry"
			}
			if o >= 0 {
				v, _ = f.field(o, "Timeout")
			}
			if v >= 0 {
				d.put(field, v, nanos, zeroActs)
			} else {
				d.p.Says.Put(field, nanos.value(amount{n: 30e9, timed: true}), policy.PlatformDefault, f.at(i))
			}
		case "AddRetry":
			retried = true
			if d.p.Says.Retry == nil {
				d.p.Says.Retry = &policy.Retry{}
			}
			if o < 0 && !f.isEmptyOptions(args[0]) {
				d.cannot(args[0])
				break
			}
			if f.ofHTTP(args[0]) {
				d.p.Says.Put("retry.backoff.kind", "exponential", policy.PlatformDefault, f.at(i))
				d.p.Says.Put("retry.backoff.jitter", policy.Jitter{Kind: "partial"}, policy.PlatformDefault, f.at(i))
			}
			if o >= 0 {
				d.options(o, []option{{"MaxRetryAttempts", "retry.retries", count, zeroOff}, {"Delay", "retry.backoff.base", nanos, zeroActs}, {"MaxDelay", "retry.backoff.max", nanos, zeroActs}})
				for _, name := range []string{"BackoffType", "UseJitter", "DelayGenerator"} {
					if v, _ := f.field(o, name); v >= 0 {
						f.pollyGrowth(d, name, v)
					}
				}
			}
		case "AddCircuitBreaker":
			d.say("breaker.kind", "call", i)
			if o < 0 && !f.isEmptyOptions(args[0]) {
				d.cannot(args[0])
				break
			}
			if o >= 0 {
				d.options(o, []option{
					{"FailureRatio", "breaker.errorRate", ratio, zeroActs}, {"MinimumThroughput", "breaker.minCalls", count, zeroActs},
					{"SamplingDuration", "breaker.window", nanos, zeroActs}, {"BreakDuration", "breaker.open", nanos, zeroActs},
				})
			}
		case "AddConcurrencyLimiter":
			if f.kind(args[0]) == number {
				d.put("bulkhead.maxConcurrent", args[0], count, zeroActs)
			} else {
				d.cannot(args[0])
			}
		case "AddFallback", "AddHedging", "AddRateLimiter", "AddPipeline":
			d.cannot(i)
		default:
			known = false
		}
		found = found || known
	}
	return found
}

// initializer returns the token of the brace that opens the fields of an object that is made, new T<X>() { A = 1 }; -1 if
// it has none, or is none.
func (f *file) initializer(i int) int {
	if !f.is(i, "new") {
		return f.object(i)
	}
	for at := i + 1; at < i+20; at++ {
		switch c := f.byte(at); {
		case c == '{':
			return at
		case c == '(':
			at = f.closing(at)
		case f.kind(at) == word, c == '.', c == '<', c == '>', c == '?':
			if f.newLine(at) && f.kind(at) == word {
				return -1
			}
		default:
			return -1
		}
	}
	return -1
}

// isEmptyOptions reports whether an argument is an object without fields: new RetryStrategyOptions().
func (f *file) isEmptyOptions(i int) bool {
	return f.is(i, "new") && f.byte(f.expressionEnd(i)) == ')' && f.byte(f.expressionEnd(i)-1) == '('
}

// ofHTTP reports whether options that are made are those of requests of HTTP.
func (f *file) ofHTTP(i int) bool { return f.is(i, "new") && strings.HasPrefix(f.string(i+1), "Http") }

// pollyGrowth reads how the waits between attempts grow.
func (f *file) pollyGrowth(d *draft, field string, at int) {
	f.seen(at)
	switch {
	case field == "BackoffType" && f.is(at, "DelayBackoffType"):
		kind := map[string]string{"Constant": "fixed", "Linear": "linear", "Exponential": "exponential"}[f.string(at+2)]
		if kind == "" {
			d.cannot(at)
			return
		}
		d.say("retry.backoff.kind", kind, at)
	case field == "UseJitter" && f.is(at, "true"):
		d.say("retry.backoff.jitter", policy.Jitter{Kind: "partial"}, at)
	case field == "UseJitter" && f.is(at, "false"):
		d.say("retry.backoff.jitter", policy.Jitter{Kind: "none"}, at)
	default:
		d.cannot(at)
	}
}

// pollyIn reads the policy that an argument is: an expression, or a method of the file that returns one. Those of a
// pipeline are in the order in which they are around each other.
func (f *file) pollyIn(d *draft, at int, pipeline bool) bool {
	from, to := at, f.expressionEnd(at)
	if f.kind(at) == word && f.byte(at+1) == '(' && f.ends(f.closing(at+1)+1) {
		fn := f.function(f.string(at))
		if fn == nil {
			return false
		}
		from, to = fn.from, fn.to
		f.sees(fn.at, fn.to)
	} else if f.kind(at) == word && f.ends(at+1) {
		f.guarding().names[f.string(at)] = true
		if at = f.valueOf(f.string(at), at); at < 0 {
			return false
		}
		from, to = at, f.expressionEnd(at)
	}
	f.sees(from-3, to)
	if pipeline {
		return f.pipelineIn(d, from, to)
	}
	return f.pollyBetween(d, from, to, false)
}

// pollyBetween reads the policies that are made, or put around each other, between two tokens: wrapped ones are in what
// puts them around each other.
func (f *file) pollyBetween(d *draft, from, to int, wrapped bool) bool {
	found := false
	for i := from; i <= to; i++ {
		if f.kind(i) != word || f.byte(i+1) != '(' && f.byte(i+1) != '<' {
			continue
		}
		open := i + 1
		if f.byte(open) == '<' {
			if open = f.genericEnd(&f.code, open); open == 0 || f.byte(open) != '(' {
				continue
			}
		}
		args := f.args(open)
		switch f.string(i) {
		case "WaitAndRetryAsync", "WaitAndRetry", "RetryAsync", "Retry":
			found = true
			if d.p.Says.Retry == nil {
				d.p.Says.Retry = &policy.Retry{}
			}
			if len(args) == 0 {
				d.say("retry.retries", 1, i)
				break
			}
			if f.byte(args[0]) == '[' || f.is(args[0], "new") || f.byte(args[0]+1) == '.' && f.is(args[0], "Backoff") {
				d.cannot(args[0])
				break
			}
			v := args[0]
			if f.byte(v+1) == ':' { // retryCount: 5
				v += 2
			}
			if d.put("retry.retries", v, count, zeroOff); len(args) > 1 && strings.HasPrefix(f.string(i), "Wait") {
				v := args[1]
				if f.byte(v+1) == ':' {
					v += 2
				}
				if fn := f.functionAt(v); fn != nil {
					f.growthOf(d, fn)
				}
			} else if !strings.HasPrefix(f.string(i), "Wait") {
				d.say("retry.backoff.kind", "none", i)
			}
		case "CircuitBreakerAsync", "CircuitBreaker":
			found = true
			d.say("breaker.kind", "call", i)
			list := map[string]int{}
			for n, v := range args {
				key := []string{"handledEventsAllowedBeforeBreaking", "durationOfBreak"}[min(n, 1)]
				if f.kind(v) == word && f.byte(v+1) == ':' {
					key, v = f.string(v), v+2
				}
				if _, taken := list[key]; !taken {
					list[key] = v
				}
			}
			for key, field := range map[string]string{"handledEventsAllowedBeforeBreaking": "breaker.failures", "exceptionsAllowedBeforeBreaking": "breaker.failures"} {
				if v, ok := list[key]; ok {
					d.put(field, v, count, zeroActs)
				}
			}
			if v, ok := list["durationOfBreak"]; ok {
				d.put("breaker.open", v, nanos, zeroActs)
			}
		case "TimeoutAsync":
			found = true
			field := "timeout.perTry"
			if wrapped && d.p.Says.Retry == nil { // it is around what tries again
				field = "timeout.total"
			}
			if len(args) > 0 {
				d.put(field, args[0], seconds, zeroActs)
			}
		case "WrapAsync", "Wrap":
			found = true
			f.pollyWrapped(d, i, args)
			i = f.closing(open)
		}
	}
	return found
}

// pollyWrapped reads the policies of a wrap at a token, the outermost first.
func (f *file) pollyWrapped(d *draft, i int, args []int) {
	if f.depth >= maxNested {
		d.cannot(i)
		return
	}
	f.depth++
	defer func() { f.depth-- }()
	if name := f.string(i - 2); f.byte(i-1) == '.' && f.kind(i-2) == word && f.byte(i-3) != '.' && name != "Policy" { // retry.WrapAsync(breaker)
		f.guarding().names[name] = true
		if at := f.valueOf(name, i-2); at < 0 || !f.pollyBetween(d, at, f.expressionEnd(at), true) {
			d.cannot(i - 2)
		} else {
			f.sees(at-3, f.expressionEnd(at))
		}
	}
	if open := f.opening(i - 2); f.byte(i-1) == '.' && f.byte(i-2) == ')' && f.byte(open-2) != '.' { // Retries().WrapAsync(breaker)
		if fn := f.function(f.string(open - 1)); fn != nil {
			f.sees(fn.at, fn.to)
			if !f.pollyBetween(d, fn.from, fn.to, true) {
				d.cannot(i - 2)
			}
		}
	}
	for _, at := range args {
		alone := f.kind(at) == word && (f.ends(at+1) || f.byte(at+1) == '(' && f.ends(f.closing(at+1)+1))
		if alone && !f.pollyIn(d, at, false) || !alone && !f.pollyBetween(d, at, f.expressionEnd(at), true) {
			d.cannot(at)
		}
	}
}

// growthOf reads the wait that a function of the number of the attempt returns.
func (f *file) growthOf(d *draft, fn *function) {
	from, to := fn.from, fn.to
	counter := fn.open
	if counter >= 0 && f.byte(counter) == '(' {
		counter++
	}
	as := nanos
	if f.is(from, "TimeSpan") && f.byte(from+3) == '(' {
		if unit, ok := unitWord(f.string(from + 2)); ok && f.closing(from+3) == to {
			if as = seconds; unit.Seconds() != 1 {
				as = millis
			}
			from, to = from+4, to-1
		}
	}
	f.growth(d, from, to, []string{f.string(counter)}, as, from, to)
}
