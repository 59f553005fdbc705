package source

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

var javaKotlin = []string{"java", "kotlin"}

// An annotation is one that gives the calls of its method, or of all methods of its type, a policy.
type annotation struct {
	product *policy.Product
	from    []string // the packages of which one is imported
	options []option
	part    string // of the policy that it is even without options: "retry", "breaker"
	config  string // of resilience4j: the module whose instance has the options
}

// annotations are the known ones by name. Of several of one name the imports decide.
var annotations = map[string][]annotation{
	"Retryable": {
		{product: product.SpringRetry, from: []string{"org.springframework.retry"}, part: "retry", options: []option{{"maxAttempts", "retry.retries", tries, zeroActs}}},
		{product: product.Micronaut, from: []string{"io.micronaut.retry"}, part: "retry", options: []option{
			{"attempts", "retry.retries", count, zeroOff}, {"delay", "retry.backoff.base", millis, zeroActs}, {"maxDelay", "retry.maxDuration", millis, zeroActs}, {"multiplier", "retry.backoff.multiplier", factor, zeroNone},
		}},
	},
	"CircuitBreaker": {
		{product: product.Resilience4j, from: []string{"io.github.resilience4j"}, part: "breaker", config: "circuitbreaker"},
		{product: product.Micronaut, from: []string{"io.micronaut.retry"}, part: "both", options: []option{
			{"attempts", "retry.retries", count, zeroOff}, {"delay", "retry.backoff.base", millis, zeroActs}, {"reset", "breaker.open", millis, zeroActs},
		}},
		{product: product.MicroProfile, from: []string{"org.eclipse.microprofile.faulttolerance"}, part: "breaker", options: []option{
			{"requestVolumeThreshold", "breaker.minCalls", count, zeroActs}, {"failureRatio", "breaker.errorRate", ratio, zeroActs},
		}},
	},
	"Retry": {
		{product: product.Resilience4j, from: []string{"io.github.resilience4j"}, part: "retry", config: "retry"},
		{product: product.MicroProfile, from: []string{"org.eclipse.microprofile.faulttolerance"}, part: "retry", options: []option{{"maxRetries", "retry.retries", count, zeroOff}}},
	},
	"TimeLimiter":    {{product: product.Resilience4j, from: []string{"io.github.resilience4j"}, part: "timeout", config: "timelimiter"}},
	"Bulkhead":       {{product: product.Resilience4j, from: []string{"io.github.resilience4j"}, part: "bulkhead", config: "bulkhead"}},
	"Timeout":        {{product: product.MicroProfile, from: []string{"org.eclipse.microprofile.faulttolerance"}, part: "timeout"}},
	"Fallback":       {{product: product.MicroProfile, from: []string{"org.eclipse.microprofile.faulttolerance"}}},
	"HystrixCommand": {{product: product.Hystrix, from: []string{"com.netflix.hystrix"}, part: "breaker"}},
}

// annotatedPolicy is an annotation of a method with a policy for the calls that the method makes.
var annotatedPolicy = &Idiom{
	Name:      "annotation",
	Doc:       `an annotation of a method, of resilience4j, Spring Retry, Micronaut, MicroProfile or Hystrix: @Retryable(maxAttempts = 4)`,
	Languages: javaKotlin,
	Words:     []string{"Retryable", "CircuitBreaker", "Retry", "TimeLimiter", "Bulkhead", "Timeout", "Fallback", "HystrixCommand"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '@' {
			return i
		}
		for _, a := range annotations[f.string(i)] {
			if !f.importsPackage(a.from) {
				continue
			}
			from, to, ok := f.annotatedBody(i)
			if !ok {
				return i
			}
			d := f.draft(a.product, i)
			f.sees(i, i)
			if f.byte(i+1) == '(' {
				f.sees(i, f.closing(i+1))
			}
			f.readAnnotation(d, a, i)
			f.useTypes(from, to)
			f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: min(from, f.annotationsBefore(i-1)), to: to})
			return i
		}
		return i
	},
}

// annotationsBefore returns the first token of the annotations before the one whose mark is at a token.
func (f *file) annotationsBefore(at int) int {
	for {
		name := at - 1
		if f.byte(name) == ')' {
			name = f.opening(name) - 1
		}
		if name < 1 || f.kind(name) != word || f.byte(name-1) != '@' {
			return at
		}
		at = name - 1
	}
}

// useTypes shows where code between two tokens calls methods of the fields and the parameters of the file: these may be
// clients that other files declare.
func (f *file) useTypes(from, to int) {
	if f.fields == nil {
		f.fields = map[string]string{}
		for i := range f.tokens {
			name, at := f.string(i), i+1
			if f.tokens[i].kind != word || !isCapital(name) || isConstant(f.bytes(i)) {
				continue
			}
			if f.lang.Name == "kotlin" {
				if f.byte(i-1) == ':' && f.kind(i-2) == word {
					f.fields[f.string(i-2)] = name
				}
				continue
			}
			if f.kind(at) == word && !isKeyword(f.bytes(at)) {
				if c := f.byte(at + 1); c == ';' || c == ',' || c == ')' || c == '=' {
					f.fields[f.string(at)] = name
				}
			}
		}
	}
	for i := from; i <= to; i++ {
		if f.kind(i) != word || f.byte(i+1) != '.' || f.kind(i+2) != word || f.byte(i+3) != '(' {
			continue
		}
		if of := f.fields[f.string(i)]; of != "" {
			for _, full := range f.scope().full(of) {
				f.show(i, graph.CodePlace{Kind: graph.CodeUse, Way: "source-client", Symbol: full, Key: f.string(i + 2)})
			}
		}
	}
}

// importsPackage reports whether the file imports something of a package.
func (f *file) importsPackage(list []string) bool {
	s := f.scope()
	for _, p := range list {
		for _, full := range s.imports {
			if strings.HasPrefix(full, p+".") {
				return true
			}
		}
		for _, all := range s.packages {
			if all == p || strings.HasPrefix(all, p+".") {
				return true
			}
		}
	}
	return false
}

// annotatedBody returns the tokens of the body of the method, or the type, that an annotation is of.
func (f *file) annotatedBody(i int) (from, to int, ok bool) {
	at := i + 1
	if f.byte(at) == '(' {
		at = f.closing(at) + 1
	}
	for n := 0; n < 200 && at < len(f.tokens); n++ {
		switch c := f.byte(at); {
		case c == '(':
			at = f.closing(at)
		case c == ';':
			return 0, 0, false // a method of an interface
		case c == '{':
			return at, f.closing(at), true
		case c == '=' && f.lang.Name == "kotlin":
			return at + 1, f.expressionEnd(at + 1), true
		}
		at++
	}
	return 0, 0, false
}

func (f *file) readAnnotation(d *draft, a annotation, i int) {
	open := i + 1
	switch a.part {
	case "retry":
		d.p.Says.Retry = &policy.Retry{}
	case "breaker":
		d.say("breaker.kind", "call", i)
	case "both":
		d.p.Says.Retry = &policy.Retry{}
		d.say("breaker.kind", "call", i)
	}
	if a.config != "" {
		name, _ := f.annotated(open, "name")
		if name == "" || strings.Contains(name, "${}") {
			d.cannot(i)
		}
		d.p.Refers = a.config + "/" + name
	}
	if f.byte(open) != '(' {
		if a.part == "timeout" && a.product == product.MicroProfile {
			d.p.Says.Put("timeout.perTry", millis.value(amount{n: 1000}), policy.PlatformDefault, f.at(i))
		}
		return
	}
	for _, o := range a.options {
		if at := f.argument(open, o.name); at >= 0 {
			d.put(o.field, at, o.as, o.zero)
		}
	}
	for _, name := range []string{"maxAttemptsExpression", "delayUnit", "maxDuration", "jitter", "predicate"} {
		if at := f.argument(open, name); at >= 0 {
			d.cannot(at)
		}
	}
	switch {
	case a.product == product.MicroProfile && (a.part == "timeout" || a.part == "breaker" || a.part == "retry"):
		name, field := "delay", "breaker.open"
		if a.part == "timeout" {
			name, field = "value", "timeout.perTry"
		} else if a.part == "retry" {
			field = "retry.backoff.base"
		}
		at, unit := f.argument(open, name), f.argument(open, "unit")
		if at < 0 && name == "value" {
			if args := f.args(open); len(args) > 0 && f.byte(args[0]+1) != '=' {
				at = args[0]
			}
		}
		if at < 0 {
			return
		}
		v := f.amount(at)
		if unit >= 0 {
			v = combine(v, f.amount(unit), func(x, y float64) float64 { return x * y })
		}
		d.putAmount(field, at, v, millis, zeroActs)
	case a.product == product.SpringRetry:
		at := f.argument(open, "backoff")
		if at < 0 {
			return
		}
		for f.byte(at) != '(' && !f.ends(at) {
			at++
		}
		for _, o := range []option{{"delay", "retry.backoff.base", millis, zeroActs}, {"value", "retry.backoff.base", millis, zeroActs}, {"maxDelay", "retry.backoff.max", millis, zeroNone}, {"multiplier", "retry.backoff.multiplier", factor, zeroNone}} {
			if v := f.argument(at, o.name); v >= 0 {
				if d.put(o.field, v, o.as, o.zero); o.name == "multiplier" {
					d.say("retry.backoff.kind", "exponential", v)
				}
			}
		}
		if v := f.argument(at, "random"); f.is(v, "true") {
			d.say("retry.backoff.jitter", policy.Jitter{Kind: "partial"}, v)
		}
	case a.product == product.Hystrix:
		for _, p := range []option{
			{"execution.isolation.thread.timeoutInMilliseconds", "timeout.total", millis, zeroOff}, {"coreSize", "bulkhead.maxConcurrent", count, zeroActs},
			{"circuitBreaker.requestVolumeThreshold", "breaker.minCalls", count, zeroActs}, {"circuitBreaker.errorThresholdPercentage", "breaker.errorRate", percent, zeroActs},
			{"circuitBreaker.sleepWindowInMilliseconds", "breaker.open", millis, zeroActs}, {"metrics.rollingStats.timeInMilliseconds", "breaker.window", millis, zeroActs},
		} {
			for k := open; k < f.closing(open); k++ {
				if s, ok := f.plain(k); ok && s == p.name {
					if at := k + 2; f.is(at, "value") {
						d.put(p.field, at+2, p.as, p.zero)
					}
				}
			}
		}
	}
	at := f.argument(open, "fallbackMethod")
	if args := f.args(open); at < 0 && f.is(i, "Fallback") && len(args) > 0 { // its class
		at = args[0]
	}
	if at >= 0 {
		d.p.Steps = append(d.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(at)})
	}
}
