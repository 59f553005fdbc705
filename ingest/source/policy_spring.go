package source

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The clients of Spring.
var (
	restTemplateFamily = &family{product: product.RestTemplate, shared: "rest-template"}
	webClientFamily    = &family{product: product.WebClient, shared: "web-client"}
	webBuilderFamily   = &family{product: product.WebClient, shared: "web-client-builder"}
)

func init() { restTemplateFamily.send = sendRestTemplate }

// restTemplate is a RestTemplate that the file makes, and its requests. One that is injected is the bean of the program, if
// it has one.
var restTemplate = &Idiom{
	Name:      "rest-template",
	Doc:       `a RestTemplate that the file makes: new RestTemplateBuilder().readTimeout(Duration.ofSeconds(2)).build()`,
	Languages: javaKotlin,
	Words:     []string{"RestTemplate", "RestTemplateBuilder"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.inImport(i) {
			return i
		}
		f.guarding().seen[i] = true
		switch {
		case f.is(i, "RestTemplate") && f.isBean(i, i):
			f.restTemplateBean(i)
		case f.is(i, "RestTemplate") && f.givenName(i, i) != "":
			f.addGiven(f.givenName(i, i), i, restTemplateFamily)
		case f.is(i, "RestTemplate") && f.byte(i+1) == '(' && (f.is(i-1, "new") || f.lang.Name == "kotlin"):
			d := f.draft(product.RestTemplate, i)
			if args := f.args(i + 1); len(args) > 0 {
				f.requestFactory(d, args[0])
			}
			if name := f.variableOf(i); name != "" {
				for j := range f.tokens {
					if f.is(j, name) && f.byte(j+1) == '.' && f.is(j+2, "setRequestFactory") && len(f.args(j+3)) == 1 {
						f.requestFactory(d, j+4)
					}
				}
			}
			f.addClient(i, &client{family: restTemplateFamily, base: -1, at: i, unread: -1, own: []*draft{d}})
		case f.is(i, "RestTemplateBuilder") && f.byte(i+1) == '(':
			f.buildRestTemplate(i, i)
		case f.is(i, "RestTemplateBuilder"): // the parameter or the field that has one
			name := f.string(i + 1)
			if f.lang.Name == "kotlin" && f.byte(i-1) == ':' {
				name = f.string(i - 2)
			}
			if fn := f.bodyOf(i); fn != nil && name != "" {
				for j := fn.from; j <= fn.to; j++ {
					if f.is(j, name) && f.byte(j+1) == '.' {
						f.buildRestTemplate(j, j)
					}
				}
			}
		}
		return i
	},
}

// bodyOf returns the function among whose parameters a token is, nil if there is none.
func (f *file) bodyOf(i int) *function {
	open := f.opening(i)
	list := f.functions()
	for k := range list {
		if list[k].open == open {
			return &list[k]
		}
	}
	return nil
}

// addGiven notes that a field or a parameter of a name is given a client that another file makes.
func (f *file) addGiven(name string, at int, of *family) {
	g := f.guarding()
	if g.given == nil {
		g.given = map[string]*client{}
	}
	g.given[name] = &client{family: of, base: -1, at: at, unread: -1, process: true, given: true}
}

// givenName returns the name of the field or the parameter whose type is between two tokens, "" if it is the type of
// another thing.
func (f *file) givenName(first, last int) string {
	end := func(i int) bool { return f.byte(i) == ';' || f.byte(i) == ',' || f.byte(i) == ')' }
	switch {
	case f.lang.Name == "kotlin" && f.byte(first-1) == ':' && f.kind(first-2) == word && (end(last+1) || f.newLine(last+1)):
		return f.string(first - 2)
	case f.lang.Name == "java" && f.kind(last+1) == word && end(last+2):
		return f.string(last + 1)
	}
	return ""
}

// isBean reports whether the type between two tokens is that of the result of a method that makes a bean:
// @Bean public T name() { ... }.
func (f *file) isBean(first, last int) bool {
	const most = 24 // modifiers and other annotations
	if f.kind(last+1) != word || f.byte(last+2) != '(' {
		return false
	}
	for at := first - 1; at > 0 && at > first-most; at-- {
		switch c := f.byte(at); {
		case c == ')':
			at = f.opening(at)
		case f.is(at, "Bean") && f.byte(at-1) == '@':
			return true
		case c == ';', c == '{', c == '}':
			return false
		}
	}
	return false
}

// restTemplateBean shows the RestTemplate that a method makes for all of the program.
func (f *file) restTemplateBean(i int) {
	d := f.draft(product.RestTemplate, i)
	defer f.showProcess(i, "rest-template", d)
	result, end := f.resultOf(i + 2)
	if name := f.string(result); f.kind(result) == word && f.byte(result+1) == ';' { // it is made before
		if result = f.local(name, result); result < 0 {
			d.cannot(i)
			return
		}
		f.restTemplateSetters(d, name, result, end)
	}
	switch {
	case f.is(result, "new") && f.is(result+1, "RestTemplate") && f.byte(result+2) == '(':
		if args := f.args(result + 2); len(args) > 0 {
			f.requestFactory(d, args[0])
		}
	case result < 0 || !f.readRestTemplateBuilder(d, result):
		d.cannot(i)
	}
}

// resultOf returns the token that the only result begins with of the function whose parameters open at a token, and the
// last token of the function; -1 if it has none, or several.
func (f *file) resultOf(open int) (result, end int) {
	list := f.functions()
	k := slices.IndexFunc(list, func(fn function) bool { return fn.open == open })
	if k < 0 {
		return -1, -1
	}
	result = -1
	for j := list[k].from; j <= list[k].to; j++ {
		if f.is(j, "return") {
			if result >= 0 {
				return -1, -1
			}
			result = j + 1
		}
	}
	return result, list[k].to
}

// restTemplateSetters reads what is set of a RestTemplate of a name between two tokens.
func (f *file) restTemplateSetters(d *draft, name string, from, to int) {
	for j := from; j <= to; j++ {
		if !f.is(j, name) || f.byte(j+1) != '.' || f.byte(j+3) != '(' {
			continue
		}
		switch f.string(j + 2) {
		case "setRequestFactory":
			if args := f.args(j + 3); len(args) == 1 {
				f.requestFactory(d, args[0])
			}
		case "setMessageConverters", "getMessageConverters", "setErrorHandler", "setUriTemplateHandler", "setDefaultUriVariables":
		default: // an interceptor may do anything
			d.cannot(j)
		}
	}
}

// buildRestTemplate reads the chain of a builder that begins at a token.
func (f *file) buildRestTemplate(i, at int) {
	d := f.draft(product.RestTemplate, at)
	built := f.readRestTemplateBuilder(d, i)
	if built && !slices.ContainsFunc(f.guarding().clients[f.variableOf(i)], func(c *client) bool { return c.at == at }) {
		f.addClient(i, &client{family: restTemplateFamily, base: -1, at: at, unread: -1, own: []*draft{d}})
	}
}

// readRestTemplateBuilder reads the chain of a builder that begins at a token, and reports whether it builds.
func (f *file) readRestTemplateBuilder(d *draft, i int) bool {
	d.p.Says.Partial = true // what the client below has by itself is not known
	built := false
	f.eachMethod(i, func(method string, at, open int) {
		args := f.args(open)
		switch method {
		case "setConnectTimeout", "connectTimeout", "setReadTimeout", "readTimeout":
			field := "timeout.readGap"
			if strings.HasSuffix(method, "onnectTimeout") {
				field = "timeout.connect"
			}
			f.sees(at, at)
			if len(args) == 1 {
				d.put(field, args[0], millis, zeroOff)
			}
		case "requestFactory", "requestFactorySettings", "clientSettings", "interceptors", "additionalInterceptors", "customizers", "additionalCustomizers":
			d.cannot(at)
		case "build":
			built = true
		}
	})
	return built
}

// eachMethod calls do with the methods of a chain that begins at a token: their names, their tokens, and those of
// their brackets.
func (f *file) eachMethod(i int, do func(method string, at, open int)) {
	for at, end := i, f.expressionEnd(i); at <= end; at++ {
		switch {
		case f.byte(at) == '(' || f.byte(at) == '{' || f.byte(at) == '[':
			at = f.closing(at)
		case f.kind(at) != word:
		case f.byte(at+1) == '(':
			do(f.string(at), at, at+1)
		case f.byte(at+1) == '<':
			if open := f.genericEnd(&f.code, at+1); f.byte(open) == '(' {
				do(f.string(at), at, open)
				at = open - 1
			}
		}
	}
}

// requestFactory reads what a factory of requests is set to: factory.setReadTimeout(2000).
func (f *file) requestFactory(d *draft, at int) {
	name := f.string(at)
	f.seen(at)
	if f.kind(at) != word || !f.ends(at+1) {
		d.cannot(at)
		return
	}
	f.guarding().names[name] = true
	made := f.valueOf(name, at)
	if f.is(made, "new") {
		made++
	}
	if !strings.HasSuffix(f.string(made), "ClientHttpRequestFactory") || f.byte(made+1) != '(' || len(f.args(made+1)) > 0 {
		d.cannot(at)
		return
	}
	f.sees(made-6, made)
	for j := made; j < len(f.tokens); j++ {
		if !f.is(j, name) || f.byte(j+1) != '.' {
			continue
		}
		field, value := "", -1
		switch args := f.args(j + 3); {
		case len(args) == 1:
			value = args[0]
		case f.byte(j+3) == '=':
			value = j + 4
		}
		switch strings.ToLower(strings.TrimPrefix(f.string(j+2), "set")) {
		case "connecttimeout":
			field = "timeout.connect"
		case "readtimeout":
			field = "timeout.readGap"
		}
		if f.sees(j, j+2); value >= 0 && field != "" {
			d.put(field, value, millis, zeroOff)
		}
	}
}

// sendRestTemplate reads rest.getForObject(url, Item.class).
func sendRestTemplate(f *file, method string, at, open int) *request {
	args := f.args(open)
	if len(args) == 0 {
		return nil
	}
	methods := map[string]string{
		"getForObject": "GET", "getForEntity": "GET", "headForHeaders": "HEAD", "postForObject": "POST", "postForEntity": "POST", "postForLocation": "POST",
		"put": "PUT", "patchForObject": "PATCH", "delete": "DELETE", "optionsForAllow": "OPTIONS",
	}
	switch m := methods[method]; {
	case m != "":
		return f.newRequest(at, open, args[0], m)
	case method != "exchange" && method != "execute":
		return nil
	}
	r := f.newRequest(at, open, args[0])
	if len(args) > 1 && f.is(args[1], "HttpMethod") {
		r.methods = []string{f.string(args[1] + 2)}
	}
	return r
}

// webClient is a request of a WebClient: client.get().uri(url).retrieve().bodyToMono(Item.class).timeout(Duration.ofSeconds(2)).
var webClient = &Idiom{
	Name:      "web-client",
	Doc:       `the chain of a request of a WebClient: client.get().uri(url).retrieve().bodyToMono(Item.class).timeout(Duration.ofSeconds(2))`,
	Languages: javaKotlin,
	Words:     []string{"WebClient", "uri"},
	find: func(f *file, i int) int {
		if f.is(i, "WebClient") {
			f.makeWebClient(i)
			return i
		}
		if f.byte(i+1) != '(' || f.byte(i-1) != '.' {
			return i
		}
		args := f.args(i + 1)
		if len(args) == 0 {
			return i
		}
		start := f.chainStart(i + 1)
		r := f.newRequest(i, i+1, args[0])
		r.from, r.to = start, f.expressionEnd(start)
		d := f.draft(product.WebClient, i)
		reactive := false
		f.eachMethod(start, func(method string, at, open int) {
			switch method {
			case "get", "post", "put", "patch", "delete", "head", "options":
				if at < i {
					r.methods = []string{strings.ToUpper(method)}
				}
			case "method":
				if v := f.args(open); at < i && len(v) == 1 && f.is(v[0], "HttpMethod") {
					r.methods = []string{f.string(v[0] + 2)}
				}
			case "bodyToMono", "bodyToFlux", "exchangeToMono", "exchangeToFlux", "toBodilessEntity", "awaitBody", "awaitBodyOrNull", "awaitExchange":
				reactive = true
			default:
				if at > i {
					f.operatorOfMono(d, method, at, open)
				} else if at < i && !isPlainOfWebClient(method) {
					d.cannot(at)
				}
			}
		})
		if !reactive {
			return i
		}
		name := f.string(start)
		if name == "this" && f.byte(start+1) == '.' {
			name = f.string(start + 2)
		}
		f.guarding().sends = append(f.guarding().sends, send{r, name})
		r.own, r.unread = append(r.own, d), start // unless the file makes the client
		return i
	},
}

// makeWebClient reads the client that a file makes: WebClient.create(url), WebClient.builder().baseUrl(url).build().
func (f *file) makeWebClient(i int) {
	if f.byte(i-1) == '.' || f.inImport(i) {
		return
	}
	last, family := i, webClientFamily
	if f.byte(i+1) == '.' && f.is(i+2, "Builder") {
		last, family = i+2, webBuilderFamily
	}
	if f.isBean(i, last) {
		d := f.draft(product.WebClient, i)
		f.sees(i, last)
		result, _ := f.resultOf(last + 2)
		if !f.is(result, "WebClient") {
			d.cannot(i)
		}
		f.eachMethod(max(result, 0), func(method string, at, _ int) {
			if !isPlainOfWebClient(method) {
				d.cannot(at)
			}
		})
		f.showProcess(i, family.shared, d)
		return
	}
	if name := f.givenName(i, last); name != "" {
		f.addGiven(name, i, family)
		return
	}
	if f.byte(i+1) != '.' {
		return
	}
	c := &client{family: webClientFamily, base: -1, at: i, unread: -1}
	made := false
	f.eachMethod(i, func(method string, at, open int) {
		args := f.args(open)
		switch method {
		case "create", "baseUrl":
			if made = made || method == "create"; len(args) == 1 {
				c.base = args[0]
			}
		case "build":
			made = true
		default:
			if !isPlainOfWebClient(method) {
				c.unread = at
			}
		}
	})
	if made {
		f.addClient(i, c)
	}
}

// isPlainOfWebClient reports whether a method of what makes a WebClient gives it no policy: a connector, or a filter, may.
func isPlainOfWebClient(method string) bool {
	switch method {
	case "create", "builder", "build", "baseUrl", "clone", "defaultHeader", "defaultHeaders", "defaultCookie", "codecs", "exchangeStrategies", "defaultUriVariables", "uriBuilderFactory":
		return true
	}
	return false
}

// operatorOfMono reads an operator behind a request. A time limit before the retries is one of each try.
func (f *file) operatorOfMono(d *draft, method string, at, open int) {
	args := f.args(open)
	switch method {
	case "timeout":
		f.sees(at, at)
		field := "timeout.total"
		if d.p.Says.Retry == nil && f.retriesBehind(open) {
			field = "timeout.perTry"
		}
		if len(args) > 0 {
			d.put(field, args[0], millis, zeroActs)
		}
		if len(args) > 1 {
			d.p.Steps = append(d.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(args[1])})
		}
	case "block":
		if len(args) == 1 && d.p.Says.Timeout == nil {
			d.put("timeout.total", args[0], millis, zeroActs)
		}
	case "retry":
		f.sees(at, at)
		if len(args) != 1 {
			d.cannot(at)
			return
		}
		d.say("retry.backoff.kind", "none", at)
		d.put("retry.retries", args[0], count, zeroOff)
	case "retryWhen":
		f.sees(at, f.closing(open))
		if len(args) != 1 {
			d.cannot(at)
			return
		}
		f.retrySpec(d, args[0])
	case "onErrorReturn", "onErrorResume", "switchIfEmpty":
		if method != "switchIfEmpty" {
			d.p.Steps = append(d.p.Steps, graph.CodeStep{Kind: "static", Origin: f.at(at)})
		}
	case "transform", "transformDeferred":
		d.cannot(at) // it may be a breaker
	}
}

// retriesBehind reports whether a chain tries again behind the method whose bracket opens at a token.
func (f *file) retriesBehind(open int) bool {
	for at := f.closing(open) + 1; f.byte(at) == '.' && f.kind(at+1) == word; {
		if f.is(at+1, "retry") || f.is(at+1, "retryWhen") {
			return true
		}
		next := at + 2
		if f.byte(next) == '<' {
			next = f.genericEnd(&f.code, next)
		}
		if f.byte(next) != '(' {
			return false
		}
		at = f.closing(next) + 1
	}
	return false
}

// retrySpec reads Retry.backoff(3, Duration.ofMillis(100)).maxBackoff(...).jitter(0.5).
func (f *file) retrySpec(d *draft, at int) {
	read := false
	f.eachMethod(at, func(method string, at, open int) {
		args := f.args(open)
		put := func(n int, field string, as measure) {
			if n < len(args) {
				d.put(field, args[n], as, zeroActs)
			}
		}
		switch method {
		case "backoff":
			read = true
			d.say("retry.backoff.kind", "exponential", at)
			d.say("retry.backoff.multiplier", 2.0, at)
			put(0, "retry.retries", count)
			put(1, "retry.backoff.base", millis)
			d.p.Says.Put("retry.backoff.jitter", policy.Jitter{Kind: "partial", Fraction: 0.5}, policy.PlatformDefault, f.at(at))
		case "fixedDelay":
			read = true
			d.say("retry.backoff.kind", "fixed", at)
			put(0, "retry.retries", count)
			put(1, "retry.backoff.base", millis)
		case "max", "maxInARow":
			read = true
			d.say("retry.backoff.kind", "none", at)
			put(0, "retry.retries", count)
		case "maxBackoff":
			put(0, "retry.backoff.max", millis)
		case "jitter":
			d.say("retry.backoff.jitter", policy.Jitter{Kind: "partial"}, at)
		default:
			d.p.Says.Partial = true
		}
	})
	if !read {
		d.cannot(at)
	}
}
