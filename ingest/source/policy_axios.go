package source

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

var script = []string{"javascript", "typescript"}

// axiosFamily is axios, and the clients that it makes.
var axiosFamily = &family{
	product: product.Axios, shared: "axios",
	options: []option{{"timeout", "timeout.total", millis, zeroOff}},
}

func init() { axiosFamily.send = sendAxios } // it refers to the family

// axios is a request of axios: axios.get(url, {timeout: 2000}), a client of axios.create, and the defaults of both.
var axios = &Idiom{
	Name:      "axios",
	Doc:       `a request of axios, with its options: axios.get(url, {timeout: 2000})`,
	Languages: script,
	Words:     []string{"axios"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.inImport(i) {
			return i
		}
		g := f.guarding()
		g.names["axios"] = true
		switch {
		case f.is(i+2, "create") && f.byte(i+3) == '(':
			f.addClient(i, f.axiosClient(i, i+3))
		case f.is(i+2, "defaults"):
			f.axiosDefaults(i)
		case f.byte(i+1) == '(' || f.byte(i+1) == '.' || f.byte(i+1) == '<':
			open, method := i+1, ""
			if f.byte(open) == '.' {
				method, open = f.string(i+2), i+3
			}
			if f.byte(open) == '<' {
				if open = f.genericEnd(&f.code, open); open == 0 {
					return i
				}
			}
			if f.byte(open) != '(' {
				return i
			}
			if r := sendAxios(f, method, i, open); r != nil {
				if r.client = f.clientAt("axios", i); r.client == nil {
					r.client = &client{family: axiosFamily, base: -1, at: i, unread: -1, process: true}
					f.addNamed("axios", r.client)
				}
				g.requests = append(g.requests, r)
			}
		}
		return i
	},
}

// axiosClient is the client that axios.create makes.
func (f *file) axiosClient(at, open int) *client {
	c := &client{family: axiosFamily, base: -1, at: at, unread: -1}
	args := f.args(open)
	if len(args) == 0 {
		return c
	}
	o := f.object(args[0])
	if o < 0 {
		c.unread = args[0]
		return c
	}
	c.base, _ = f.field(o, "baseURL")
	d := f.draft(product.Axios, at)
	d.options(o, axiosFamily.options)
	c.own = append(c.own, d)
	return c
}

// axiosDefaults reads axios.defaults.timeout = 5000, which is one of all requests of the program.
func (f *file) axiosDefaults(i int) {
	if !f.is(i+4, "timeout") || f.byte(i+5) != '=' {
		return
	}
	d := f.draft(product.Axios, i)
	d.put("timeout.total", i+6, millis, zeroOff)
	f.showProcess(i, "axios", d)
}

// showProcess shows a policy that all requests of the program have.
func (f *file) showProcess(i int, symbol string, d *draft) {
	d.bound, d.placed = true, true
	p := graph.CodePlace{Kind: graph.CodeProcess, Symbol: symbol, Policies: []graph.CodePolicy{d.p}}
	if d.unread >= 0 {
		p.Loose = f.loose(d.unread)
	}
	f.show(i, p)
}

// sendAxios reads a request, axios(options), axios.get(url, options) or axios.post(url, data, options).
func sendAxios(f *file, method string, at, open int) *request {
	args := f.args(open)
	if len(args) == 0 {
		return nil
	}
	r := f.newRequest(at, open, args[0])
	options := -1
	switch method {
	case "get", "delete", "head", "options":
		if r.methods = []string{strings.ToUpper(method)}; len(args) > 1 {
			options = args[1]
		}
	case "post", "put", "patch", "postForm", "putForm", "patchForm":
		if r.methods = []string{strings.ToUpper(strings.TrimSuffix(method, "Form"))}; len(args) > 2 {
			options = args[2]
		}
	case "", "request":
		if options = args[0]; f.kind(options) == text { // axios(url, options)
			if options = -1; len(args) > 1 {
				options = args[1]
			}
		} else if o := f.object(options); o >= 0 {
			if r.target, _ = f.field(o, "url"); r.target < 0 {
				return nil
			}
		}
		r.methods = f.methodIn(options, "method", "GET")
	default:
		return nil
	}
	if options >= 0 {
		r.take(f, product.Axios, options, axiosFamily.options)
	}
	return r
}

// methodIn returns the method that options have, or the one without them; nil if it is not known.
func (f *file) methodIn(options int, key, usual string) []string {
	if options < 0 {
		return []string{usual}
	}
	o := f.object(options)
	if o < 0 {
		return nil
	}
	at, open := f.field(o, key)
	if at < 0 {
		if open {
			return nil
		}
		return []string{usual}
	}
	if s, ok := f.plain(at); ok {
		return []string{strings.ToUpper(s)}
	}
	return nil
}

// take reads the options of a request, which begin at a token.
func (r *request) take(f *file, p *policy.Product, options int, list []option) {
	o := f.object(options)
	if o < 0 {
		if f.kind(options) == word && !f.is(options, "undefined") && !f.is(options, "null") {
			r.unread = options
		}
		return
	}
	d := f.draft(p, r.at)
	d.options(o, list)
	if r.options = o; d.unread >= 0 || !d.p.Says.Empty() || len(d.p.Amounts) > 0 {
		r.own = append(r.own, d)
	}
	if f.abortable(o) && !slices.ContainsFunc(list, func(o option) bool { return o.name == "signal" }) {
		f.takeSignal(r, d, o)
	}
}

// axiosRetry is the retries of a client of axios: axiosRetry(client, {retries: 3}).
var axiosRetry = &Idiom{
	Name:      "axios-retry",
	Doc:       `the retries of a client of axios: axiosRetry(client, {retries: 3, retryDelay: axiosRetry.exponentialDelay})`,
	Languages: script,
	Words:     []string{"axiosRetry"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '(' {
			f.guarding().seen[i] = true // in an import, or before the name of a wait
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 || f.kind(args[0]) != word || !f.ends(args[0]+1) {
			return i
		}
		d := f.draft(product.AxiosRetry, i)
		d.say("retry.retries", 3, i) // the call itself declares them
		d.p.Says.Retry.Retries.Provenance = policy.PlatformDefault
		if len(args) > 1 {
			if o := f.object(args[1]); o >= 0 {
				d.options(o, []option{{"retries", "retry.retries", count, zeroOff}})
				f.axiosDelay(d, o)
			} else {
				d.cannot(args[1])
			}
		}
		f.sees(i, f.closing(i+1))
		name := f.string(args[0])
		c := f.clientAt(name, i)
		if c == nil {
			if name != "axios" {
				return i
			}
			c = &client{family: axiosFamily, base: -1, at: i, unread: -1, process: true}
			f.addNamed(name, c)
		}
		c.own = append([]*draft{d}, c.own...)
		if c.process {
			f.showProcess(i, "axios", d)
		}
		return i
	},
}

// axiosDelay reads the wait between two attempts.
func (f *file) axiosDelay(d *draft, options int) {
	at, _ := f.field(options, "retryDelay")
	if at < 0 {
		return
	}
	end := f.expressionEnd(at)
	if f.kind(at) == word && (f.is(end, "exponentialDelay") || f.is(at+2, "exponentialDelay")) {
		d.say("retry.backoff.kind", "exponential", at)
		d.say("retry.backoff.jitter", policy.Jitter{Kind: "partial", Fraction: 0.2}, at)
		d.p.Says.Put("retry.backoff.base", 200*time.Millisecond, policy.PlatformDefault, graph.Origin{})
		d.p.Says.Put("retry.backoff.multiplier", 2.0, policy.PlatformDefault, graph.Origin{})
		return
	}
	if fn := f.functionAt(at); fn != nil && fn.open >= 0 && f.byte(fn.from) != '{' {
		counter := fn.open
		if f.byte(counter) == '(' {
			counter++
		}
		f.growth(d, fn.from, fn.to, []string{f.string(counter)}, millis, fn.from, fn.to)
		return
	}
	d.cannot(at)
}
