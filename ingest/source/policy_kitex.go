package source

import (
	"bytes"
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// kitexClient is the options of a client of Kitex: cartservice.NewClient("cart", client.WithRPCTimeout(3*time.Second)).
var kitexClient = &Idiom{
	Name:      "kitex-client",
	Doc:       `the options of a client of Kitex: cartservice.NewClient("cart", client.WithRPCTimeout(3*time.Second), client.WithFailureRetry(retry.NewFailurePolicy()))`,
	Languages: []string{"go"},
	Words:     []string{"NewClient", "MustNewClient"},
	find: func(f *file, i int) int {
		if !f.ofKitex(i) {
			return i
		}
		d := f.draft(product.Kitex, i)
		timeout := -1
		for n, at := range f.args(i + 1) {
			switch {
			case n == 0: // the name of the service
			case f.is(at, "client") && f.byte(at+1) == '.' && f.byte(at+3) == '(' && f.ends(f.closing(at+3)+1):
				f.sees(at, f.closing(at+3))
				if v := f.kitexOption(d, f.string(at+2), at); v >= 0 {
					timeout = v
				}
			default: // a list of options
				d.cannot(at)
			}
		}
		switch {
		case timeout >= 0 && d.p.Says.Retry != nil:
			d.put("timeout.perTry", timeout, nanos, zeroOff)
		case timeout >= 0:
			d.put("timeout.total", timeout, nanos, zeroOff)
		}
		f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: i - 2, to: f.closing(i + 1)})
		return i
	},
}

// ofKitex reports whether a token is the function of a package of Kitex, which is called like a service.
func (f *file) ofKitex(i int) bool {
	if f.byte(i-1) != '.' || f.byte(i+1) != '(' || !bytes.Contains(f.src, []byte("kitex_gen")) {
		return false
	}
	symbol := f.string(i - 2)
	return strings.HasSuffix(symbol, "service") || bytes.Contains(f.src, []byte("/"+symbol+`"`))
}

// kitexOption reads an option at a token. It returns the token of the time limit of an attempt if it is that, else -1.
func (f *file) kitexOption(d *draft, name string, at int) int {
	args := f.args(at + 3)
	switch name {
	case "WithRPCTimeout":
		if len(args) == 1 {
			return args[0]
		}
		d.cannot(at)
	case "WithConnectTimeout":
		if len(args) == 1 {
			d.put("timeout.connect", args[0], nanos, zeroActs)
		}
	case "WithFailureRetry":
		d.p.Says.Retry = &policy.Retry{}
		if len(args) != 1 || !f.kitexRetry(d, args[0]) {
			d.cannot(at)
		}
	case "WithCircuitBreaker":
		d.say("breaker.kind", "call", at)
		d.p.Says.Partial = true
	case "WithSuite": // it may have any option
		if len(args) != 1 || !f.is(args[0], "tracing") {
			d.cannot(at)
		}
	case "WithBackupRequest", "WithSpecifiedResultRetry", "WithRetryContainer", "WithRetryMethodPolicies", "WithTimeoutProvider":
		d.cannot(at)
	}
	return -1
}

// kitexRetry reads the policy of retries that begins at a token, or that a variable has.
func (f *file) kitexRetry(d *draft, at int) bool {
	chains := []int{at}
	if f.kind(at) == word && f.ends(at+1) {
		name := f.string(at)
		made := f.valueOf(name, at)
		if made < 0 {
			return false
		}
		f.guarding().names[name] = true
		chains[0] = made
		for j := f.expressionEnd(made); j < at; j++ {
			if f.is(j, name) && f.byte(j+1) == '.' && f.newLine(j) {
				chains = append(chains, j)
			}
		}
	}
	made := false
	for _, chain := range chains {
		f.sees(chain, f.expressionEnd(chain))
		f.eachMethod(chain, func(method string, at, open int) {
			args := f.args(open)
			put := func(n int, field string, as measure) {
				if n < len(args) {
					d.put(field, args[n], as, zeroActs)
				}
			}
			switch method {
			case "NewFailurePolicy":
				made = true
			case "WithMaxRetryTimes":
				put(0, "retry.retries", count)
			case "WithMaxDurationMS":
				if len(args) == 1 && !f.is(args[0], "0") {
					put(0, "retry.maxDuration", millis)
				}
			case "WithFixedBackOff":
				d.say("retry.backoff.kind", "fixed", at)
				d.say("retry.backoff.jitter", policy.Jitter{Kind: "none"}, at)
				put(0, "retry.backoff.base", millis)
			case "WithRandomBackOff":
				d.say("retry.backoff.kind", "fixed", at)
				d.say("retry.backoff.jitter", policy.Jitter{Kind: "full"}, at)
				put(1, "retry.backoff.base", millis)
			case "WithRetryBreaker", "WithDDLStop", "DisableChainRetryStop", "WithRetrySameNode":
			default:
				d.p.Says.Partial = true
			}
		})
	}
	return made
}
