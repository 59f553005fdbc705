package gateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/didyoumean"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// traefikMiddlewareSays reads a middleware, which acts on the routes that list it, by
// itself or in a chain.
func traefikMiddleware(r *resource.Object) {
	f := field.New(r.Document, product.TraefikDuration)
	p := r.Policy(product.Traefik, "middleware "+r.Subject(), r.Spec)
	p.Of = r.Ref()
	p.Says = traefikMiddlewareSays(f, r.Spec)
	r.AddPolicies(f, p)
	for _, next := range r.List(r.Mapping(r.Spec, "chain"), "middlewares") {
		if name := r.Text(next, "name"); name != "" && !strings.Contains(name, "@") {
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: r.Ref(), Party: r.Group("Middleware", r.Text(next, "namespace"), name), Origin: r.At(next), Through: true,
			})
			r.Member(graph.GatewaysOf(r.RefTo("Middleware", r.Text(next, "namespace"), name)), graph.EndpointRef{Group: graph.GatewaysOf(r.Ref())}, next)
		}
	}
	if at := r.Spec.Get("forwardAuth", "address"); at.Str() != "" {
		if to, ok := address.Parse(at.Str()); ok {
			r.Call(graph.EndpointRef{Group: graph.GatewaysOf(r.Ref())}, graph.EndpointRef{Host: to, Namespace: r.Namespace, Realm: resource.Realm}, at, resource.Authorizer{
				Way: "forward-auth", Product: product.Traefik, Layer: policy.Gateway, Timeout: field.Supplied(f, at, traefikAuthPatience),
			}.Evidence())
		}
	}
	if to, ok := traefikParty(r, r.Mapping(r.Spec, "errors", "service")); ok { // words the error that comes back in any case
		r.Call(graph.EndpointRef{Group: graph.GatewaysOf(r.Ref())}, to, r.Spec.Get("errors", "service"), graph.Evidence{
			Way: "error-page", Strength: graph.Strong, Class: graph.ClassIngress, Need: graph.Soft, Fallback: true,
			Port: resource.PortNumber(r.Spec.Get("errors", "service", "port")),
		})
	}
}

// traefikAuthPatience is how long Traefik waits for the answer of a forwardAuth.
const traefikAuthPatience = 30 * time.Second

// traefikMiddlewareSays reads what a middleware of any kind does. An error page is
// none of it: the request has failed.
func traefikMiddlewareSays(f *field.Reader, n document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Traefik}
	if retry := n.Get("retry"); retry.Exists() {
		s.Retry = traefikRetry(f.Within("retry"), retry)
		s.Timeout = field.Presence(policy.Timeout{PerTry: f.Within("retry").Duration(retry, "timeout")})
	}
	if breaker := n.Get("circuitBreaker"); breaker.Exists() {
		s.Breaker = traefikBreaker(f.Within("circuitBreaker"), breaker)
	}
	for _, key := range []string{"inFlightReq", "inFlightConn"} {
		if most := f.Count(0, n, key, "amount"); most.Set() && most.Value > 0 {
			s.Bulkhead = &policy.Bulkhead{MaxConcurrent: most}
		}
	}
	limit := n.Get("rateLimit")
	average := f.Within("rateLimit").Count(0, limit, "average")
	if average.Value == 0 {
		return s // which is no limit
	}
	if s.RateLimit = field.PerSecond(f, average, f.Within("rateLimit").Count(0, limit, "burst")); s.RateLimit != nil {
		if period := f.Within("rateLimit").Duration(limit, "period"); period.Set() {
			s.RateLimit.Per = period
		}
	}
	return s
}

// traefikRetry reads retries. Their number counts the first try; without an
// interval they come at once. POST, PATCH and LOCK are not repeated after an
// answer unless that is asked for.
func traefikRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.Count(1, n, "attempts")}
	if r.Retries.Set() {
		if r.Retries.Value--; r.Retries.Value == 0 {
			r.Retries.Provenance = policy.Disabled
		}
	}
	if base := f.Duration(n, "initialInterval"); base.Set() {
		r.Backoff = &policy.Backoff{Kind: field.Written(f, n, "exponential"), Base: base, Jitter: field.Supplied(f, n, policy.Jitter{Kind: "partial", Fraction: 0.5})}
	}
	if codes := f.RetryOn(product.StatusCodes, n, "status"); codes.Set() {
		on := codes.Value
		if never, _ := n.Get("disableRetryOnNetworkError").Bool(); !never {
			on = append([]string{policy.OnConnect, policy.OnReset}, on...)
		}
		slices.Sort(on)
		r.On = field.Written(f, n.Get("status"), on)
		if every, _ := n.Get("retryNonIdempotentMethod").Bool(); !every {
			r.Methods = field.Supplied(f, n, []string{"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})
		}
	}
	if never, _ := n.Get("disableRetryOnNetworkError").Bool(); never && !r.On.Set() && r.Retries.Value > 0 {
		f.Flaw(graph.Inert, n.Get("disableRetryOnNetworkError"), "attempts", "nothing is retried without network errors and without a list of statuses", `set status, or remove disableRetryOnNetworkError`)
		return &policy.Retry{Retries: field.Off(f, n.Get("disableRetryOnNetworkError"), 0)}
	}
	return &r
}

var traefikLatency = lazy.NewRegexp(`LatencyAtQuantileMS\([^)]*\)\s*>=?\s*(\d{1,9})`)

var traefikRatio = lazy.NewRegexp(`(?:NetworkErrorRatio\(\s*\)|ResponseCodeRatio\([^)]*\))\s*>=?\s*(0?\.\d+|1(?:\.0*)?|0)`)

// Windows of Traefik's breaker, which are not configurable: it counts answers over ten
// seconds and latencies over a minute.
const (
	traefikCounts    = 10 * time.Second
	traefikLatencies = time.Minute
)

// traefikBreaker reads a circuit breaker, which an expression over error ratios
// and latencies opens. What it calls a fallback is an error; its checkPeriod is how often
// it evaluates the expression, not a window.
func traefikBreaker(f *field.Reader, n document.Node) *policy.Breaker {
	expression := n.Get("expression")
	text := expression.Str()
	b := policy.Breaker{
		Kind: field.Written(f, n, "call"), Slow: field.Written(f, n, strings.Contains(text, "LatencyAtQuantileMS")),
		Open: f.Duration(n, "fallbackDuration"), Window: field.Supplied(f, n, traefikCounts),
	}
	f.Duration(n, "checkPeriod") // for its flaws
	if b.Slow.Value && !traefikRatio.MatchString(text) {
		b.Window.Value = traefikLatencies
	}
	if m := traefikLatency.FindStringSubmatch(text); m != nil {
		if millis, err := strconv.Atoi(m[1]); err == nil {
			b.SlowAfter = field.Written(f, expression, time.Duration(millis)*time.Millisecond)
		}
	}
	if m := traefikRatio.FindStringSubmatch(text); m != nil {
		if share, err := strconv.ParseFloat(m[1], 64); err == nil {
			b.ErrorRate = field.Written(f, expression, share)
		}
	}
	switch example := "NetworkErrorRatio() > 0.30"; {
	case !expression.Exists():
		if !misspells(n, "expression") {
			f.Flaw(graph.Invalid, n, "expression", "is missing", fmt.Sprintf("add expression: %q", example))
		}
	case !strings.Contains(text, "("):
		f.Flaw(graph.Invalid, expression, "expression", "is not a condition", fmt.Sprintf("write %q", example))
	}
	return &b
}

// misspells reports whether a block has a field whose name is nearly a given one, which is reported by itself.
func misspells(n document.Node, name string) bool {
	for key := range n.Pairs() {
		if key.Str() != name && didyoumean.IsTypo(key.Str(), name) {
			return true
		}
	}
	return false
}

// traefikTransport reads the timers of connections to servers. The one until the
// headers of an answer is all that Traefik has to end a slow attempt, as no server
// that hangs sends any. Routes name a transport for a service, and Services in an
// annotation.
func traefikTransport(r *resource.Object) {
	f := field.New(r.Document, product.TraefikDuration)
	p := r.Policy(product.Traefik, "transport", r.Spec)
	p.Of, p.Rank = r.Ref(), settings.RankSpecific // before the default one
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Traefik, Timeout: traefikTimers(f, r.Spec)}
	ofService := p
	ofService.Of, ofService.From, ofService.To = graph.Ref{}, []graph.EndpointRef{{Group: traefikIngresses}}, []graph.EndpointRef{{Group: traefikServed(r.Ref())}}
	r.AddPolicies(f, p, ofService)
}

// traefikPrefix begins the annotations of Traefik.
const traefikPrefix = "traefik.ingress.kubernetes.io/"

// traefikIngresses is the group of the Ingresses of Traefik.
var traefikIngresses = graph.Ref{Realm: "traefik", Kind: "group", Name: "ingresses"}

// traefikServed is the group of the Services that name a transport.
func traefikServed(transport graph.Ref) graph.Ref {
	transport.Kind = "service with " + transport.Kind
	return transport
}

// TraefikAnnotations reads which transport the annotations of a Service name, for the calls of
// Ingresses, and which Ingresses are Traefik's.
func TraefikAnnotations(o *resource.Object) {
	annotations := o.Meta.Get("annotations")
	switch {
	case o.IsIngress("traefik"):
		ours := o.IngressClass() == "traefik"
		for key := range annotations.Pairs() {
			ours = ours || strings.HasPrefix(key.Str(), traefikPrefix)
		}
		if ours {
			o.Facts.Members = append(o.Facts.Members, graph.Member{Of: traefikIngresses, Party: graph.EndpointRef{Ref: o.Self}, Origin: o.At(o.Root), Joins: true})
		}
	case o.Kind == "Service":
		for key, value := range annotations.Pairs() {
			if strings.ToLower(key.Str()) != traefikPrefix+"service.serverstransport" {
				continue
			}
			for _, transport := range traefikNamed(o, "ServersTransport", value.Str()) {
				o.Facts.Members = append(o.Facts.Members, graph.Member{Of: traefikServed(transport), Party: o.Service("", o.Name), Origin: o.At(value), Joins: true})
			}
		}
	}
}

// traefikNamed returns the objects that an annotation may name, "shop-retry@kubernetescrd":
// namespace and name with a dash between, and dashes in both.
func traefikNamed(o *resource.Object, kind, entry string) []graph.Ref {
	var refs []graph.Ref
	full, ours := strings.CutSuffix(strings.TrimSpace(entry), "@kubernetescrd")
	for i := range full {
		if ours && full[i] == '-' {
			refs = append(refs, o.RefTo(kind, full[:i], full[i+1:]))
		}
	}
	return refs
}

func traefikTimers(f *field.Reader, n document.Node) *policy.Timeout {
	f, n = f.Within("forwardingTimeouts"), n.Get("forwardingTimeouts")
	return field.Presence(policy.Timeout{
		Connect: f.Duration(n, "dialTimeout"), PerTry: f.Duration(n, "responseHeaderTimeout"), Idle: f.Duration(n, "idleConnTimeout"),
	})
}

// traefikFailover reads the service that takes over when no server of another one
// is well.
func traefikFailover(r *resource.Object, n document.Node) {
	to, ok := traefikParty(r, n.Get("service"))
	spare := n.Get("fallback")
	if !ok || spare.Get("name").Str() == "" {
		return
	}
	f := field.New(r.Document, product.TraefikDuration)
	p := r.Policy(product.Traefik, "failover", n)
	p.Of, p.To = r.Ref(), []graph.EndpointRef{to}
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Traefik, Fallback: &policy.Fallback{
		Steps: []policy.FallbackStep{{Kind: field.Written(f, spare, "service"), To: spare.Get("name").Str()}},
	}}
	r.AddPolicies(f, p)
}

// traefikVia returns the objects that the calls of a route to a service go
// through: the route's middlewares and the service's transport.
func traefikVia(r *resource.Object, route, service document.Node) []graph.Ref {
	var via []graph.Ref
	for _, middleware := range route.Get("middlewares").List() {
		if name := middleware.Get("name").Str(); name != "" && !strings.Contains(name, "@") {
			via = append(via, r.RefTo("Middleware", middleware.Get("namespace").Str(), name))
		}
	}
	if name := service.Get("serversTransport").Str(); name != "" && !strings.Contains(name, "@") {
		via = append(via, r.RefTo("ServersTransport", "", name))
	}
	if name := service.Get("name").Str(); service.Get("kind").Str() == "TraefikService" && name != "" {
		via = append(via, r.RefTo("TraefikService", service.Get("namespace").Str(), name))
	}
	return via
}

// TraefikIngressVia returns the middlewares that an Ingress lists in an annotation.
func TraefikIngressVia(o *resource.Object) []graph.Ref {
	var via []graph.Ref
	for entry := range strings.SplitSeq(o.Meta.Get("annotations", "traefik.ingress.kubernetes.io/router.middlewares").Str(), ",") {
		via = append(via, traefikNamed(o, "Middleware", entry)...)
	}
	return via
}
