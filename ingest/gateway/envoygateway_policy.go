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

// The ranks of Envoy Gateway's policies: the one that is nearest to the route
// acts, and hides the others unless it says that it is to be merged with them.
const (
	rankGateway = iota
	rankListener
	rankRoute
	rankRule
)

// backendTrafficSays reads a BackendTrafficPolicy: timeouts, retries and limits of the
// calls of a Gateway, or of one route.
func backendTraffic(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	says := backendTrafficSays(f, r.Spec)
	flaws := f.TakeFlaws()
	if says.Empty() && len(flaws) == 0 {
		return
	}
	for _, target := range envoyGatewayTargets(r) {
		p := r.Policy(product.EnvoyGateway, "traffic", r.Root)
		p.Merge = r.Spec.Get("mergeType").Exists()
		p.Says, p.Flaws = says, flaws
		if target.aim(r, &p) {
			r.Facts.Policies = append(r.Facts.Policies, p)
			flaws = nil // reported once
		}
	}
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
func envoyGatewayTargets(r *resource.Object) []envoyGatewayTarget {
	named := r.List(r.Spec, "targetRefs")
	if one := r.Mapping(r.Spec, "targetRef"); one.Exists() {
		named = append(named, one)
	}
	var targets []envoyGatewayTarget
	for _, target := range named {
		if name := r.Text(target, "name"); name != "" {
			targets = append(targets, envoyGatewayTarget{kind: r.Text(target, "kind"), name: name, section: r.Text(target, "sectionName"), at: target})
		}
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
	if strings.HasSuffix(t.kind, "Route") {
		p.Of, p.Rank = r.RefTo(t.kind, "", t.name), rankRoute
		if t.section != "" {
			p.Rank, p.Match = rankRule, "rule "+t.section
		}
		if t.selects != nil {
			p.Of, p.Targets = r.Ref(), t.selects
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: r.Ref(), Party: graph.EndpointRef{Group: r.Ref()}, Origin: r.At(t.at), Through: true, Targets: t.selects,
			})
		}
		return true
	}
	from, ok := t.gateways(r)
	if !ok {
		return false
	}
	p.From, p.Targets = []graph.EndpointRef{from}, t.selects
	switch {
	case strings.HasSuffix(t.kind, "ListenerSet"):
		p.Rank = rankListener
	case t.section != "":
		p.Rank, p.Match = rankListener, "listener "+t.section
	}
	return true
}

// backendTrafficSays reads what a BackendTrafficPolicy says.
func backendTrafficSays(f *field.Reader, n document.Node) policy.Set {
	says := policy.Set{Layer: policy.Gateway, Product: product.EnvoyGateway}
	timeout := policy.Timeout{
		Total:   f.Duration(n, "timeout", "http", "requestTimeout"),
		Connect: f.Duration(n, "timeout", "tcp", "connectTimeout"),
		Idle:    f.Duration(n, "timeout", "http", "connectionIdleTimeout"),
	}
	if retry := n.Get("retry"); retry.IsMap() {
		timeout.PerTry = f.Duration(n, "retry", "perRetry", "timeout")
		says.Retry = envoyGatewayRetry(f.Within("retry"), retry)
	}
	says.Timeout = field.Presence(timeout)
	breaker := f.Within("circuitBreaker")
	limits := n.Get("circuitBreaker")
	says.Bulkhead = field.Presence(policy.Bulkhead{
		MaxConnections: breaker.Count(0, limits, "maxConnections"),
		MaxPending:     breaker.Count(0, limits, "maxPendingRequests"),
		MaxConcurrent:  breaker.Count(0, limits, "maxParallelRequests"),
		MaxRetries:     breaker.Count(0, limits, "maxParallelRetries"),
	})
	if budget := fraction(breaker, limits.Get("retryBudget"), "percent"); budget.Set() {
		if says.Retry == nil {
			says.Retry = &policy.Retry{}
		}
		says.Retry.Budget = field.BudgetShare(budget, breaker.Within("retryBudget").Count(0, limits.Get("retryBudget"), "minRetryConcurrency"), 3)
	}
	if passive := n.Get("healthCheck", "passive"); passive.IsMap() {
		says.Breaker = passiveCheck(f.Within("healthCheck.passive"), passive)
		says.Breaker.Panic = f.Percent(n, "healthCheck", "panicThreshold")
	}
	active := f.Within("healthCheck.active")
	check := n.Get("healthCheck", "active")
	says.HealthCheck = field.Presence(policy.HealthCheck{
		Interval: active.Duration(check, "interval"),
		Timeout:  active.Duration(check, "timeout"),
		Failures: active.Count(1, check, "unhealthyThreshold"),
	})
	says.Balance = field.Presence(policy.Balance{Strategy: f.Word(envoyGatewayBalancers, n, "loadBalancer", "type")})
	says.RateLimit = gatewayRateLimit(f.Within("rateLimit"), n.Get("rateLimit"))
	return says
}

// envoyGatewayRetry reads a retry block, which turns retries on even if it is
// empty.
func envoyGatewayRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := &policy.Retry{Retries: f.Count(0, n, "numRetries")}
	switch {
	case !n.Get("numRetries").Exists():
		r.Retries = field.Supplied(f, n, 2)
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries = field.Off(f, n.Get("numRetries"), 0)
	}
	r.On = envoyGatewayOn(f, n)
	backoff := policy.Backoff{
		Base: f.Duration(n, "perRetry", "backOff", "baseInterval"),
		Max:  f.Duration(n, "perRetry", "backOff", "maxInterval"),
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
			"statuses need the trigger "+proxy.CodesTrigger, "add it to retryOn.triggers")
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

// passiveCheck reads outlier detection under Envoy Gateway's name for it.
func passiveCheck(f *field.Reader, n document.Node) *policy.Breaker {
	return &policy.Breaker{
		Kind:     field.Written(f, n, "endpoint"),
		Failures: f.Count(0, n, "consecutive5XxErrors"),
		Gateway:  f.Count(0, n, "consecutiveGatewayErrors"),
		Window:   f.Duration(n, "interval"),
		Open:     f.Duration(n, "baseEjectionTime"),
		MaxEject: f.Percent(n, "maxEjectionPercent"),
	}
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
