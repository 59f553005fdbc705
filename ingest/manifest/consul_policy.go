package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// Policies in Consul's configuration entries. Those of routers and resolvers are
// named after the service called and are for all its callers; the upstream
// settings of service-defaults are named after the caller.

func (r *resource) consulFields() *policyFields {
	f := newPolicyFields(r.Document, product.ConsulDuration)
	f.look = consulGet
	return f
}

// consulPolicy starts a policy in the proxies of callers. In Consul's catalog
// names are bound to no namespace of Kubernetes.
func (r *resource) consulPolicy(group string, at document.Node) graph.Policy {
	p := r.policy(product.Consul, group, at)
	p.Realm, p.NeedsMesh = "", true
	p.Says = policy.Set{Layer: policy.ClientProxy, Product: product.Consul}
	return p
}

// addPolicies adds policies of which at least one says something, with the flaws
// found on the way.
func (r *resource) addPolicies(f *policyFields, policies ...graph.Policy) {
	flaws := f.takeFlaws()
	speaks := len(flaws) > 0 || slices.ContainsFunc(policies, func(p graph.Policy) bool { return !p.Says.Empty() || len(p.Flaws) > 0 })
	if !speaks || len(policies) == 0 {
		return
	}
	policies[0].Flaws = append(policies[0].Flaws, flaws...)
	r.facts.Policies = append(r.facts.Policies, policies...)
}

// consulRouterPolicies reads what the routes of a router say. The first that
// matches acts, and a last one that matches everything is always there.
func consulRouterPolicies(r *resource) {
	f := r.consulFields()
	routes := r.consulItems(r.spec, "routes")
	var parts []graph.Policy
	open := false
	for i, route := range routes {
		p := r.consulPolicy("route", route)
		p.To = []graph.EndpointRef{r.consulSelf()}
		p.Match, p.Rank = consulMatch(consulGet(route, "match")), len(routes)-i+1
		destination := consulGet(route, "destination")
		inner := f.within(fmt.Sprintf("routes[%d].destination", i))
		p.Says.Timeout = presence(policy.Timeout{
			Total: inner.duration(destination, "requestTimeout"), Idle: inner.duration(destination, "idleTimeout"),
		})
		p.Says.Retry = inner.consulRetry(destination)
		parts, open = append(parts, p), open || p.Match == ""
	}
	if !open {
		rest := r.consulPolicy("route", r.Root)
		rest.To, rest.Rank = []graph.EndpointRef{r.consulSelf()}, 1
		parts = append(parts, rest)
	}
	r.addPolicies(f, parts...)
}

// consulRetry reads the retries of a route or of a filter for routes. Without any
// condition nothing is ever retried.
func (f *policyFields) consulRetry(n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.count(0, n, "numRetries"), On: f.retryOn(product.ConsulRetryOn, n, "retryOn")}
	at := f.look(n, "retryOn")
	on := slices.Clone(r.On.Value)
	if connect, _ := f.look(n, "retryOnConnectFailure").Bool(); connect {
		on, at = append(on, policy.OnConnect), orNode(at, f.look(n, "retryOnConnectFailure"))
	}
	if codes := f.retryOn(product.StatusCodes, n, "retryOnStatusCodes"); codes.Set() {
		on, at = append(on, codes.Value...), orNode(at, f.look(n, "retryOnStatusCodes"))
	}
	switch slices.Sort(on); {
	case r.Retries.Set() && r.Retries.Value == 0:
		return presence(policy.Retry{Retries: r.Retries}) // as though it were not written
	case len(on) == 0 && r.Retries.Set():
		f.flaw(graph.Inert, f.look(n, "numRetries"), "numRetries", "retries without a condition never happen",
			"set retryOnConnectFailure, retryOn or retryOnStatusCodes")
		return nil
	case len(on) == 0:
		return nil
	}
	r.On = written(f, at, slices.Compact(on))
	return &r
}

// orNode is the first of two values that is written.
func orNode(a, b document.Node) document.Node {
	if a.Exists() {
		return a
	}
	return b
}

// consulMatch tells the part of the calls that a route is for.
func consulMatch(match document.Node) string {
	http := orNode(match.Get("HTTP"), consulGet(match, "http"))
	var words []string
	if methods := consulGet(http, "methods").Strs(); len(methods) > 0 {
		words = append(words, strings.Join(methods, ","))
	}
	for _, path := range []struct{ key, before, after string }{{"pathExact", "", ""}, {"pathPrefix", "", "*"}, {"pathRegex", "~", ""}} {
		if text := consulGet(http, path.key).Str(); text != "" && path.before+text+path.after != "/*" {
			words = append(words, path.before+text+path.after)
		}
	}
	for _, key := range []string{"header", "queryParam"} {
		for _, condition := range consulGet(http, key).Items() {
			words = append(words, strings.TrimSuffix(key, "Param")+" "+consulGet(condition, "name").Str())
		}
	}
	return strings.Join(words, " ")
}

// consulResolverPolicies reads how a resolver says that its service is reached.
// Its request timeout is for calls that meet no router first.
func consulResolverPolicies(r *resource) {
	f := r.consulFields()
	p := r.consulPolicy("resolver", r.Root)
	p.To = []graph.EndpointRef{r.consulSelf()}
	request := p
	request.Group = "route"
	request.Says.Timeout = presence(policy.Timeout{Total: f.duration(r.spec, "requestTimeout")})
	p.Says.Timeout = presence(policy.Timeout{Connect: f.duration(r.spec, "connectTimeout")})
	p.Says.Balance = presence(policy.Balance{Strategy: f.word(consulBalance, r.spec, "loadBalancer", "policy")})
	p.Says.Fallback = r.consulFailover(f)
	r.addPolicies(f, slices.DeleteFunc([]graph.Policy{p, request}, func(p graph.Policy) bool {
		return p.Says.Empty() && len(*f.flaws) == 0
	})...)
}

var consulBalance = map[string]string{
	"random": "random", "round_robin": "round-robin", "least_request": "least-request", "ring_hash": "consistent-hash",
	"maglev": "consistent-hash",
}

// consulFailover reads the service that takes over when no instance of this one
// is well. One subset for another, or one data center for another, is the same
// service.
func (r *resource) consulFailover(f *policyFields) *policy.Fallback {
	var steps []policy.FallbackStep
	add := func(n document.Node) {
		if to, ok := consulParty(n, "service"); ok && to.Ref.Name != r.name {
			steps = append(steps, policy.FallbackStep{Kind: written(f, n, "service"), To: to.Ref.Name})
		}
	}
	any := consulGet(r.spec, "failover").Get("*")
	add(any)
	for _, target := range r.consulItems(any, "targets") {
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
func consulDefaultsPolicies(r *resource) {
	f := r.consulFields()
	upstreams := consulGet(r.spec, "upstreamConfig")
	policies := r.consulUpstream(f.within("upstreamConfig.defaults"), consulGet(upstreams, "defaults"), nil)
	for i, override := range r.consulItems(upstreams, "overrides") {
		if to, ok := consulParty(override, "name"); ok {
			policies = append(policies, r.consulUpstream(f.within(fmt.Sprintf("upstreamConfig.overrides[%d]", i)), override, &to)...)
		}
	}
	inbound := r.consulInbound(f, r.spec)
	inbound.To, inbound.Rank = []graph.EndpointRef{r.consulSelf()}, 1
	if !inbound.Says.Empty() || len(policies) == 0 {
		policies = append(policies, inbound)
	}
	r.addPolicies(f, policies...)
}

// consulUpstream gives a policy for each block of upstream settings that is
// written, for calls of the service to one other or, for nil, to all.
func (r *resource) consulUpstream(f *policyFields, n document.Node, to *graph.EndpointRef) []graph.Policy {
	start := func(block string) graph.Policy {
		p := r.consulPolicy("upstream "+block, orNode(consulGet(n, block), r.Root))
		p.From = []graph.EndpointRef{r.consulSelf()}
		if to != nil {
			p.To, p.Rank = []graph.EndpointRef{*to}, 1
		}
		return p
	}
	connect, limits, health := start("connectTimeoutMs"), start("limits"), start("passiveHealthCheck")
	connect.Says.Timeout = presence(policy.Timeout{Connect: f.in(product.MillisDuration).duration(n, "connectTimeoutMs")})
	limits.Says.Bulkhead = f.within("limits").consulLimits(consulGet(n, "limits"))
	health.Says.Breaker = f.within("passiveHealthCheck").consulEjection(consulGet(n, "passiveHealthCheck"))
	return slices.DeleteFunc([]graph.Policy{connect, limits, health}, func(p graph.Policy) bool { return p.Says.Empty() })
}

func (f *policyFields) consulLimits(n document.Node) *policy.Bulkhead {
	return presence(policy.Bulkhead{
		MaxConnections: f.count(0, n, "maxConnections"),
		MaxPending:     f.count(0, n, "maxPendingRequests"),
		MaxConcurrent:  f.count(0, n, "maxConcurrentRequests"),
	})
}

// consulEjection reads a passive health check. It is there whether or not it is
// written; enforced by 0 percent it does nothing.
func (f *policyFields) consulEjection(n document.Node) *policy.Breaker {
	if !n.Exists() {
		return nil
	}
	b := policy.Breaker{
		Kind:     written(f, n, "endpoint"),
		Window:   f.duration(n, "interval"),
		Failures: f.count(0, n, "maxFailures"),
		Open:     f.duration(n, "baseEjectionTime"),
		MaxEject: f.percent(n, "maxEjectionPercent"),
	}
	if enforced := f.percent(n, "enforcingConsecutive5xx"); enforced.Set() && enforced.Value == 0 {
		b.Failures = off(f, f.look(n, "enforcingConsecutive5xx"), 0)
	}
	return &b
}

// consulInbound starts a policy in the proxy of the service called.
func (r *resource) consulInbound(f *policyFields, n document.Node) graph.Policy {
	p := r.consulPolicy("inbound", r.Root)
	p.NeedsMesh, p.Merge, p.Says.Layer = false, true, policy.ServerProxy
	millis := f.in(product.MillisDuration)
	p.Says.Timeout = presence(policy.Timeout{
		Total: millis.duration(n, "localRequestTimeoutMs"), Connect: millis.duration(n, "localConnectTimeoutMs"),
	})
	p.Says.Bulkhead = presence(policy.Bulkhead{MaxConnections: f.count(0, n, "maxInboundConnections")})
	limit := consulGet(n, "rateLimits", "instanceLevel")
	rate := f.within("rateLimits.instanceLevel")
	p.Says.RateLimit = perSecond(rate, rate.count(1, limit, "requestsPerSecond"), rate.count(0, limit, "requestsMaxBurst"))
	return p
}

// consulProxyDefaults reads what is said once for the proxies of all services.
func consulProxyDefaults(r *resource) {
	f := r.consulFields().within("config")
	f.how = policy.MeshDefault
	r.addPolicies(f, r.consulInbound(f, consulGet(r.spec, "config")))
}

// consulIngressPolicies reads the limits of an ingress gateway, for all that it
// lets in and for single services.
func consulIngressPolicies(r *resource, gateway graph.EndpointRef) {
	f := r.consulFields()
	start := func(f *policyFields, n document.Node) graph.Policy {
		p := r.policy(product.Consul, "ingress", orNode(n, r.Root))
		p.From, p.Merge = []graph.EndpointRef{gateway}, true
		p.Says = policy.Set{
			Layer: policy.Gateway, Product: product.Consul, Bulkhead: f.consulLimits(n),
			Breaker: f.within("passiveHealthCheck").consulEjection(consulGet(n, "passiveHealthCheck")),
		}
		return p
	}
	policies := []graph.Policy{start(f.within("defaults"), consulGet(r.spec, "defaults"))}
	for i, listener := range r.consulItems(r.spec, "listeners") {
		for j, service := range r.consulItems(listener, "services") {
			p := start(f.within(fmt.Sprintf("listeners[%d].services[%d]", i, j)), service)
			if to, ok := consulParty(service, "name"); ok && !p.Says.Empty() {
				p.To, p.Rank = []graph.EndpointRef{to}, 1
				policies = append(policies, p)
			}
		}
	}
	if policies[0].Says.Empty() && len(policies) > 1 {
		policies = policies[1:]
	}
	r.addPolicies(f, policies...)
}

// consulRouteFilter reads a filter that routes of the Gateway API name for their
// timeouts or retries.
func consulRouteFilter(r *resource) {
	f := r.consulFields()
	p := r.policy(product.Consul, r.kind, r.spec)
	p.Of = r.ref()
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Consul, Retry: f.consulRetry(r.spec)}
	p.Says.Timeout = presence(policy.Timeout{
		Total: f.duration(r.spec, "requestTimeout"), Idle: f.duration(r.spec, "idleTimeout"),
	})
	r.addPolicies(f, p)
}
