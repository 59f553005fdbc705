package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The clients of Go: those of net/http, and of go-retryablehttp.
var (
	netHTTPFamily       = &family{product: product.NetHTTP, shared: "net-http"}
	retryableHTTPFamily = &family{product: product.RetryableHTTP}
)

func init() {
	netHTTPFamily.send = sendGo
	retryableHTTPFamily.send = sendGo
}

// netHTTP is a client of net/http and its requests: client := &http.Client{Timeout: 5 * time.Second}.
var netHTTP = &Idiom{
	Name:      "net-http",
	Doc:       `a client of net/http and its requests: (&http.Client{Timeout: 5 * time.Second}).Get(url); http.Get(url)`,
	Languages: []string{"go"},
	Words:     []string{"http"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '.' {
			return i
		}
		g := f.guarding()
		switch f.string(i + 2) {
		case "Client":
			if f.byte(i+3) != '{' {
				return i
			}
			d := f.draft(product.NetHTTP, i)
			c := &client{family: netHTTPFamily, base: -1, at: i, unread: -1, own: []*draft{d}}
			if at, _ := f.field(i+3, "Timeout"); at >= 0 {
				d.put("timeout.total", at, nanos, zeroOff)
			}
			if at, _ := f.field(i+3, "Transport"); at >= 0 {
				if t := f.failsafeTransport(at); t != nil {
					c.own = []*draft{t, d}
				} else { // it may try again
					d.cannot(at)
				}
			}
			start := i
			if f.byte(start-1) == '&' {
				start--
			}
			f.addClient(start, c)
		case "Get", "Post", "Head", "PostForm":
			if f.byte(i+3) == '(' {
				if r := sendGo(f, f.string(i+2), i, i+3); r != nil {
					r.client = &client{family: netHTTPFamily, base: -1, at: i, unread: -1, process: true}
					g.requests = append(g.requests, r)
				}
			}
		case "DefaultClient":
			if f.byte(i+3) == '.' && f.is(i+4, "Timeout") && f.byte(i+5) == '=' && f.byte(i+6) != '=' {
				d := f.draft(product.NetHTTP, i)
				d.put("timeout.total", i+6, nanos, zeroOff)
				f.showProcess(i, "net-http", d)
			}
		case "NewRequest", "NewRequestWithContext":
			f.newRequestOfGo(i)
		}
		return i
	},
}

// sendGo reads client.Get(url).
func sendGo(f *file, method string, at, open int) *request {
	args := f.args(open)
	if len(args) == 0 {
		return nil
	}
	switch method {
	case "Get", "Head", "Post":
		return f.newRequest(at, open, args[0], strings.ToUpper(method))
	case "PostForm":
		return f.newRequest(at, open, args[0], "POST")
	}
	return nil
}

// newRequestOfGo reads a request that a client sends later in the function: req, err := http.NewRequest("GET", url, nil);
// client.Do(req).
func (f *file) newRequestOfGo(i int) {
	open := i + 3
	args := f.args(open)
	first := 0
	if f.is(i+2, "NewRequestWithContext") {
		first = 1
	}
	if f.byte(open) != '(' || len(args) < first+2 {
		return
	}
	name, fn := f.variableOf(i), f.around(i)
	if name == "" || fn == nil {
		return
	}
	r := f.newRequest(i, open, args[first+1])
	if s, ok := f.plain(args[first]); ok {
		r.methods = []string{strings.ToUpper(s)}
	} else if f.is(args[first], "http") && strings.HasPrefix(f.string(args[first]+2), "Method") {
		r.methods = []string{strings.ToUpper(strings.TrimPrefix(f.string(args[first]+2), "Method"))}
	}
	sender := ""
	for j := i; j < fn.to; j++ {
		if f.is(j, "Do") && f.byte(j+1) == '(' && f.is(j+2, name) && f.byte(j+3) == ')' && f.byte(j-1) == '.' {
			sender = f.string(j - 2)
		}
	}
	f.guarding().sends = append(f.guarding().sends, send{r, sender})
}

// goContext is a deadline that the calls of a function take with their context: ctx, cancel := context.WithTimeout(ctx, 2*time.Second).
var goContext = &Idiom{
	Name:      "go-context",
	Doc:       `a deadline of a context that a call takes: ctx, cancel := context.WithTimeout(ctx, 2*time.Second)`,
	Languages: []string{"go"},
	Words:     []string{"WithTimeout"},
	find: func(f *file, i int) int {
		args := f.args(i + 1)
		if !f.is(i-2, "context") || f.byte(i+1) != '(' || len(args) != 2 {
			return i
		}
		name := f.variableOf(i - 2)
		if name == "" || name == "_" {
			return i
		}
		end := len(f.tokens) - 1
		if open := f.opening(i); open >= 0 {
			end = f.closing(open)
		}
		d := f.draft(product.GoContext, i)
		d.put("timeout.total", args[1], nanos, zeroActs)
		f.sees(i-2, f.closing(i+1))
		g := &guard{draft: d, from: i, to: end, name: name}
		f.guarding().guards = append(f.guarding().guards, g)
		return i
	},
}

// retryableHTTP is a client of go-retryablehttp, whose fields are set behind it.
var retryableHTTP = &Idiom{
	Name:      "retryablehttp",
	Doc:       `a client that tries again: client := retryablehttp.NewClient(); client.RetryMax = 3`,
	Languages: []string{"go"},
	Words:     []string{"retryablehttp"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || !f.is(i+2, "NewClient") || f.byte(i+3) != '(' {
			return i
		}
		name := f.variableOf(i)
		if name == "" {
			return i
		}
		d := f.draft(product.RetryableHTTP, i)
		d.p.Says.Retry = &policy.Retry{}
		for j := i; j < len(f.tokens); j++ {
			if !f.is(j, name) || f.byte(j+1) != '.' || f.byte(j+3) != '=' && f.byte(j+5) != '=' {
				continue
			}
			switch f.string(j + 2) {
			case "RetryMax":
				d.put("retry.retries", j+4, count, zeroOff)
			case "RetryWaitMin":
				d.put("retry.backoff.base", j+4, nanos, zeroActs)
			case "RetryWaitMax":
				d.put("retry.backoff.max", j+4, nanos, zeroActs)
			case "HTTPClient":
				if f.is(j+4, "Timeout") {
					d.put("timeout.perTry", j+6, nanos, zeroOff)
				} else {
					d.cannot(j)
				}
			case "CheckRetry", "Backoff":
				d.cannot(j)
			}
		}
		f.sees(i, i+3)
		f.addClient(i, &client{family: retryableHTTPFamily, base: -1, at: i, unread: -1, own: []*draft{d}})
		return i
	},
}

// gobreaker is a breaker around a function: cb.Execute(func() (any, error) { ... }).
var gobreaker = &Idiom{
	Name:      "gobreaker",
	Doc:       `a breaker around a function: cb := gobreaker.NewCircuitBreaker(gobreaker.Settings{Timeout: 30 * time.Second}); cb.Execute(fn)`,
	Languages: []string{"go"},
	Words:     []string{"NewCircuitBreaker"},
	find: func(f *file, i int) int {
		if !f.is(i-2, "gobreaker") {
			return i
		}
		open := i + 1
		if f.byte(open) == '[' {
			open = f.closing(open) + 1
		}
		args := f.args(open)
		name := f.variableOf(i - 2)
		if f.byte(open) != '(' || len(args) != 1 || name == "" {
			return i
		}
		d := f.draft(product.GoBreaker, i)
		d.say("breaker.kind", "call", i)
		if o := f.object(args[0]); o >= 0 {
			d.options(o, []option{{"Timeout", "breaker.open", nanos, zeroNone}, {"Interval", "breaker.window", nanos, zeroNone}})
			if at, _ := f.field(o, "ReadyToTrip"); at >= 0 { // when it opens is in a function
				d.p.Says.Partial = true
			}
			f.sees(o-3, f.closing(o))
		} else {
			d.cannot(args[0])
		}
		g := f.guarding()
		g.names[name] = true
		for j := range f.tokens {
			if f.is(j, name) && f.byte(j+1) == '.' && f.is(j+2, "Execute") && f.byte(j+3) == '(' {
				if list := f.args(j + 3); len(list) == 1 {
					if fn := f.functionAt(list[0]); fn != nil {
						g.guards = append(g.guards, &guard{draft: d, from: fn.from, to: fn.to})
						f.sees(i-3, open)
					}
				}
			}
		}
		return i
	},
}
