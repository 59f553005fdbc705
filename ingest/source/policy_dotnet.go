package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

var httpClientFamily = &family{product: product.HTTPClient, shared: "http-client"}

// httpClient is a client of .NET and what is registered with it: services.AddHttpClient<Cart>(c => c.BaseAddress = ...).
// AddPolicyHandler(...) and AddStandardResilienceHandler() behind it are of all its requests.
var httpClient = &Idiom{
	Name:      "http-client",
	Doc:       `a client of .NET with its policies: services.AddHttpClient<Cart>(c => ...).AddPolicyHandler(...), AddStandardResilienceHandler()`,
	Languages: []string{"csharp"},
	Words:     []string{"AddHttpClient", "ConfigureHttpClientDefaults"},
	find: func(f *file, i int) int {
		open := i + 1
		if f.is(i, "ConfigureHttpClientDefaults") && f.byte(open) == '(' {
			d := f.draft(product.DotNet, i)
			d.cannot(i) // and of which programs
			for k := open; k < f.closing(open); k++ {
				if f.is(k, "AddStandardResilienceHandler") && f.byte(k+1) == '(' && f.byte(k+2) == ')' {
					d = f.draft(product.DotNet, k)
					d.p.Says.Timeout = &policy.Timeout{}
				}
			}
			f.sees(i, f.closing(open))
			f.showProcess(i, "http-client", d)
			return i
		}
		if f.byte(open) == '<' {
			if open = f.genericEnd(&f.code, open); open == 0 {
				return i
			}
		}
		if f.byte(open) != '(' || f.byte(i-1) != '.' {
			return i
		}
		end := f.closing(open)
		c := &client{family: httpClientFamily, base: -1, at: i, unread: -1, process: true}
		own := f.draft(product.HTTPClient, i)
		target := f.configured(own, open)
		c.own = append(c.own, own)
		// What follows in the chain.
		at := end + 1
		for f.byte(at) == '.' && f.kind(at+1) == word {
			name, next := f.string(at+1), at+2
			if f.byte(next) == '<' {
				next = f.genericEnd(&f.code, next)
			}
			if next == 0 || f.byte(next) != '(' {
				break
			}
			if name == "ConfigureHttpClient" {
				target = max(target, f.configured(own, next))
			} else {
				f.addHandler(c, name, at+1, next)
			}
			f.sees(at+1, f.closing(next))
			at = f.closing(next) + 1
		}
		r := f.newRequest(i, open, -1)
		r.client = c
		f.guarding().requests = append(f.guarding().requests, r)
		if target >= 0 {
			if r.target = target; target > end { // ConfigureHttpClient(c => ...) behind it
				r.to = at - 1
			}
		}
		return i
	},
}

// configured reads what a function that takes a client sets of it: c => { c.Timeout = ...; c.BaseAddress = ... }. It
// returns the token of the address, which may be a setting, -1 if there is none.
func (f *file) configured(own *draft, open int) int {
	target := -1
	for k := open; k < f.closing(open); k++ {
		switch {
		case f.byte(k+1) != '=' || f.byte(k+2) == '=':
		case f.is(k, "BaseAddress"):
			target = k + 2
		case f.is(k, "Timeout") && f.byte(k-1) == '.':
			if strings.Contains(strings.ToLower(f.string(k+2)+f.string(k+4)), "infinite") {
				own.p.Says.Put("timeout.total", nil, policy.Disabled, f.at(k+2))
				f.seen(k + 2)
			} else {
				own.put("timeout.total", k+2, nanos, zeroActs)
			}
		}
	}
	return target
}

// addHandler reads what is added to a client.
func (f *file) addHandler(c *client, name string, at, open int) {
	args := f.args(open)
	switch name {
	case "AddStandardResilienceHandler":
		d := f.draft(product.DotNet, at)
		d.p.Says.Timeout = &policy.Timeout{}
		if len(args) > 0 {
			f.standardOptions(d, args[0])
		}
		c.own = append([]*draft{d}, c.own...)
	case "AddPolicyHandler", "AddTransientHttpErrorPolicy", "AddResilienceHandler":
		d := f.draft(product.Polly, at)
		d.p.Says.Partial = name != "AddResilienceHandler" // what a policy does not set it does not have
		v := -1
		if len(args) > 0 {
			v = args[len(args)-1]
		}
		if v < 0 || !f.pollyIn(d, v, name == "AddResilienceHandler") {
			d.cannot(at)
		}
		c.own = append([]*draft{d}, c.own...)
	case "AddPolicyHandlerFromRegistry":
		d := f.draft(product.Polly, at)
		d.p.Says.Partial = true
		if v := f.fromRegistry(args); v < 0 || !f.pollyIn(d, v, false) {
			d.cannot(at)
		}
		c.own = append([]*draft{d}, c.own...)
	case "ConfigurePrimaryHttpMessageHandler", "SetHandlerLifetime", "AddTypedClient", "AddDefaultLogger", "RemoveAllLoggers", "AddAsKeyed":
	default:
		c.unread = at // it may do anything
	}
}

// fromRegistry returns the token that the policy begins with that the file puts into a registry under the name that the
// arguments of a call are: registry["slow"] = ..., registry.Add("slow", ...). It is -1 if the file has none, or several.
func (f *file) fromRegistry(args []int) int {
	if len(args) != 1 {
		return -1
	}
	name, found := f.string(args[0]), -1
	for j := range f.tokens {
		v := -1
		switch {
		case j == args[0] || !f.is(j, name):
			continue
		case f.byte(j-1) == '[' && f.byte(j+1) == ']' && f.byte(j+2) == '=' && f.byte(j+3) != '=':
			v = j + 3
		case f.byte(j-1) == '(' && f.byte(j+1) == ',' && f.is(j-2, "Add"):
			v = j + 2
		default:
			continue
		}
		if found >= 0 {
			return -1
		}
		found = v
	}
	if found >= 0 {
		f.guarding().names[name] = true
	}
	return found
}

// standardOptions reads what a function sets of the standard handler: o => o.Retry.MaxRetryAttempts = 5. What else it
// does with the options is not known.
func (f *file) standardOptions(d *draft, at int) {
	fn := f.functionAt(at)
	if fn == nil || fn.open < 0 {
		d.cannot(at)
		return
	}
	name := fn.open
	if f.byte(name) == '(' {
		name++
	}
	options := map[string]option{
		"TotalRequestTimeout.Timeout": {"", "timeout.total", nanos, zeroActs}, "AttemptTimeout.Timeout": {"", "timeout.perTry", nanos, zeroActs},
		"Retry.MaxRetryAttempts": {"", "retry.retries", count, zeroOff}, "Retry.Delay": {"", "retry.backoff.base", nanos, zeroActs}, "Retry.MaxDelay": {"", "retry.backoff.max", nanos, zeroActs},
		"CircuitBreaker.FailureRatio": {"", "breaker.errorRate", ratio, zeroActs}, "CircuitBreaker.MinimumThroughput": {"", "breaker.minCalls", count, zeroActs},
		"CircuitBreaker.SamplingDuration": {"", "breaker.window", nanos, zeroActs}, "CircuitBreaker.BreakDuration": {"", "breaker.open", nanos, zeroActs},
	}
	for i := fn.from; i <= fn.to; i++ {
		if !f.is(i, f.string(name)) || f.byte(i-1) == '.' {
			continue
		}
		field := f.string(i+2) + "." + f.string(i+4)
		switch o, known := options[field]; {
		case f.byte(i+1) != '.' || f.byte(i+3) != '.' || f.byte(i+5) != '=' || f.byte(i+6) == '=':
			d.cannot(i)
		case known:
			d.put(o.field, i+6, o.as, o.zero)
		case f.is(i+2, "Retry"):
			f.pollyGrowth(d, f.string(i+4), i+6)
		default:
			d.cannot(i)
		}
	}
}
