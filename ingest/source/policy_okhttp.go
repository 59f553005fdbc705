package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The clients of the JVM that no framework has.
var (
	okHTTPFamily   = &family{product: product.OkHttp}
	javaHTTPFamily = &family{product: product.JavaHTTP}
)

// okHTTP is a client of OkHttp that the file makes, its requests, and the addresses that Retrofit uses it for.
var okHTTP = &Idiom{
	Name:      "okhttp",
	Doc:       `a client of OkHttp and its requests: new OkHttpClient.Builder().callTimeout(Duration.ofSeconds(2)).build(), client.newCall(request)`,
	Languages: javaKotlin,
	Words:     []string{"OkHttpClient", "Request", "Retrofit"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.inImport(i) {
			return i
		}
		builder := f.byte(i+1) == '.' && f.is(i+2, "Builder") && f.byte(i+3) == '('
		switch f.string(i) {
		case "OkHttpClient":
			if builder || f.byte(i+1) == '(' {
				f.addClient(i, &client{family: okHTTPFamily, base: -1, at: i, unread: -1, own: []*draft{f.okHTTPClient(i)}})
			}
		case "Request":
			if builder && f.importsPackage([]string{"okhttp3"}) {
				f.okHTTPRequest(i)
			}
		case "Retrofit":
			if !builder {
				return i
			}
			var d *draft
			f.eachMethod(i, func(method string, at, open int) {
				if args := f.args(open); method == "client" && len(args) == 1 {
					d = f.okHTTPClientAt(args[0])
				}
			})
			if d == nil {
				d = f.draft(product.OkHttp, i)
			}
			f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: i, to: f.expressionEnd(i)})
		}
		return i
	},
}

// okHTTPClientAt reads the client that an argument is.
func (f *file) okHTTPClientAt(at int) *draft {
	made := at
	if f.kind(at) == word && f.ends(at+1) {
		made = f.valueOf(f.string(at), at)
	}
	if f.is(made, "new") {
		made++
	}
	if !f.is(made, "OkHttpClient") {
		d := f.draft(product.OkHttp, at)
		d.cannot(at)
		return d
	}
	return f.okHTTPClient(made)
}

// okHTTPClient reads the options of the client that is made at a token.
func (f *file) okHTTPClient(i int) *draft {
	d := f.draft(product.OkHttp, i)
	f.eachMethod(i, func(method string, at, open int) {
		field := map[string]string{"callTimeout": "timeout.total", "connectTimeout": "timeout.connect", "readTimeout": "timeout.readGap"}[method]
		switch {
		case field != "":
			f.sees(at, at)
			f.putTimed(d, field, f.args(open))
		case method == "writeTimeout":
			f.sees(at, at)
		case method == "addInterceptor" || method == "addNetworkInterceptor": // it may try again
			d.cannot(at)
		}
	})
	return d
}

// putTimed takes a time in one argument, or a number with its unit in two.
func (f *file) putTimed(d *draft, field string, args []int) {
	switch len(args) {
	case 1:
		d.put(field, args[0], millis, zeroOff)
	case 2:
		f.seen(args[0])
		unit := f.amount(args[1])
		if f.kind(args[1]) == word && !unit.ok { // SECONDS, which is imported by name
			if n, ok := unitWord(f.string(args[1])); ok {
				unit = amount{n: float64(n), timed: true, has: true, ok: true}
			}
		}
		d.putAmount(field, args[0], combine(f.amount(args[0]), unit, func(x, y float64) float64 { return x * y }), nanos, zeroOff)
	}
}

// okHTTPRequest reads a request and the client that it is sent by: client.newCall(request).
func (f *file) okHTTPRequest(i int) {
	r := f.newRequest(i, i+3, -1, "GET")
	r.from, r.to = i, f.expressionEnd(i)
	f.eachMethod(i, func(method string, at, open int) {
		args := f.args(open)
		switch method {
		case "url":
			if len(args) == 1 {
				r.target = args[0]
			}
		case "post", "put", "patch", "delete", "head":
			r.methods = []string{strings.ToUpper(method)}
		case "method":
			r.methods = nil
			if len(args) > 0 {
				if s, ok := f.plain(args[0]); ok {
					r.methods = []string{strings.ToUpper(s)}
				}
			}
		}
	})
	if r.target < 0 {
		return
	}
	f.guarding().sends = append(f.guarding().sends, send{r, f.senderOf(i, "newCall", "send", "sendAsync")})
}

// senderOf returns the variable of the client that sends the request that is made at a token: in place, or later in the
// function by its name. It is empty if that is not known.
func (f *file) senderOf(i int, methods ...string) string {
	sends := func(open int) string {
		for _, m := range methods {
			if f.byte(open) == '(' && f.is(open-1, m) && f.byte(open-2) == '.' {
				return f.string(open - 3)
			}
		}
		return ""
	}
	start := i
	if f.is(start-1, "new") {
		start--
	}
	if f.byte(start-1) == '(' {
		return sends(start - 1)
	}
	name, fn := f.variableOf(i), f.around(i)
	if name == "" || fn == nil {
		return ""
	}
	for j := i; j < fn.to; j++ {
		if f.is(j, name) && f.byte(j-1) == '(' {
			if sender := sends(j - 1); sender != "" {
				return sender
			}
		}
	}
	return ""
}

// javaHTTP is a request of the client of the JDK: HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build().
var javaHTTP = &Idiom{
	Name:      "java-http",
	Doc:       `a request of java.net.http: HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build()`,
	Languages: javaKotlin,
	Words:     []string{"HttpRequest", "HttpClient"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '.' || !f.is(i+2, "newBuilder") && !f.is(i+2, "newHttpClient") || f.byte(i+3) != '(' || !f.importsPackage([]string{"java.net.http"}) {
			return i
		}
		d := f.draft(product.JavaHTTP, i)
		if f.is(i, "HttpClient") {
			f.eachMethod(i+2, func(method string, at, open int) {
				if args := f.args(open); method == "connectTimeout" && len(args) == 1 {
					f.sees(at, at)
					d.put("timeout.connect", args[0], millis, zeroOff)
				}
			})
			f.addClient(i, &client{family: javaHTTPFamily, base: -1, at: i, unread: -1, own: []*draft{d}})
			return i
		}
		r := f.newRequest(i, i+3, -1, "GET")
		r.from, r.to = i, f.expressionEnd(i)
		r.own = append(r.own, d)
		f.eachMethod(i+2, func(method string, at, open int) {
			args := f.args(open)
			switch method {
			case "newBuilder", "uri":
				if len(args) == 1 {
					r.target = args[0]
				}
			case "timeout":
				f.sees(at, at)
				if len(args) == 1 {
					d.put("timeout.total", args[0], millis, zeroActs)
				}
			case "POST", "PUT", "DELETE":
				r.methods = []string{method}
			case "method":
				r.methods = nil
			}
		})
		if r.target < 0 {
			return i
		}
		r.client = &client{family: javaHTTPFamily, base: -1, at: i, unread: -1} // only a request has a time limit
		f.guarding().sends = append(f.guarding().sends, send{r, f.senderOf(i, "send", "sendAsync")})
		return i
	},
}

// feignBuilder is a client of Feign that is built by hand: Feign.builder().options(new Request.Options(...)).target(Cart.class, url).
var feignBuilder = &Idiom{
	Name:      "feign-builder",
	Doc:       `a client of Feign that is built by hand: Feign.builder().options(new Request.Options(1, SECONDS, 5, SECONDS, true)).target(Cart.class, url)`,
	Languages: javaKotlin,
	Words:     []string{"Feign"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '.' || !f.is(i+2, "builder") || f.byte(i+3) != '(' {
			return i
		}
		d := f.draft(product.OpenFeign, i)
		// By itself it tries four times more. Only that of Spring does not.
		for _, s := range []struct {
			field string
			value any
		}{
			{"retry.retries", 4}, {"retry.backoff.kind", "exponential"}, {"retry.backoff.base", millis.value(amount{n: 100})},
			{"retry.backoff.max", millis.value(amount{n: 1000})}, {"retry.backoff.multiplier", 1.5}, {"retry.backoff.jitter", policy.Jitter{Kind: "none"}},
		} {
			d.p.Says.Put(s.field, s.value, policy.PlatformDefault, f.at(i))
		}
		f.eachMethod(i+2, func(method string, at, open int) {
			args := f.args(open)
			f.sees(at, at)
			switch {
			case len(args) != 1:
			case method == "options":
				f.feignOptions(d, args[0])
			case method == "retryer":
				f.feignRetryer(d, args[0])
			}
		})
		f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: i, to: f.expressionEnd(i)})
		return i
	},
}

// newOf returns the bracket of what is made at a token, "new A.B(", or by the value of a constant; -1 if nothing is.
func (f *file) newOf(at int, names ...string) int {
	if f.kind(at) == word && f.ends(at+1) {
		f.guarding().names[f.string(at)] = true
		at = f.valueOf(f.string(at), at)
	}
	if f.is(at, "new") {
		at++
	}
	for n, name := range names {
		if n > 0 {
			if f.byte(at) != '.' {
				return -1
			}
			at++
		}
		if at < 0 || !f.is(at, name) {
			return -1
		}
		at++
	}
	if f.byte(at) != '(' {
		return -1
	}
	return at
}

func (f *file) feignOptions(d *draft, at int) {
	open := f.newOf(at, "Request", "Options")
	if open < 0 {
		d.cannot(at)
		return
	}
	args := f.args(open)
	f.sees(open-3, f.closing(open))
	switch {
	case len(args) >= 4:
		f.putTimed(d, "timeout.connect", args[:2])
		f.putTimed(d, "timeout.readGap", args[2:4])
	case len(args) >= 2:
		f.putTimed(d, "timeout.connect", args[:1])
		f.putTimed(d, "timeout.readGap", args[1:2])
	default: // its own defaults
	}
}

func (f *file) feignRetryer(d *draft, at int) {
	f.sees(at, f.expressionEnd(at))
	if f.is(at, "Retryer") && f.is(at+2, "NEVER_RETRY") {
		d.p.Says.Retry = nil
		d.p.Says.Put("retry.retries", nil, policy.Disabled, f.at(at))
		return
	}
	open := f.newOf(at, "Retryer", "Default")
	if open < 0 {
		d.p.Says.Retry = nil
		d.cannot(at)
		return
	}
	if args := f.args(open); len(args) == 3 {
		d.put("retry.backoff.base", args[0], millis, zeroActs)
		d.put("retry.backoff.max", args[1], millis, zeroActs)
		d.put("retry.retries", args[2], tries, zeroOff)
	}
}
