package library

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Spring Cloud Gateway says with every route which filters its requests pass: one
// after the other, the default filters first. A filter is written as a mapping or
// in one word, "Retry=3".

// A gatewayPrefix is where one of the gateway's two servers, or an older version,
// looks for its settings.
var gatewayPrefixes = [][]string{
	{"spring", "cloud", "gateway"},
	{"spring", "cloud", "gateway", "server", "webflux"},
	{"spring", "cloud", "gateway", "server", "webmvc"},
	{"spring", "cloud", "gateway", "mvc"},
}

func readSpringGateway(p *settings.LibraryConfig) {
	for _, prefix := range gatewayPrefixes {
		server := p.Options.Get(prefix...)
		routes := gatewayRoutes(server)
		for i, route := range routes {
			r := &settings.Reader{Syntax: product.SpringDuration}
			breakers := route.breakers()
			for nest, says := range gatewaySays(p, r, server, route, routes) {
				group := "routes"
				if nest > 0 {
					group = "filters " + strconv.Itoa(nest)
				}
				of := says.Product
				says.Nest = nest
				instance := ""
				if of == product.SpringCircuitBreaker {
					instance = breakers[0]
					breakers = breakers[1:]
				}
				p.AddRest(graph.Policy{
					Product: of, Origin: route.at, Object: "routes/gateway", To: []graph.EndpointRef{{Host: route.to}}, Match: route.match,
					Group: group, Rank: len(routes) - i, Says: says, Flaws: r.Flaws, Instance: instance,
				})
				r.Flaws = nil // reported once
			}
		}
	}
}

// A gatewayRoute is a route with a target.
type gatewayRoute struct {
	at      graph.Origin
	to      graph.Address
	match   string
	paths   []string // patterns, "/orders/**"
	filters []gatewayFilter
	*settings.Tree
}

func gatewayRoutes(server *settings.Tree) []gatewayRoute {
	var routes []gatewayRoute
	for o := range server.Get("routes").All() {
		uri := o.Get("uri")
		to, ok := springTarget(uri.Word())
		switch {
		case uri != nil && uri.Open != "": // the program's environment may say where the route leads
			to = graph.Address{Host: uri.Open}
		case !ok || !settings.Readable(uri):
			continue
		}
		route := gatewayRoute{at: uri.At, to: to, Tree: o}
		methods := []string{}
		for _, predicate := range gatewayFilters(o.Get("predicates")) {
			switch settings.Relaxed(predicate.name) {
			case "path":
				route.paths = append(route.paths, predicate.values()...)
			case "method":
				methods = append(methods, predicate.values()...)
			}
		}
		route.match = strings.TrimSpace(strings.Join(methods, ",") + " " + strings.Join(route.paths, ","))
		for _, defaults := range []*settings.Tree{server.Get("default-filters"), o.Get("filters")} {
			route.filters = append(route.filters, gatewayFilters(defaults)...)
		}
		routes = append(routes, route)
	}
	return routes
}

// A gatewayFilter is a filter or predicate with its arguments, by name or, in the
// short form, in order.
type gatewayFilter struct {
	name  string
	args  *settings.Tree
	short []string
	at    *settings.Tree
}

func gatewayFilters(list *settings.Tree) []gatewayFilter {
	var filters []gatewayFilter
	for o := range list.All() {
		f := gatewayFilter{name: o.Get("name").Word(), args: o.Get("args"), at: o}
		if o.Leaf {
			name, args, _ := strings.Cut(o.Text, "=")
			f.name = strings.TrimSpace(name)
			for _, arg := range strings.Split(args, ",") {
				f.short = append(f.short, strings.TrimSpace(arg))
			}
		}
		filters = append(filters, f)
	}
	return filters
}

// breakers are the names of the breakers among the filters of a route, in their order; empty for
// those that are not known.
func (r gatewayRoute) breakers() []string {
	var names []string
	for _, f := range r.filters {
		if !isBreaker(f) {
			continue
		}
		name := f.arg("name", 0).Word()
		if strings.Contains(name, "$") {
			name = ""
		}
		names = append(names, name)
	}
	return names
}

// isBreaker reports whether a filter is a circuit breaker.
func isBreaker(f gatewayFilter) bool {
	switch settings.Relaxed(f.name) {
	case "circuitbreaker", "springcloudcircuitbreakerresilience4j", "hystrix":
		return true
	}
	return false
}

// values are all arguments.
func (f gatewayFilter) values() []string {
	values := slices.DeleteFunc(slices.Clone(f.short), func(s string) bool { return s == "" })
	for _, arg := range f.args.Leaves("") {
		values = append(values, arg.Words()...)
	}
	return values
}

// arg returns an argument by its name, or in the short form by its position.
func (f gatewayFilter) arg(name string, position int) *settings.Tree {
	if f.args != nil || position < 0 || position >= len(f.short) || f.short[position] == "" {
		return f.args.Get(strings.Split(name, ".")...)
	}
	return &settings.Tree{Name: name, Text: f.short[position], Leaf: true, At: f.at.At}
}

// gatewaySays reads what acts on a route, from the outside in: a filter acts on what is inside
// of it, so that a time limit inside of a retry is one of each attempt. The first set and the
// innermost one of the gateway have what is about all of the route.
func gatewaySays(p *settings.LibraryConfig, r *settings.Reader, server *settings.Tree, route gatewayRoute, routes []gatewayRoute) []policy.Set {
	own := func() policy.Set { return policy.Set{Product: product.SpringGateway, Timeout: &policy.Timeout{}} }
	var sets []policy.Set
	var limit *policy.RateLimit
	for i, f := range route.filters {
		switch name := settings.Relaxed(f.name); {
		case name == "retry":
			says := own()
			says.Retry = gatewayRetry(r, f)
			if inner := hidingBreaker(route.filters[i+1:]); inner != nil {
				hideErrors(r, &says, f, inner, route.Get("id").Word())
			}
			sets = append(sets, says)
		case isBreaker(f):
			sets = append(sets, gatewayBreaker(p, r, f, routes))
		case name == "requestratelimiter":
			if rate := r.Count(f.arg("redis-rate-limiter.replenishRate", -1), 1); rate.Set() {
				limit = &policy.RateLimit{
					Requests: rate, Per: settings.BuiltIn(time.Second), Burst: r.Count(f.arg("redis-rate-limiter.burstCapacity", -1), 0),
				}
			}
		}
	}
	client := own()
	gatewayTimeouts(r, &client, server, route)
	last := len(sets) - 1
	switch {
	case last < 0 || sets[last].Product != product.SpringGateway && (*client.Timeout != policy.Timeout{} || last == 0):
		sets = append(sets, client)
	case sets[last].Product == product.SpringGateway:
		gatewayTimeouts(r, &sets[last], server, route)
	}
	sets[0].RateLimit = limit
	return sets
}

// hidingBreaker returns the first breaker among the filters inside of a retry if it answers
// for the callee, nil if none does.
func hidingBreaker(inside []gatewayFilter) *gatewayFilter {
	for i := range inside {
		if name := settings.Relaxed(inside[i].name); name == "circuitbreaker" && inside[i].arg("fallbackUri", 1) != nil {
			return &inside[i]
		}
	}
	return nil
}

// hideErrors takes from the conditions of a retry what the fallback of a breaker inside of it
// answers: broken connections, time limits, and the statuses that the breaker counts as
// failures. The route may have no name.
func hideErrors(r *settings.Reader, says *policy.Set, retry gatewayFilter, breaker *gatewayFilter, route string) {
	on := says.Retry.On
	if !on.Set() {
		on = policy.Setting[[]string]{Value: product.SpringGateway.Within.Retry.On.Value, Provenance: policy.PlatformDefault}
	}
	counted := gatewayOn(r, breaker.arg("statusCodes", -1), &settings.Tree{}, *breaker).Value
	hidden := []string{policy.OnConnect, policy.OnReset, policy.OnPerTry}
	on.Value = slices.DeleteFunc(slices.Clone(on.Value), func(class string) bool {
		return slices.Contains(hidden, class) || slices.Contains(counted, class)
	})
	says.Retry.On = on
	field := "Retry of connection errors and timeouts"
	if route != "" {
		field += " on route " + route
	}
	r.Note(graph.Flaw{
		Kind: graph.Inert, Field: field, Partly: true, Origin: retry.at.At,
		Why:  "the fallback of the CircuitBreaker filter inside answers before Retry sees them",
		Hint: "put the Retry filter after the CircuitBreaker filter",
	})
}

// gatewayTimeouts reads the client's timeouts: a route's are in milliseconds, and
// less than nothing there switches the common one off.
func gatewayTimeouts(r *settings.Reader, says *policy.Set, server *settings.Tree, route gatewayRoute) {
	client := server.Get("httpclient")
	if client == nil {
		client = server.Get("http-client")
	}
	answer := client.Get("response-timeout")
	if answer == nil {
		answer = client.Get("read-timeout")
	}
	connect := client.Get("connect-timeout")
	if own := route.Get("metadata", "response-timeout"); own != nil {
		answer = own
	}
	if own := route.Get("metadata", "connect-timeout"); own != nil {
		connect = own
	}
	says.Timeout.Connect = r.Duration(connect)
	switch limit := r.Duration(answer); {
	case limit.Provenance == policy.Unknown:
	case says.Retry != nil:
		says.Timeout.PerTry = shorter(says.Timeout.PerTry, limit)
	default:
		says.Timeout.Total = shorter(says.Timeout.Total, limit)
	}
}

// shorter returns of two limits the one that is met first.
func shorter(a, b policy.Setting[time.Duration]) policy.Setting[time.Duration] {
	if a.Set() && (!b.Set() || a.Value <= b.Value) {
		return a
	}
	return b
}

// gatewaySeries are the groups of statuses that a Retry filter may name.
var gatewaySeries = map[string][]string{
	"servererror": {policy.On5xx}, "clienterror": {"response-4xx"}, "informational": {}, "successful": {}, "redirection": {},
}

func gatewayRetry(r *settings.Reader, f gatewayFilter) *policy.Retry {
	retry := &policy.Retry{
		Retries: settings.SwitchedOffAt0(r.Count(f.arg("retries", 0), 0)),
		Backoff: &policy.Backoff{},
	}
	statuses, series := f.arg("statuses", 1), f.arg("series", -1)
	if statuses != nil || series != nil {
		retry.On = gatewayOn(r, statuses, series, f)
	}
	if methods := f.arg("methods", 2); methods != nil {
		list := methods.Words()
		for i := range list {
			list[i] = strings.ToUpper(list[i])
		}
		slices.Sort(list)
		retry.Methods = policy.Declare(list, methods.At)
	}
	if first := f.arg("backoff.first-backoff", 3); first != nil {
		b := retry.Backoff
		b.Base, b.Max = r.Wait(first), r.Wait(f.arg("backoff.max-backoff", 4))
		b.Kind = policy.Declare("exponential", first.At)
		b.Multiplier = r.Factor(f.arg("backoff.factor", 5))
		if !b.Multiplier.Set() {
			b.Multiplier = settings.BuiltIn(2.0)
		}
	}
	if jitter := r.Ratio(f.arg("jitter.random-factor", -1)); jitter.Set() {
		retry.Backoff.Jitter = policy.Declare(policy.Jitter{Kind: "partial", Fraction: jitter.Value}, jitter.Origin)
	}
	return retry
}

// gatewayOn puts together which answers are retried. The series is that of
// server errors unless another is named, and broken connections are always.
func gatewayOn(r *settings.Reader, statuses, series *settings.Tree, f gatewayFilter) policy.Setting[[]string] {
	at := statuses
	on := []string{policy.OnConnect, policy.OnReset, policy.OnPerTry}
	if series == nil {
		on = append(on, policy.On5xx)
	} else {
		at = series
		for _, word := range series.Words() {
			on = append(on, gatewaySeries[settings.Relaxed(word)]...)
		}
	}
	for _, word := range statuses.Words() {
		if code := springStatus(word); code > 0 {
			word = strconv.Itoa(code)
		}
		more, unknown := policy.ParseRetryOn(product.StatusCodes, word)
		if unknown != nil {
			r.Flaw(graph.Invalid, statuses, "is not an HTTP status: "+word, "write BAD_GATEWAY or 502")
			continue
		}
		on = append(on, more...)
	}
	slices.Sort(on)
	return policy.Declare(slices.Compact(on), at.At)
}

// gatewayBreaker reads a CircuitBreaker filter: the breaker of that name, which
// has a time limit of its own, and where requests go instead.
func gatewayBreaker(p *settings.LibraryConfig, r *settings.Reader, f gatewayFilter, routes []gatewayRoute) policy.Set {
	says := policy.Set{Product: product.SpringCircuitBreaker}
	name := f.arg("name", 0).Word()
	breaker := r4jSays(p, r, "circuitbreaker", name)
	if breaker.Breaker == nil {
		breaker.Breaker = &policy.Breaker{Kind: policy.Declare("call", f.at.At)}
	}
	says.Breaker = breaker.Breaker
	says.Timeout = &policy.Timeout{PerTry: springTimeLimit(p, r, name)}
	fallback := f.arg("fallbackUri", 1)
	path, ok := strings.CutPrefix(fallback.Word(), "forward:")
	if !ok {
		return says
	}
	step := policy.FallbackStep{Kind: policy.Declare("static", fallback.At)}
	for _, route := range routes {
		if route.takes(path) {
			step.Kind.Value, step.To = "service", route.to.Host
			break
		}
	}
	says.Fallback = &policy.Fallback{Steps: []policy.FallbackStep{step}}
	return says
}

// takes reports whether a path is one of the route's.
func (r gatewayRoute) takes(path string) bool {
	return slices.ContainsFunc(r.paths, func(pattern string) bool {
		fixed, _, wild := strings.Cut(pattern, "*")
		fixed, _, variable := strings.Cut(fixed, "{")
		if wild || variable {
			return fixed != "/" && strings.HasPrefix(path+"/", fixed)
		}
		return path == pattern
	})
}

// gatewayBreakers are the names of the breakers that routes use, in their relaxed
// form.
func gatewayBreakers(p *settings.LibraryConfig) map[string]bool {
	names := map[string]bool{}
	for _, prefix := range gatewayPrefixes {
		for _, route := range gatewayRoutes(p.Options.Get(prefix...)) {
			for _, f := range route.filters {
				if name := f.arg("name", 0); settings.Relaxed(f.name) == "circuitbreaker" && name != nil {
					names[settings.Relaxed(name.Text)] = true
				}
			}
		}
	}
	return names
}
