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
		for k := open; k < end; k++ {
			if f.is(k, "Timeout") && f.byte(k-1) == '.' && f.byte(k+1) == '=' && f.byte(k+2) != '=' {
				if strings.Contains(strings.ToLower(f.string(k+2)+f.string(k+4)), "infinite") {
					own.p.Says.Put("timeout.total", nil, policy.Disabled, f.at(k+2))
					f.seen(k + 2)
				} else {
					own.put("timeout.total", k+2, nanos, zeroActs)
				}
			}
		}
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
			f.addHandler(c, name, at+1, next)
			f.sees(at+1, f.closing(next))
			at = f.closing(next) + 1
		}
		r := f.newRequest(i, open, -1)
		r.client = c
		f.guarding().requests = append(f.guarding().requests, r)
		// An address that is a setting: c.BaseAddress = new Uri(configuration["Cart:Url"]).
		for k := open; k < end; k++ {
			if f.is(k, "BaseAddress") && f.byte(k+1) == '=' {
				r.target = k + 2
			}
		}
		return i
	},
}

// addHandler reads what is added to a client.
func (f *file) addHandler(c *client, name string, at, open int) {
	args := f.args(open)
	switch name {
	case "AddStandardResilienceHandler":
		d := f.draft(product.DotNet, at)
		if len(args) > 0 {
			d.cannot(at)
		} else {
			d.p.Says.Timeout = &policy.Timeout{}
		}
		c.own = append([]*draft{d}, c.own...)
	case "AddPolicyHandler", "AddTransientHttpErrorPolicy", "AddResilienceHandler":
		d := f.draft(product.Polly, at)
		d.p.Says.Partial = true // what the policy does not set it does not have
		v := -1
		if len(args) > 0 {
			v = args[len(args)-1]
		}
		if v < 0 || !f.pollyIn(d, v) {
			d.cannot(at)
		}
		c.own = append([]*draft{d}, c.own...)
	case "AddHttpMessageHandler", "ConfigurePrimaryHttpMessageHandler", "SetHandlerLifetime", "ConfigureHttpClient", "AddTypedClient":
		if name == "ConfigureHttpClient" || name == "AddHttpMessageHandler" {
			c.unread = at // it may do anything
		}
	}
}

// pollyIn reads the policy that an argument is: an expression, or a method of the file that returns one.
func (f *file) pollyIn(d *draft, at int) bool {
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
			if len(args) > 0 {
				d.put("timeout.perTry", args[0], seconds, zeroActs)
			}
		}
	}
	return found
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
