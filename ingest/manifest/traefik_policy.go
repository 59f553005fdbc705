package manifest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// traefikMiddleware reads a middleware, which acts on the routes that list it.
func traefikMiddleware(r *resource) {
	f := newPolicyFields(r.Document, policy.TraefikDuration)
	p := r.policy("traefik", "middleware "+r.subject(), r.spec)
	p.Of = r.ref()
	p.Says = policy.Set{Layer: policy.Gateway, Product: "traefik"}
	if n := r.spec.Get("retry"); n.Exists() {
		p.Says.Retry = f.within("retry").traefikRetry(n)
		p.Says.Timeout = presence(policy.Timeout{PerTry: f.within("retry").duration(n, "timeout")})
	}
	if n := r.spec.Get("circuitBreaker"); n.Exists() {
		p.Says.Breaker = f.within("circuitBreaker").traefikBreaker(n)
	}
	p.Says.Bulkhead = presence(policy.Bulkhead{MaxConcurrent: f.count(1, r.spec, "inFlightReq", "amount")})
	limit := r.spec.Get("rateLimit")
	if p.Says.RateLimit = perSecond(f, f.count(1, limit, "average"), f.count(0, limit, "burst")); p.Says.RateLimit != nil {
		if period := f.duration(limit, "period"); period.Set() {
			p.Says.RateLimit.Per = period
		}
	}
	r.addPolicies(f, p)
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
	if codes := f.retryOn(policy.StatusCodes, n, "status"); codes.Set() {
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
	return &r
}

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

// traefikTransport reads the timers of connections to servers, none of which
// bounds a request.
func traefikTransport(r *resource) {
	f := newPolicyFields(r.Document, policy.TraefikDuration).within("forwardingTimeouts")
	n := r.spec.Get("forwardingTimeouts")
	p := r.policy("traefik", "transport", r.spec)
	p.Of = r.ref()
	p.Says = policy.Set{Layer: policy.Gateway, Product: "traefik", Timeout: presence(policy.Timeout{
		Connect: f.duration(n, "dialTimeout"), ReadGap: f.duration(n, "responseHeaderTimeout"), Idle: f.duration(n, "idleConnTimeout"),
	})}
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
