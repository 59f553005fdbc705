package mesh

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Policies in Consul's configuration entries. Those of routers and resolvers are
// named after the service called and are for all its callers; the upstream
// settings of service-defaults are named after the caller.

func consulFields(r *resource.Object) *field.Reader {
	f := field.New(r.Document, product.ConsulDuration)
	f.Look = consulGet
	return f
}

// consulPolicy starts a policy in the proxies of callers. In Consul's catalog
// names are bound to no namespace of Kubernetes.
func consulPolicy(r *resource.Object, group string, at document.Node) graph.Policy {
	p := r.Policy(product.Consul, group, at)
	p.Realm, p.NeedsMesh = "", true
	p.Says = policy.Set{Layer: policy.ClientProxy, Product: product.Consul}
	return p
}

// consulRouterPolicies reads what the routes of a router say. The first that
// matches acts, and a last one that matches everything is always there.
func consulRouterPolicies(r *resource.Object) {
	f := consulFields(r)
	routes := consulItems(r, r.Spec, "routes")
	var parts []graph.Policy
	open := false
	for i, route := range routes {
		p := consulPolicy(r, "route", route)
		p.To, p.ToIs, p.Rule, p.NeedsRequests = []graph.EndpointRef{consulSelf(r)}, graph.NamedHost, r.Ref(), true
		p.Match, p.Rank = consulMatch(route), len(routes)-i+2
		consulRefusedMatch(f.Within(fmt.Sprintf("routes[%d].match.http", i)), consulHTTP(route))
		destination := consulGet(route, "destination")
		inner := f.Within(fmt.Sprintf("routes[%d].destination", i))
		p.Says.Timeout = &policy.Timeout{Total: consulTotal(inner, route, destination), Idle: inner.Duration(destination, "idleTimeout")}
		p.Says.Retry = consulRetry(inner, destination)
		parts, open = append(parts, p), open || p.Match == ""
	}
	if !open {
		rest := consulPolicy(r, "route", r.Root)
		rest.To, rest.ToIs, rest.Rule, rest.Rank, rest.NeedsRequests = []graph.EndpointRef{consulSelf(r)}, graph.NamedHost, r.Ref(), 2, true
		rest.Says.Timeout = &policy.Timeout{Total: consulTotal(f, r.Root, document.Node{})}
		parts = append(parts, rest)
	}
	r.AddPolicies(f, parts...)
}

// consulTotal reads the timeout of a route. Routes exist for protocols with requests only,
// so where they set none, Envoy's own acts; 0 sets none.
func consulTotal(f *field.Reader, route, destination document.Node) policy.Setting[time.Duration] {
	total := consulRequestTimeout(f, destination)
	return field.OrSupplied(f, field.OrNode(f.Look(destination, "requestTimeout"), route), total, product.ConsulRequestTimeout)
}

// consulRequestTimeout reads the timeout of requests that an entry sets.
func consulRequestTimeout(f *field.Reader, n document.Node) policy.Setting[time.Duration] {
	total := f.Duration(n, "requestTimeout")
	if at := f.Look(n, "requestTimeout"); at.Exists() && total.Provenance == policy.Unknown && !f.Flawed() {
		f.Reading(at, "requestTimeout", "0 is not set, so that Envoy's default of 15s acts", "write -1s for none here, or remove it; localRequestTimeoutMs of the callee is its own", field.Remove)
	}
	return total
}

// consulRetry reads the retries of a route or of a filter for routes. Without any
// condition nothing is ever retried.
func consulRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.Count(0, n, "numRetries"), On: f.RetryOn(product.ConsulRetryOn, n, "retryOn")}
	at := f.Look(n, "retryOn")
	on := slices.Clone(r.On.Value)
	if connect, _ := f.Look(n, "retryOnConnectFailure").Bool(); connect {
		on, at = append(on, policy.OnConnect), field.OrNode(at, f.Look(n, "retryOnConnectFailure"))
	}
	if codes := f.RetryOn(product.StatusCodes, n, "retryOnStatusCodes"); codes.Set() {
		on, at = append(on, codes.Value...), field.OrNode(at, f.Look(n, "retryOnStatusCodes"))
	}
	switch slices.Sort(on); {
	case r.Retries.Set() && r.Retries.Value == 0 && len(on) == 0:
		return field.Presence(policy.Retry{Retries: r.Retries})
	case r.Retries.Set() && r.Retries.Value == 0:
		f.Reading(f.Look(n, "numRetries"), "numRetries", "0 is not set, so that Envoy's default of one retry acts", "remove the conditions of retries for none")
		r.Retries = policy.Setting[int]{}
	case len(on) == 0 && r.Retries.Set():
		f.Flaw(graph.Inert, f.Look(n, "numRetries"), "numRetries", "nothing is retried without a retry condition",
			"set retryOnConnectFailure, retryOn or retryOnStatusCodes", field.Beside(field.Alike("retryOnConnectFailure", field.Keys(n)...), "true"))
		return nil
	case len(on) == 0:
		return nil
	}
	r.On = field.Written(f, at, slices.Compact(on))
	return &r
}

// consulHTTP is the condition of a route.
func consulHTTP(route document.Node) document.Node {
	match := consulGet(route, "match")
	return field.OrNode(match.Get("HTTP"), consulGet(match, "http"))
}

// consulPaths are the conditions on a path, of which a route takes one, and how each is written.
var consulPaths = []struct{ key, before, after string }{{"pathExact", "", ""}, {"pathPrefix", "", "*"}, {"pathRegex", "~", ""}}

// consulRefusedMatch notes the conditions on a path that Consul refuses.
func consulRefusedMatch(f *field.Reader, http document.Node) {
	written := 0
	for _, path := range consulPaths {
		n := consulGet(http, path.key)
		switch text := n.Str(); {
		case text == "":
		case path.before == "" && text[0] != '/' && !document.IsPlaceholder(text):
			f.Flaw(graph.Invalid, n, path.key, "it does not begin with /", "write \"/"+text+"\"")
		case written > 0:
			f.Flaw(graph.Invalid, n, path.key, "a route takes one of pathExact, pathPrefix and pathRegex", "keep one of them")
		}
		if n.Str() != "" {
			written++
		}
	}
}

// consulMatch returns the part of the calls that a route matches.
func consulMatch(route document.Node) string {
	http := consulHTTP(route)
	var words []string
	if methods := consulGet(http, "methods").Strs(); len(methods) > 0 {
		words = append(words, strings.Join(methods, ","))
	}
	for _, path := range consulPaths {
		if text := consulGet(http, path.key).Str(); text != "" && path.before+text+path.after != "/*" {
			words = append(words, path.before+text+path.after)
		}
	}
	for _, condition := range consulGet(http, "header").Items() {
		words = append(words, consulCondition("header", condition))
	}
	for _, condition := range consulGet(http, "queryParam").Items() {
		words = append(words, consulCondition("query", condition))
	}
	return strings.Join(words, " ")
}

// consulCondition writes a condition on a header or a parameter.
func consulCondition(word string, n document.Node) string {
	value := ""
	for _, kind := range []struct{ key, before, after string }{{"exact", "", ""}, {"prefix", "", "*"}, {"suffix", "*", ""}, {"regex", "~", ""}} {
		if text := consulGet(n, kind.key).Str(); text != "" && value == "" {
			value = kind.before + text + kind.after
		}
	}
	if invert, _ := consulGet(n, "invert").Bool(); invert {
		word = "without " + word
	}
	return strings.TrimSpace(word + " " + consulGet(n, "name").Str() + " " + value)
}

// consulResolverPolicies reads how a resolver says that its service is reached.
// Its request timeout is for calls that meet no router first.
func consulResolverPolicies(r *resource.Object) {
	f := consulFields(r)
	p := consulPolicy(r, "resolver", r.Root)
	p.To = []graph.EndpointRef{consulSelf(r)}
	request := p
	request.Group, request.ToIs, request.NeedsRequests = "route", graph.NamedHost, true
	p.ToIs = graph.Destination
	request.Says.Timeout = field.Presence(policy.Timeout{Total: consulRequestTimeout(f, r.Spec)})
	p.Says.Timeout = field.Presence(policy.Timeout{Connect: f.Duration(r.Spec, "connectTimeout")})
	p.Says.Balance = field.Presence(policy.Balance{Strategy: f.Word(consulBalance, r.Spec, "loadBalancer", "policy")})
	others := p // that take over
	others.Of, others.To, others.Rank = r.Ref(), consulTakers(r), 1
	if len(others.To) == 0 {
		others.Says = policy.Set{}
	}
	p.Says.Fallback = consulFailover(r, f)
	r.AddPolicies(f, slices.DeleteFunc([]graph.Policy{p, request, others}, func(p graph.Policy) bool {
		return p.Says.Empty() && !f.Flawed()
	})...)
}

var consulBalance = map[string]string{
	"random": "random", "round_robin": "round-robin", "least_request": "least-request", "ring_hash": "consistent-hash",
	"maglev": "consistent-hash",
}

// consulFailover reads the service that takes over when no instance of this one
// is well. One subset for another, or one data center for another, is the same
// service.
func consulFailover(r *resource.Object, f *field.Reader) *policy.Fallback {
	var steps []policy.FallbackStep
	add := func(n document.Node) {
		if to, ok := consulParty(n, "service"); ok && to.Ref.Name != r.Name {
			steps = append(steps, policy.FallbackStep{Kind: field.Written(f, n, "service"), To: to.Ref.Name})
		}
	}
	any := consulGet(r.Spec, "failover").Get("*")
	add(any)
	for _, target := range consulItems(r, any, "targets") {
		add(target)
	}
	if steps == nil {
		return nil
	}
	return &policy.Fallback{Steps: steps}
}

// consulDefaultsPolicies reads what a service's own defaults say: about its
// calls, each block of settings for one upstream in place of the same block for
// all, and about the requests that reach it.
func consulDefaultsPolicies(r *resource.Object) {
	f := consulFields(r)
	upstreams := consulGet(r.Spec, "upstreamConfig")
	policies := consulUpstreamBlocks(r, f.Within("upstreamConfig.defaults"), consulGet(upstreams, "defaults"), nil)
	for i, override := range consulItems(r, upstreams, "overrides") {
		if to, ok := consulParty(override, "name"); ok {
			policies = append(policies, consulUpstreamBlocks(r, f.Within(fmt.Sprintf("upstreamConfig.overrides[%d]", i)), override, &to)...)
		}
	}
	inbound := consulInbound(r, f, r.Spec)
	inbound.To, inbound.Rank = []graph.EndpointRef{consulSelf(r)}, 1
	if !inbound.Says.Empty() || len(policies) == 0 {
		policies = append(policies, inbound)
	}
	if protocol, ok := consulProtocol(r, f, r.Spec); ok {
		protocol.To, protocol.Rank = []graph.EndpointRef{consulSelf(r)}, 1
		policies = append(policies, protocol)
	}
	r.AddPolicies(f, policies...)
}

// consulUpstreamBlocks gives a policy for each block of upstream settings that is
// written, for calls of the service to one other or, for nil, to all.
func consulUpstreamBlocks(r *resource.Object, f *field.Reader, n document.Node, to *graph.EndpointRef) []graph.Policy {
	start := func(block string) graph.Policy {
		p := consulPolicy(r, "upstream "+block, field.OrNode(consulGet(n, block), r.Root))
		p.From = []graph.EndpointRef{consulSelf(r)}
		if to != nil {
			p.To, p.ToIs, p.Rank = []graph.EndpointRef{*to}, graph.NamedHost, 1
		}
		return p
	}
	connect, limits, health := start("connectTimeoutMs"), start("limits"), start("passiveHealthCheck")
	connect.Says.Timeout = field.Presence(policy.Timeout{Connect: f.In(product.MillisDuration).Duration(n, "connectTimeoutMs")})
	limits.Says.Bulkhead = consulLimits(f.Within("limits"), consulGet(n, "limits"))
	health.Says.Breaker = consulEjection(f.Within("passiveHealthCheck"), consulGet(n, "passiveHealthCheck"))
	return slices.DeleteFunc([]graph.Policy{connect, limits, health}, func(p graph.Policy) bool { return p.Says.Empty() })
}

func consulLimits(f *field.Reader, n document.Node) *policy.Bulkhead {
	return field.Presence(policy.Bulkhead{
		MaxConnections: f.Count(0, n, "maxConnections"),
		MaxPending:     f.Count(0, n, "maxPendingRequests"),
		MaxConcurrent:  f.Count(0, n, "maxConcurrentRequests"),
	})
}

// consulEjection reads a passive health check. It is there whether or not it is
// written; enforced by 0 percent it does nothing.
func consulEjection(f *field.Reader, n document.Node) *policy.Breaker {
	if !n.Exists() {
		return nil
	}
	b := policy.Breaker{
		Kind:     field.Written(f, n, "endpoint"),
		Window:   f.Duration(n, "interval"),
		Failures: f.Count(0, n, "maxFailures"),
		Open:     f.Duration(n, "baseEjectionTime"),
		MaxEject: f.Percent(n, "maxEjectionPercent"),
	}
	if enforced := f.Percent(n, "enforcingConsecutive5xx"); enforced.Set() && enforced.Value == 0 {
		b.Failures = field.Off(f, f.Look(n, "enforcingConsecutive5xx"), 0)
	}
	return &b
}

// consulInbound starts a policy in the proxy of the service called.
func consulInbound(r *resource.Object, f *field.Reader, n document.Node) graph.Policy {
	p := consulPolicy(r, "inbound", r.Root)
	p.Merge, p.Says.Layer = true, policy.ServerProxy
	millis := f.In(product.MillisDuration)
	total := millis.Duration(n, "localRequestTimeoutMs")
	if total.Provenance == policy.Unknown {
		total = consulDefaultTimeout(f, n)
	}
	p.Says.Timeout = field.Presence(policy.Timeout{
		Total: total, Connect: millis.Duration(n, "localConnectTimeoutMs"),
	})
	p.Says.Bulkhead = field.Presence(policy.Bulkhead{MaxConnections: f.Count(0, n, "maxInboundConnections")})
	limit := consulGet(n, "rateLimits", "instanceLevel")
	rate := f.Within("rateLimits.instanceLevel")
	p.Says.RateLimit = field.PerSecond(rate, rate.Count(1, limit, "requestsPerSecond"), rate.Count(0, limit, "requestsMaxBurst"))
	return p
}

// consulDefaultTimeout is the timeout that the protocol of a service, written below n, brings
// about in the proxies on both sides.
func consulDefaultTimeout(f *field.Reader, n document.Node) policy.Setting[time.Duration] {
	at := f.Look(n, "protocol")
	switch strings.ToLower(at.Str()) {
	case "":
		return policy.Setting[time.Duration]{}
	case "http", "http2", "grpc":
		return field.Supplied(f, at, product.ConsulRequestTimeout)
	}
	return policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: f.At(at)}
}

// consulSplitterPolicies reads what a splitter shows of the calls to its service: that their
// protocol has requests, and that their timeout is none of a resolver.
func consulSplitterPolicies(r *resource.Object) {
	f := consulFields(r)
	p := consulPolicy(r, "route", r.Root)
	p.To, p.ToIs, p.Rank, p.NeedsRequests = []graph.EndpointRef{consulSelf(r)}, graph.NamedHost, 1, true
	p.Says.Timeout = &policy.Timeout{Total: field.Supplied(f, r.Root, product.ConsulRequestTimeout)}
	splits, sum := consulList(r, r.Spec, "splits"), 0.0
	for _, split := range splits {
		weight, isNumber := consulGet(split, "weight").Float()
		if !isNumber && consulGet(split, "weight").Exists() {
			return // filled in later
		}
		sum += weight
	}
	if len(splits) > 0 && math.Round(sum*100) != 100*100 {
		f.Flaw(graph.Invalid, consulGet(splits[len(splits)-1], "weight"), fmt.Sprintf("splits[%d].weight", len(splits)-1),
			fmt.Sprintf("the weights together are %g", sum), "write weights that are 100 together")
	}
	r.AddPolicies(f, p)
}

// consulProtocol starts the policy of calls to a service that its protocol, written below n,
// brings about. It is below those of routes and resolvers.
func consulProtocol(r *resource.Object, f *field.Reader, n document.Node) (graph.Policy, bool) {
	total := consulDefaultTimeout(f, n)
	p := consulPolicy(r, "protocol", f.Look(n, "protocol"))
	p.ToIs, p.Default = graph.NamedHost, true
	p.Protocol = strings.ToLower(f.Look(n, "protocol").Str())
	if r.Head.APIVersion != "" && r.Kind == "ServiceDefaults" {
		p.Paths = map[string]string{graph.ProtocolPath: "spec.protocol"}
	}
	p.Says.Timeout = &policy.Timeout{Total: total}
	return p, total.Provenance != policy.Unknown
}

// consulProxyDefaults reads what is said once for the proxies of all services.
func consulProxyDefaults(r *resource.Object) {
	f := consulFields(r).Within("config")
	f.How = policy.MeshDefault
	config := consulGet(r.Spec, "config")
	policies := []graph.Policy{consulInbound(r, f, config)}
	if protocol, ok := consulProtocol(r, f, config); ok {
		policies = append(policies, protocol)
	}
	r.AddPolicies(f, policies...)
}

// consulIngressPolicies reads the limits of an ingress gateway, for all that it
// lets in and for single services.
func consulIngressPolicies(r *resource.Object, gateway graph.EndpointRef) {
	f := consulFields(r)
	start := func(f *field.Reader, n document.Node) graph.Policy {
		p := r.Policy(product.Consul, "ingress", field.OrNode(n, r.Root))
		p.From, p.Merge = []graph.EndpointRef{gateway}, true
		p.Says = policy.Set{
			Layer: policy.Gateway, Product: product.Consul, Bulkhead: consulLimits(f, n),
			Breaker: consulEjection(f.Within("passiveHealthCheck"), consulGet(n, "passiveHealthCheck")),
		}
		return p
	}
	policies := []graph.Policy{start(f.Within("defaults"), consulGet(r.Spec, "defaults"))}
	for i, listener := range consulItems(r, r.Spec, "listeners") {
		for j, service := range consulItems(r, listener, "services") {
			p := start(f.Within(fmt.Sprintf("listeners[%d].services[%d]", i, j)), service)
			if to, ok := consulParty(service, "name"); ok && !p.Says.Empty() {
				p.To, p.Rank = []graph.EndpointRef{to}, 1
				policies = append(policies, p)
			}
		}
	}
	if policies[0].Says.Empty() && len(policies) > 1 {
		policies = policies[1:]
	}
	r.AddPolicies(f, policies...)
}

// consulRouteFilter reads a filter that routes of the Gateway API name for their
// timeouts or retries.
func consulRouteFilter(r *resource.Object) {
	f := consulFields(r)
	p := r.Policy(product.Consul, r.Kind, r.Spec)
	p.Of = r.Ref()
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Consul, Retry: consulRetry(f, r.Spec)}
	p.Says.Timeout = field.Presence(policy.Timeout{
		Total: f.Duration(r.Spec, "requestTimeout"), Idle: f.Duration(r.Spec, "idleTimeout"),
	})
	r.AddPolicies(f, p)
}
