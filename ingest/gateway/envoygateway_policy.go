package gateway

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The ranks of Envoy Gateway's policies: the one that is nearest to the route acts, and hides the
// others. One of a route that says so is merged with the nearest one of its listeners or gateway.
const (
	rankGateway = iota
	rankListenerSet
	rankListener
	rankRoute
	rankRule
)

// backendTrafficSays reads a BackendTrafficPolicy: timeouts, retries and limits of the
// calls of a Gateway, or of one route.
func backendTraffic(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	says := backendTrafficSays(f, r.Spec)
	merge := f.Word(map[string]string{"StrategicMerge": "strategic", "JSONMerge": "json"}, r.Spec, "mergeType")
	targets := envoyGatewayTargets(r, f)
	if merge.Set() && slices.ContainsFunc(targets, func(t envoyGatewayTarget) bool { return !strings.HasSuffix(t.kind, "Route") }) {
		f.Flaw(graph.Invalid, r.Spec.Get("mergeType"), "mergeType", "only policies of routes are merged", "remove it here, and set it in the policies of the routes", field.Remove)
	}
	for _, target := range targets {
		p := r.Policy(product.EnvoyGateway, "traffic", r.Root)
		p.Says = says
		if target.aim(r, &p) { // also one that says nothing of this replaces others
			p.Merge, p.Flaws = merge.Set() && !p.Base, f.TakeFlaws()
			r.Facts.Policies = append(r.Facts.Policies, p)
		}
	}
	r.AddPolicies(f, r.Policy(product.EnvoyGateway, "targets", r.Root)) // where no target is one
}

// An envoyGatewayTarget is what a policy of Envoy Gateway is attached to: an object that it
// names, or all objects that it selects by their labels.
type envoyGatewayTarget struct {
	kind, name, section string
	selects             *graph.TargetSelector
	at                  document.Node
}

// envoyGatewayTargets returns the targets of a policy. Objects in other namespaces that its
// selectors look in are taken to grant it.
func envoyGatewayTargets(r *resource.Object, f *field.Reader) []envoyGatewayTarget {
	var targets []envoyGatewayTarget
	for _, at := range targetsOf(r, f) {
		targets = append(targets, namedTarget(r, at))
	}
	for _, target := range r.List(r.Spec, "targetSelectors") {
		by := graph.TargetSelector{Kind: r.Text(target, "kind"), Selector: r.SelectorAt(target)}
		switch spaces := r.Mapping(target, "namespaces"); spaces.Get("from").Str() {
		case "All":
			by.AnyNamespace = true
		case "Selector":
			by.NamespaceLabels = resource.LabelsOf(spaces.Get("selector", "matchLabels"))
		}
		targets = append(targets, envoyGatewayTarget{kind: by.Kind, selects: &by, at: target})
	}
	return targets
}

// namedTarget is a target by its name.
func namedTarget(r *resource.Object, at document.Node) envoyGatewayTarget {
	return envoyGatewayTarget{kind: r.Text(at, "kind"), name: r.Text(at, "name"), section: r.Text(at, "sectionName"), at: at}
}

// gateways returns whose requests pass a target: those of a gateway, or of the gateways above
// a route.
func (t *envoyGatewayTarget) gateways(r *resource.Object) (graph.EndpointRef, bool) {
	switch {
	case t.selects != nil:
		of := graph.GatewaysOf(r.Ref())
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: of, Origin: r.At(t.at), Joins: true, Targets: t.selects})
		return graph.EndpointRef{Group: of}, true
	case t.kind == "Gateway":
		return graph.EndpointRef{Ref: r.RefTo(t.kind, "", t.name)}, true
	case strings.HasSuffix(t.kind, "ListenerSet"):
		return r.Group(t.kind, "", t.name), true
	case strings.HasSuffix(t.kind, "Route"):
		return graph.EndpointRef{Group: graph.GatewaysOf(r.RefTo(t.kind, "", t.name))}, true
	}
	return graph.EndpointRef{}, false
}

// aim gives a policy the calls of a target.
func (t *envoyGatewayTarget) aim(r *resource.Object, p *graph.Policy) bool {
	route, set := strings.HasSuffix(t.kind, "Route"), strings.HasSuffix(t.kind, "ListenerSet")
	switch {
	case !route && !set && t.kind != "Gateway":
		return false
	case route && t.section != "":
		p.Rank = rankRule
	case route:
		p.Rank = rankRoute
	case t.section != "":
		p.Rank = rankListener
	case set:
		p.Rank = rankListenerSet
	}
	p.Base, p.Nearest = !route, true
	if p.Rank == rankGateway {
		from, ok := t.gateways(r)
		p.From, p.Targets = []graph.EndpointRef{from}, t.selects
		return ok
	}
	p.Of, p.Targets = r.RefTo(t.kind, "", t.name), t.selects
	if t.section != "" {
		p.Of = p.Of.Section(t.section)
	}
	if t.selects != nil {
		p.Of = r.Ref()
		r.Facts.Members = append(r.Facts.Members, graph.Member{
			Of: r.Ref(), Party: graph.EndpointRef{Group: r.Ref()}, Origin: r.At(t.at), Through: true, Targets: t.selects,
		})
	}
	return true
}

// backendTrafficSays reads what a BackendTrafficPolicy says.
func backendTrafficSays(f *field.Reader, n document.Node) policy.Set {
	says := policy.Set{Layer: policy.Gateway, Product: product.EnvoyGateway}
	timeout := policy.Timeout{
		Total:   f.Duration(n, "timeout", "http", "requestTimeout"),
		Connect: f.Positive(n, "timeout", "tcp", "connectTimeout"),
		Idle:    f.Duration(n, "timeout", "http", "streamIdleTimeout"),
	}
	if retry := n.Get("retry"); retry.IsMap() {
		timeout.PerTry = f.Duration(n, "retry", "perRetry", "timeout")
		says.Retry = envoyGatewayRetry(f.Within("retry"), retry)
	}
	says.Timeout = field.Presence(timeout)
	breaker := f.Within("circuitBreaker")
	limits := n.Get("circuitBreaker")
	if limits.IsMap() {
		limit := func(key string) policy.Setting[int] {
			return field.OrSupplied(f, limits, breaker.Count(0, limits, key), envoyGatewayLimit)
		}
		says.Bulkhead = &policy.Bulkhead{
			MaxConnections: limit("maxConnections"), MaxPending: limit("maxPendingRequests"), MaxConcurrent: limit("maxParallelRequests"), MaxRetries: limit("maxParallelRetries"),
		}
	}
	if budget := fraction(breaker, limits.Get("retryBudget"), "percent"); budget.Set() {
		if says.Retry == nil {
			says.Retry = &policy.Retry{}
		}
		says.Retry.Budget = field.BudgetShare(budget, breaker.Within("retryBudget").Count(0, limits.Get("retryBudget"), "minRetryConcurrency"), 3)
	}
	if passive := n.Get("healthCheck", "passive"); passive.IsMap() {
		says.Breaker = passiveCheck(f.Within("healthCheck.passive"), passive)
	}
	if panic := f.Percent(n, "healthCheck", "panicThreshold"); panic.Set() {
		if says.Breaker == nil {
			says.Breaker = &policy.Breaker{}
		}
		says.Breaker.Panic = panic
	}
	active := f.Within("healthCheck.active")
	check := n.Get("healthCheck", "active")
	says.HealthCheck = field.Presence(policy.HealthCheck{
		Interval: active.Positive(check, "interval"),
		Timeout:  active.Positive(check, "timeout"),
		Failures: active.Count(1, check, "unhealthyThreshold"),
	})
	says.Balance = field.Presence(policy.Balance{Strategy: f.Word(envoyGatewayBalancers, n, "loadBalancer", "type")})
	if at := n.Get("loadBalancer", "type"); at.Str() == "ConsistentHash" && !n.Get("loadBalancer", "consistentHash").Exists() {
		f.Flaw(graph.Invalid, at, "loadBalancer.type", "it needs consistentHash beside it", "add loadBalancer.consistentHash")
	}
	says.RateLimit = gatewayRateLimit(f.Within("rateLimit"), n.Get("rateLimit"))
	return says
}

// envoyGatewayRetry reads a retry block, which turns retries on even if it is
// empty.
func envoyGatewayRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := &policy.Retry{Retries: f.Count(0, n, "numRetries")}
	switch {
	case !n.Get("numRetries").Exists():
		r.Retries = field.Written(f, n, 2) // the block declares them
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries = field.Off(f, n.Get("numRetries"), 0)
	}
	r.On = envoyGatewayOn(f, n)
	backoff := policy.Backoff{
		Base: f.Positive(n, "perRetry", "backOff", "baseInterval"),
		Max:  f.Positive(n, "perRetry", "backOff", "maxInterval"),
	}
	r.Backoff = field.Presence(backoff)
	return r
}

// envoyGatewayOn reads the conditions of retries. Without triggers those by default stay; a
// retryOn replaces the statuses in any case. Statuses count only together with the trigger
// that says so.
func envoyGatewayOn(f *field.Reader, n document.Node) policy.Setting[[]string] {
	at := n.Get("retryOn")
	if !at.IsMap() {
		return policy.Setting[[]string]{}
	}
	triggers := at.Get("triggers")
	on := f.RetryOn(product.EnvoyGatewayRetryOn, n, "retryOn", "triggers")
	codes := f.RetryOn(product.StatusCodes, n, "retryOn", "httpStatusCodes")
	named := slices.Contains(triggers.Strs(), proxy.CodesTrigger)
	if len(triggers.Items()) == 0 {
		kept := slices.DeleteFunc(slices.Clone(product.EnvoyGateway.Within.Retry.On.Value), func(c string) bool { return c == "response-503" })
		on, named = field.Supplied(f, at, kept), true
	}
	switch {
	case codes.Set() && !named:
		f.Flaw(graph.Inert, n.Get("retryOn", "httpStatusCodes"), "retryOn.httpStatusCodes",
			"statuses need the trigger "+proxy.CodesTrigger, "add it to retryOn.triggers", field.Retried(codes.Value, "triggers[+]", proxy.CodesTrigger))
	case codes.Set():
		all := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(on.Value), codes.Value...))))
		if on.IsExplicit() {
			codes.Origin = on.Origin
		}
		codes.Value = all
		return codes
	}
	return on
}

// fraction reads a numerator and denominator, of 100 unless it is written, as a
// share.
func fraction(f *field.Reader, n document.Node, key string) policy.Setting[float64] {
	at := n.Get(key)
	parts := f.Count(0, at, "numerator")
	if !parts.Set() {
		return policy.Setting[float64]{}
	}
	whole := f.Count(1, at, "denominator")
	if !whole.Set() {
		whole.Value = 100
	}
	return field.Written(f, at, float64(parts.Value)/float64(whole.Value))
}

// passiveCheck reads outlier detection under Envoy Gateway's name for it. A share of 0 is left
// out, and Envoy has its own.
func passiveCheck(f *field.Reader, n document.Node) *policy.Breaker {
	d := product.EnvoyGateway.Within.Breaker
	b := &policy.Breaker{
		Kind:     field.Written(f, n, "endpoint"),
		Failures: field.OrSupplied(f, n, f.Count(0, n, "consecutive5XxErrors"), d.Failures.Value),
		Gateway:  f.Count(0, n, "consecutiveGatewayErrors"),
		Window:   field.OrSupplied(f, n, f.Positive(n, "interval"), d.Window.Value),
		Open:     field.OrSupplied(f, n, f.Positive(n, "baseEjectionTime"), d.Open.Value),
		MaxEject: field.OrSupplied(f, n, f.Percent(n, "maxEjectionPercent"), d.MaxEject.Value),
	}
	if share := &b.MaxEject; share.Provenance == policy.Explicit && share.Value == 0 {
		*share = field.Supplied(f, n.Get("maxEjectionPercent"), d.MaxEject.Value)
	}
	return b
}

// envoyGatewayLimit is each limit of a circuit breaker that does not set it.
const envoyGatewayLimit = 1024

// clientTraffic reads the one part of a ClientTrafficPolicy that ends requests to services: how
// long they may be without a byte. Policies of the routes override it.
func clientTraffic(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	idle := f.Duration(r.Spec, "timeout", "http", "streamIdleTimeout")
	says := policy.Set{Layer: policy.Gateway, Product: product.EnvoyGateway, Timeout: field.Presence(policy.Timeout{Idle: idle})}
	var policies []graph.Policy
	for _, target := range envoyGatewayTargets(r, f) {
		p := r.Policy(product.EnvoyGateway, "client", r.Root)
		p.Says = says
		if target.aim(r, &p) {
			policies = append(policies, p)
		}
	}
	if policies == nil && f.Flawed() {
		policies = []graph.Policy{r.Policy(product.EnvoyGateway, "targets", r.Root)}
	}
	r.AddPolicies(f, policies...)
}

var envoyGatewayBalancers = map[string]string{
	"ConsistentHash": "consistent-hash",
	"LeastRequest":   "least-request",
	"Random":         "random",
	"RoundRobin":     "round-robin",
}

var rateUnits = map[string]time.Duration{
	"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour, "Day": 24 * time.Hour,
	"Month": 30 * 24 * time.Hour, "Year": 365 * 24 * time.Hour,
}

// gatewayRateLimit reads the limit that is for every client: rules for some of them do
// not limit the others.
func gatewayRateLimit(f *field.Reader, n document.Node) *policy.RateLimit {
	for _, scope := range []string{"local", "global"} {
		for _, rule := range n.Get(scope, "rules").List() {
			unit, known := rateUnits[rule.Get("limit", "unit").Str()]
			if rule.Get("clientSelectors").Exists() || !known {
				continue
			}
			return field.Presence(policy.RateLimit{
				Requests: f.Within(scope+".rules").Count(0, rule, "limit", "requests"),
				Per:      field.Written(f, rule.Get("limit", "unit"), unit),
			})
		}
	}
	return nil
}
