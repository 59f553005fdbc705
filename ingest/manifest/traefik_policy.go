package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// traefikMiddleware reads a middleware, which acts on the routes that list it, by
// itself or in a chain.
func traefikMiddleware(r *resource) {
	f := newPolicyFields(r.Document, product.TraefikDuration)
	p := r.policy(product.Traefik, "middleware "+r.subject(), r.spec)
	p.Of = r.ref()
	p.Says = f.traefikMiddleware(r.spec)
	r.addPolicies(f, p)
	for _, next := range r.list(r.mapping(r.spec, "chain"), "middlewares") {
		if name := r.text(next, "name"); name != "" && !strings.Contains(name, "@") {
			r.facts.Members = append(r.facts.Members, graph.Member{
				Of: r.ref(), Party: r.group("Middleware", r.text(next, "namespace"), name), Origin: r.At(next), Through: true,
			})
		}
	}
	if to, ok := r.traefikParty(r.mapping(r.spec, "errors", "service")); ok { // words the error that comes back in any case
		r.call(graph.EndpointRef{Group: traefikUsers(r.ref())}, to, r.spec.Get("errors", "service"), graph.Evidence{
			Way: "error-page", Strength: graph.Strong, Class: graph.ClassIngress, Need: graph.Soft, Fallback: true,
			Port: portNumber(r.spec.Get("errors", "service", "port")),
		})
	}
}

// traefikMiddleware reads what a middleware of any kind does. An error page is
// none of it: the request has failed.
func (f *policyFields) traefikMiddleware(n document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Traefik}
	if retry := n.Get("retry"); retry.Exists() {
		s.Retry = f.within("retry").traefikRetry(retry)
		s.Timeout = presence(policy.Timeout{PerTry: f.within("retry").duration(retry, "timeout")})
	}
	if breaker := n.Get("circuitBreaker"); breaker.Exists() {
		s.Breaker = f.within("circuitBreaker").traefikBreaker(breaker)
	}
	for _, key := range []string{"inFlightReq", "inFlightConn"} {
		if most := f.count(0, n, key, "amount"); most.Set() && most.Value > 0 {
			s.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
		}
	}
	limit := n.Get("rateLimit")
	average := f.within("rateLimit").count(0, limit, "average")
	if average.Value == 0 {
		return s // which is no limit
	}
	if s.RateLimit = perSecond(f, average, f.within("rateLimit").count(0, limit, "burst")); s.RateLimit != nil {
		if period := f.within("rateLimit").duration(limit, "period"); period.Set() {
			s.RateLimit.Per = period
		}
	}
	return s
}

// traefikRetry reads retries. Their number counts the first try; without an
// interval they come at once. POST, PATCH and LOCK are not repeated after an
// answer unless that is asked for.
func (f *policyFields) traefikRetry(n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.count(1, n, "attempts")}
	if r.Retries.Set() {
		if r.Retries.Value--; r.Retries.Value == 0 {
			r.Retries.Provenance = policy.Disabled
		}
	}
	if base := f.duration(n, "initialInterval"); base.Set() {
		r.Backoff = &policy.Backoff{Kind: written(f, n, "exponential"), Base: base, Jitter: supplied(f, n, policy.Jitter{Kind: "partial", Fraction: 0.5})}
	}
	if codes := f.retryOn(product.StatusCodes, n, "status"); codes.Set() {
		on := codes.Value
		if never, _ := n.Get("disableRetryOnNetworkError").Bool(); !never {
			on = append([]string{policy.OnConnect, policy.OnReset}, on...)
		}
		slices.Sort(on)
		r.On = written(f, n.Get("status"), on)
		if every, _ := n.Get("retryNonIdempotentMethod").Bool(); !every {
			r.Methods = supplied(f, n, []string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})
		}
	}
	if never, _ := n.Get("disableRetryOnNetworkError").Bool(); never && !r.On.Set() && r.Retries.Value > 0 {
		f.flaw(graph.Inert, n.Get("disableRetryOnNetworkError"), "attempts", "without network errors and a list of statuses nothing is repeated", `write "status"`)
		return &policy.Retry{Retries: off(f, n.Get("disableRetryOnNetworkError"), 0)}
	}
	return &r
}

var traefikLatency = regexp.MustCompile(`LatencyAtQuantileMS\([^)]*\)\s*>=?\s*(\d{1,9})`)

var traefikRatio = regexp.MustCompile(`(?:NetworkErrorRatio\(\s*\)|ResponseCodeRatio\([^)]*\))\s*>=?\s*(0?\.\d+|1(?:\.0*)?|0)`)

// traefikBreaker reads a circuit breaker, which an expression over error ratios
// and latencies opens. What it calls a fallback is an error.
func (f *policyFields) traefikBreaker(n document.Node) *policy.Breaker {
	expression := n.Get("expression")
	text := expression.Str()
	b := policy.Breaker{
		Kind: written(f, n, "call"), Slow: written(f, n, strings.Contains(text, "LatencyAtQuantileMS")),
		Open: f.duration(n, "fallbackDuration"), Window: f.duration(n, "checkPeriod"),
	}
	if m := traefikLatency.FindStringSubmatch(text); m != nil {
		if millis, err := strconv.Atoi(m[1]); err == nil {
			b.SlowAfter = written(f, expression, time.Duration(millis)*time.Millisecond)
		}
	}
	if m := traefikRatio.FindStringSubmatch(text); m != nil {
		if share, err := strconv.ParseFloat(m[1], 64); err == nil {
			b.ErrorRate = written(f, expression, share)
		}
	}
	if !strings.ContainsAny(text, "(") {
		f.flaw(graph.Invalid, orNode(expression, n), "expression", "is no condition", `write "NetworkErrorRatio() > 0.30"`)
	}
	return &b
}

// traefikTransport reads the timers of connections to servers. The one until the
// headers of an answer is all that Traefik has to end a slow attempt, as no server
// that hangs sends any. Routes name a transport for a service, and Services in an
// annotation.
func traefikTransport(r *resource) {
	f := newPolicyFields(r.Document, product.TraefikDuration)
	p := r.policy(product.Traefik, "transport", r.spec)
	p.Of, p.Rank = r.ref(), rankSpecific // before the default one
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Traefik, Timeout: f.traefikTimers(r.spec)}
	r.addPolicies(f, p)
}

func (f *policyFields) traefikTimers(n document.Node) *policy.Timeout {
	f, n = f.within("forwardingTimeouts"), n.Get("forwardingTimeouts")
	return presence(policy.Timeout{
		Connect: f.duration(n, "dialTimeout"), PerTry: f.duration(n, "responseHeaderTimeout"), Idle: f.duration(n, "idleConnTimeout"),
	})
}

// traefikFailover reads the service that takes over when no server of another one
// is well.
func (r *resource) traefikFailover(n document.Node) {
	to, ok := r.traefikParty(n.Get("service"))
	spare := n.Get("fallback")
	if !ok || spare.Get("name").Str() == "" {
		return
	}
	f := newPolicyFields(r.Document, product.TraefikDuration)
	p := r.policy(product.Traefik, "failover", n)
	p.Of, p.To = r.ref(), []graph.EndpointRef{to}
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Traefik, Fallback: &policy.Fallback{
		Steps: []policy.FallbackStep{{Kind: written(f, spare, "service"), To: spare.Get("name").Str()}},
	}}
	r.addPolicies(f, p)
}

// traefikVia returns the objects that the calls of a route to a service go
// through: the route's middlewares and the service's transport.
func (r *resource) traefikVia(route, service document.Node) []graph.Ref {
	var via []graph.Ref
	for _, middleware := range route.Get("middlewares").List() {
		if name := middleware.Get("name").Str(); name != "" && !strings.Contains(name, "@") {
			via = append(via, r.object("Middleware", middleware.Get("namespace").Str(), name))
		}
	}
	if name := service.Get("serversTransport").Str(); name != "" && !strings.Contains(name, "@") {
		via = append(via, r.object("ServersTransport", "", name))
	}
	if name := service.Get("name").Str(); service.Get("kind").Str() == "TraefikService" && name != "" {
		via = append(via, r.object("TraefikService", service.Get("namespace").Str(), name))
	}
	return via
}

// traefikIngressVia returns the middlewares that an Ingress lists in an
// annotation, "shop-retry@kubernetescrd": namespace and name with a dash between,
// and dashes in both.
func traefikIngressVia(o *object) []graph.Ref {
	var via []graph.Ref
	for entry := range strings.SplitSeq(o.meta.Get("annotations", "traefik.ingress.kubernetes.io/router.middlewares").Str(), ",") {
		full, ours := strings.CutSuffix(strings.TrimSpace(entry), "@kubernetescrd")
		for i := range full {
			if ours && full[i] == '-' {
				via = append(via, o.object("Middleware", full[:i], full[i+1:]))
			}
		}
	}
	return via
}
