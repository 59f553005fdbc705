package source

import (
	"strings"

	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The clients of Python: requests and its sessions, httpx, aiohttp. A timeout of requests and httpx is one of
// silence; that of aiohttp is one of the whole request.
var (
	requestsFamily = &family{product: product.Requests}
	httpxFamily    = &family{product: product.HTTPX}
	aiohttpFamily  = &family{product: product.AIOHTTP}
)

func init() {
	for _, m := range []*family{requestsFamily, httpxFamily, aiohttpFamily} {
		m.send = func(f *file, method string, at, open int) *request { return sendPython(f, m.product, method, at, open) }
	}
}

// pythonClient is a request of a library of Python, or a client of one.
var pythonClient = &Idiom{
	Name:      "python-client",
	Doc:       `a request of requests, httpx or aiohttp, or of a client of them: requests.get(url, timeout=5)`,
	Languages: []string{"python"},
	Words:     []string{"requests", "httpx", "aiohttp"},
	find: func(f *file, i int) int {
		if f.byte(i-1) == '.' || f.byte(i+1) != '.' || f.byte(i+3) != '(' || f.inImport(i) {
			return i
		}
		m := map[string]*family{"requests": requestsFamily, "httpx": httpxFamily, "aiohttp": aiohttpFamily}[f.string(i)]
		switch f.string(i + 2) {
		case "Session", "session", "Client", "AsyncClient", "ClientSession":
			c := &client{family: m, base: -1, at: i, unread: -1}
			d := f.draft(m.product, i)
			if at := f.argument(i+3, "timeout"); at >= 0 {
				d.silence(at)
			}
			for _, name := range []string{"base_url", "transport", "limits"} {
				if at := f.argument(i+3, name); at >= 0 && name == "base_url" {
					c.base = at
				} else if at >= 0 {
					d.cannot(at)
				}
			}
			if c.own = append(c.own, d); f.is(f.closing(i+3)+1, "as") { // with httpx.Client() as client
				f.addNamed(f.string(f.closing(i+3)+2), c)
			} else {
				f.addClient(i, c)
			}
			return i
		}
		if m == aiohttpFamily {
			return i
		}
		if r := sendPython(f, m.product, f.string(i+2), i, i+3); r != nil {
			r.client = &client{family: m, base: -1, at: i, unread: -1, process: true}
			f.guarding().requests = append(f.guarding().requests, r)
		}
		return i
	},
}

func sendPython(f *file, p *policy.Product, method string, at, open int) *request {
	args := f.args(open)
	target := 0
	var methods []string
	switch method {
	case "get", "post", "put", "patch", "delete", "head", "options":
		methods = []string{strings.ToUpper(method)}
	case "request", "stream":
		if target = 1; len(args) > 0 {
			if s, ok := f.plain(args[0]); ok {
				methods = []string{strings.ToUpper(s)}
			}
		}
	default:
		return nil
	}
	if len(args) <= target {
		return nil
	}
	r := f.newRequest(at, open, args[target], methods...)
	if v := f.argument(open, "url"); v >= 0 {
		r.target = v
	}
	d := f.draft(p, at)
	if v := f.argument(open, "timeout"); v >= 0 {
		d.silence(v)
	}
	for _, i := range args {
		if f.byte(i) == '*' && f.byte(i+1) == '*' { // **options
			d.cannot(i)
		}
	}
	r.own = append(r.own, d)
	return r
}

// silence takes a timeout: a number, (connect, read), or what the library makes of several.
func (d *draft) silence(at int) {
	f := d.f
	f.seen(at)
	total := "timeout.readGap"
	if d.p.Says.Product == product.AIOHTTP {
		total = "timeout.total"
	}
	switch {
	case f.byte(at) == '(' && len(f.args(at)) == 2:
		args := f.args(at)
		d.put("timeout.connect", args[0], seconds, zeroActs)
		d.put("timeout.readGap", args[1], seconds, zeroActs)
	case f.kind(at) == word && f.byte(at+1) == '.' && (f.is(at+2, "Timeout") || f.is(at+2, "ClientTimeout")) && f.byte(at+3) == '(':
		read := false
		for _, i := range f.args(at + 3) {
			switch name := f.string(i); {
			case f.byte(i+1) != '=' && total == "timeout.readGap":
				d.put("timeout.connect", i, seconds, zeroActs)
				d.put("timeout.readGap", i, seconds, zeroActs)
				read = true
			case name == "total" && f.byte(i+1) == '=':
				d.put("timeout.total", i+2, seconds, zeroOff)
				read = true
			case name == "read", name == "sock_read":
				d.put("timeout.readGap", i+2, seconds, zeroActs)
				read = true
			case name == "connect", name == "sock_connect":
				d.put("timeout.connect", i+2, seconds, zeroActs)
			}
		}
		if !read && total == "timeout.readGap" {
			d.cannot(at)
		}
	default:
		if a := f.amount(at); a.ok && a.off {
			d.p.Says.Put("timeout.connect", nil, policy.Disabled, f.at(at))
			d.p.Says.Put("timeout.readGap", nil, policy.Disabled, f.at(at))
			if total == "timeout.total" {
				d.p.Says.Put("timeout.total", nil, policy.Disabled, f.at(at))
			}
			return
		}
		if d.put(total, at, seconds, zeroActs); total == "timeout.readGap" {
			d.put("timeout.connect", at, seconds, zeroActs)
		}
	}
}

// given returns what a call takes that opens at a token: the function that it is given first, if the file has that,
// else all of it.
func (f *file) given(open int) *function {
	args := f.args(open)
	if len(args) == 0 {
		return nil
	}
	if fn := f.functionAt(args[0]); fn != nil {
		return fn
	}
	return &function{from: open, to: f.closing(open)}
}

// block returns the block of Python whose head begins at a token, nil if there is none.
func (f *file) block(head int) *function {
	for at := head; at < head+60; at++ {
		switch f.byte(at) {
		case '(', '[', '{':
			at = f.closing(at)
		case ':':
			return &function{from: at + 1, to: f.blockEnd(head, at)}
		}
	}
	return nil
}

// asyncioTimeout is a time limit around calls: async with asyncio.timeout(3), async_timeout.timeout(3), and
// asyncio.wait_for(client.get(url), 3).
var asyncioTimeout = &Idiom{
	Name:      "asyncio-timeout",
	Doc:       `a time limit around calls: async with asyncio.timeout(3): ..., asyncio.wait_for(client.get(url), timeout=3)`,
	Languages: []string{"python"},
	Words:     []string{"timeout", "wait_for"},
	find: func(f *file, i int) int {
		open := i + 1
		if f.byte(open) != '(' || f.byte(i-1) != '.' || !f.is(i-2, "asyncio") && !f.is(i-2, "async_timeout") {
			return i
		}
		if f.is(i, "wait_for") {
			at, call := f.argumentAt(open, "timeout", 1), f.argumentAt(open, "fut", 0)
			if at < 0 || call < 0 || f.is(at, "None") {
				return i
			}
			d := f.draft(product.Asyncio, i)
			d.put("timeout.total", at, seconds, zeroActs)
			f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: call, to: f.expressionEnd(call)})
			f.sees(i, open)
			return i
		}
		head, delay := f.lineStart(i), f.argumentAt(open, "delay", 0)
		if delay < 0 || f.is(delay, "None") || !f.is(head, "with") && !f.is(head+1, "with") {
			return i
		}
		block := f.block(head)
		if block == nil {
			return i
		}
		d := f.draft(product.Asyncio, i)
		d.put("timeout.total", delay, seconds, zeroActs)
		f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: block.from, to: block.to})
		f.sees(i-2, f.closing(open))
		return i
	},
}

// tenacity is a decorator, or an object, that tries calls again.
var tenacity = &Idiom{
	Name:      "tenacity",
	Doc:       `a decorator or an object that tries again: @retry(stop=stop_after_attempt(3), wait=wait_exponential(multiplier=1, max=10)), for attempt in Retrying(...)`,
	Languages: []string{"python"},
	Words:     []string{"retry", "Retrying", "AsyncRetrying"},
	find: func(f *file, i int) int {
		at := i
		if f.byte(at-1) == '.' && f.is(at-2, "tenacity") {
			at -= 2
		}
		if !f.is(i, "retry") {
			f.retrying(i, at)
			return i
		}
		if f.byte(at-1) != '@' || !strings.Contains(string(f.src), "tenacity") {
			return i
		}
		fn := f.decorated(i)
		if fn == nil {
			return i
		}
		d := f.draft(product.Tenacity, i)
		d.p.Says.Retry = &policy.Retry{}
		if f.byte(i+1) == '(' {
			f.tenacity(d, i+1)
			f.sees(at, f.closing(i+1))
		}
		f.sees(at, i)
		f.guarding().guards = append(f.guarding().guards, &guard{draft: d, from: fn.from, to: fn.to})
		return i
	},
}

// retrying reads an object that tries again what it is called with, or the block of a loop over it.
func (f *file) retrying(i, start int) {
	if f.byte(i+1) != '(' || f.inImport(i) || !strings.Contains(string(f.src), "tenacity") {
		return
	}
	d := f.draft(product.Tenacity, i)
	d.p.Says.Retry = &policy.Retry{}
	f.tenacity(d, i+1)
	g := f.guarding()
	used := false
	take := func(fn *function) {
		if fn != nil {
			g.guards = append(g.guards, &guard{draft: d, from: fn.from, to: fn.to})
			used = true
		}
	}
	loop := func(at int) {
		if head := f.lineStart(at); f.is(at-1, "in") && (f.is(head, "for") || f.is(head, "async") && f.is(head+1, "for")) {
			take(f.block(head))
		}
	}
	loop(start)
	if end := f.closing(i + 1); f.byte(end+1) == '(' { // Retrying(...)(fetch, url)
		take(f.given(end + 1))
	}
	if name := f.variableOf(start); name != "" && !used {
		for j := range f.tokens {
			switch {
			case !f.is(j, name) || j < start && j >= start-2:
			case f.byte(j+1) == '(':
				take(f.given(j + 1))
			case f.byte(j+1) == '.' && f.is(j+2, "call") && f.byte(j+3) == '(':
				take(f.given(j + 3))
			default:
				loop(j)
			}
		}
		if used {
			g.names[name] = true
		}
	}
	if used {
		f.sees(start, f.closing(i+1))
	}
}

// decorated returns the function behind the decorators of which one is at a token.
func (f *file) decorated(i int) *function {
	list := f.functions()
	for k := range list {
		if fn := &list[k]; fn.at > i && fn.name != "" {
			for j := i; j < fn.at; j++ {
				if f.newLine(j) && f.byte(j) != '@' && !f.is(j, "def") && !f.is(j, "async") && !f.within(j, i-1) && f.byte(j) != ')' {
					return nil
				}
			}
			return fn
		}
	}
	return nil
}

func (f *file) tenacity(d *draft, open int) {
	if at := f.argument(open, "stop"); at >= 0 {
		found := false
		for i := at; i <= f.expressionEnd(at); i++ {
			args := f.args(i + 1)
			switch {
			case f.byte(i+1) != '(' || len(args) == 0:
			case f.is(i, "stop_after_attempt"):
				d.put("retry.retries", args[0], tries, zeroActs)
				found = true
			case f.is(i, "stop_after_delay"):
				d.put("retry.maxDuration", args[0], seconds, zeroActs)
				found = true
			}
		}
		if !found {
			d.cannot(at)
		}
	}
	at := f.argument(open, "wait")
	if at < 0 {
		return
	}
	if f.is(at, "tenacity") {
		at += 2
	}
	args := f.args(at + 1)
	if f.byte(at+1) != '(' || !f.ends(f.closing(at+1)+1) {
		d.cannot(at)
		return
	}
	named := func(field, name string, position int) bool {
		v := f.argument(at+1, name)
		if v < 0 && position >= 0 && position < len(args) && f.byte(args[position]+1) != '=' {
			v = args[position]
		}
		if v >= 0 {
			d.put(field, v, seconds, zeroActs)
		}
		return v >= 0
	}
	switch f.string(at) {
	case "wait_fixed":
		d.say("retry.backoff.kind", "fixed", at)
		named("retry.backoff.base", "wait", 0)
	case "wait_exponential", "wait_random_exponential":
		d.say("retry.backoff.kind", "exponential", at)
		d.say("retry.backoff.multiplier", 2.0, at)
		if !named("retry.backoff.base", "multiplier", 0) {
			d.p.Says.Put("retry.backoff.base", seconds.value(amount{n: 1}), policy.PlatformDefault, f.at(at))
		}
		if named("retry.backoff.max", "max", -1); f.is(at, "wait_random_exponential") {
			d.say("retry.backoff.jitter", policy.Jitter{Kind: "full"}, at)
		} else {
			d.say("retry.backoff.jitter", policy.Jitter{Kind: "none"}, at)
		}
	default:
		d.cannot(at)
	}
}

// urllib3 is the retries of a session of requests: session.mount("http://", HTTPAdapter(max_retries=Retry(total=3))).
var urllib3 = &Idiom{
	Name:      "urllib3",
	Doc:       `the retries of a session: session.mount("http://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.5)))`,
	Languages: []string{"python"},
	Words:     []string{"mount"},
	find: func(f *file, i int) int {
		if f.byte(i-1) != '.' || f.byte(i+1) != '(' || f.kind(i-2) != word {
			return i
		}
		args := f.args(i + 1)
		if len(args) != 2 {
			return i
		}
		at := args[1]
		if f.kind(at) == word && f.ends(at+1) {
			f.guarding().names[f.string(at)] = true
			if at = f.valueOf(f.string(at), at); at < 0 {
				return i
			}
		}
		if !f.is(at, "HTTPAdapter") && !f.is(at+2, "HTTPAdapter") {
			return i
		}
		for f.byte(at) != '(' && at < len(f.tokens) {
			at++
		}
		v := f.argument(at, "max_retries")
		if v < 0 {
			return i
		}
		d := f.draft(product.Urllib3, i)
		f.sees(at-1, f.closing(at))
		if f.kind(v) == word && f.ends(v+1) {
			f.guarding().names[f.string(v)] = true
			if v = f.valueOf(f.string(v), v); v < 0 {
				d.cannot(at)
			}
		}
		switch {
		case v < 0:
		case f.kind(v) == number:
			d.put("retry.retries", v, count, zeroOff)
		case f.is(v, "Retry") && f.byte(v+1) == '(':
			f.sees(v, f.closing(v+1))
			d.p.Says.Retry = &policy.Retry{}
			if n := f.argument(v+1, "total"); n >= 0 {
				d.put("retry.retries", n, count, zeroOff)
			} else if args := f.args(v + 1); len(args) > 0 && f.byte(args[0]+1) != '=' {
				d.put("retry.retries", args[0], count, zeroOff)
			}
			if n := f.argument(v+1, "backoff_factor"); n >= 0 {
				d.say("retry.backoff.kind", "exponential", n)
				d.say("retry.backoff.multiplier", 2.0, n)
				d.say("retry.backoff.jitter", policy.Jitter{Kind: "none"}, n)
				d.put("retry.backoff.base", n, seconds, zeroActs)
			}
		default:
			d.cannot(v)
		}
		if c := f.clientAt(f.string(i-2), i); c != nil {
			c.own = append([]*draft{d}, c.own...)
		}
		return i
	},
}

// pybreaker is a breaker as a decorator, or around a call: breaker.call(requests.get, url).
var pybreaker = &Idiom{
	Name:      "pybreaker",
	Doc:       `a breaker of pybreaker: breaker = CircuitBreaker(fail_max=5, reset_timeout=60), then @breaker`,
	Languages: []string{"python"},
	Words:     []string{"CircuitBreaker"},
	find: func(f *file, i int) int {
		if f.byte(i+1) != '(' || !strings.Contains(string(f.src), "pybreaker") {
			return i
		}
		start := i
		if f.byte(i-1) == '.' {
			start -= 2
		}
		name := f.variableOf(start)
		if name == "" {
			return i
		}
		d := f.draft(product.PyBreaker, i)
		d.say("breaker.kind", "call", i)
		for _, o := range []option{{"fail_max", "breaker.failures", count, zeroActs}, {"reset_timeout", "breaker.open", seconds, zeroActs}} {
			if v := f.argument(i+1, o.name); v >= 0 {
				d.put(o.field, v, o.as, o.zero)
			}
		}
		g := f.guarding()
		g.names[name] = true
		used := false
		for j := range f.tokens {
			if !f.is(j, name) || j == start-2 {
				continue
			}
			var fn *function
			switch {
			case f.byte(j-1) == '@' && f.newLine(j+1):
				fn = f.decorated(j)
			case f.byte(j+1) == '.' && (f.is(j+2, "call") || f.is(j+2, "call_async")) && f.byte(j+3) == '(':
				fn = f.given(j + 3)
			case f.byte(j+1) == '.' && f.is(j+2, "calling") && f.is(j-1, "with"):
				fn = f.block(j - 1)
			}
			if fn != nil {
				g.guards = append(g.guards, &guard{draft: d, from: fn.from, to: fn.to})
				used = true
			}
		}
		if used {
			f.sees(start-2, f.closing(i+1))
		}
		return i
	},
}
