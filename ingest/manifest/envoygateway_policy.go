package manifest

import (
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
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

// backendTraffic reads a BackendTrafficPolicy: timeouts, retries and limits of the
// calls of a Gateway, or of one route.
func backendTraffic(r *resource) {
	f := newPolicyFields(r.Document, product.GatewayDuration)
	says := f.backendTraffic(r.spec)
	flaws := f.takeFlaws()
	if says.Empty() && len(flaws) == 0 {
		return
	}
	if selectors := r.list(r.spec, "targetSelectors"); len(selectors) > 0 {
		r.Problem(graph.Note, selectors[0], "name the targets in targetRefs",
			"%s %q selects its targets by labels, which weir does not follow", r.kind, r.name)
	}
	targets := r.list(r.spec, "targetRefs")
	if target := r.mapping(r.spec, "targetRef"); target.Exists() {
		targets = append(targets, target)
	}
	for _, target := range targets {
		p := r.policy(product.EnvoyGateway, "traffic", r.Root)
		p.Merge = r.spec.Get("mergeType").Exists()
		p.Says, p.Flaws = says, flaws
		if r.aim(&p, target) {
			r.facts.Policies = append(r.facts.Policies, p)
			flaws = nil // told once
		}
	}
}

// aim gives a policy the calls of one target.
func (r *resource) aim(p *graph.Policy, target document.Node) bool {
	kind, name, section := r.text(target, "kind"), r.text(target, "name"), r.text(target, "sectionName")
	switch {
	case name == "":
		return false
	case kind == "Gateway":
		p.From = []graph.EndpointRef{{Ref: r.object(kind, "", name)}}
		if section != "" {
			p.Rank, p.Match = rankListener, "listener "+section
		}
	case strings.HasSuffix(kind, "ListenerSet"):
		p.From = []graph.EndpointRef{r.group(kind, "", name)}
		p.Rank = rankListener
	case strings.HasSuffix(kind, "Route"):
		p.Of, p.Rank = r.object(kind, "", name), rankRoute
		if section != "" {
			p.Rank, p.Match = rankRule, "rule "+section
		}
	default:
		return false
	}
	return true
}

// backendTraffic reads what a BackendTrafficPolicy says.
func (f *policyFields) backendTraffic(n document.Node) policy.Set {
	says := policy.Set{Layer: policy.Gateway, Product: product.EnvoyGateway}
	timeout := policy.Timeout{
		Total:   f.duration(n, "timeout", "http", "requestTimeout"),
		Connect: f.duration(n, "timeout", "tcp", "connectTimeout"),
		Idle:    f.duration(n, "timeout", "http", "connectionIdleTimeout"),
	}
	if retry := n.Get("retry"); retry.IsMap() {
		timeout.PerTry = f.duration(n, "retry", "perRetry", "timeout")
		says.Retry = f.within("retry").envoyGatewayRetry(retry)
	}
	says.Timeout = presence(timeout)
	breaker := f.within("circuitBreaker")
	limits := n.Get("circuitBreaker")
	says.Bulkhead = presence(policy.Bulkhead{
		MaxConnections: breaker.count(0, limits, "maxConnections"),
		MaxPending:     breaker.count(0, limits, "maxPendingRequests"),
		MaxConcurrent:  breaker.count(0, limits, "maxParallelRequests"),
		MaxRetries:     breaker.count(0, limits, "maxParallelRetries"),
	})
	if budget := breaker.fraction(limits.Get("retryBudget"), "percent"); budget.Set() {
		if says.Retry == nil {
			says.Retry = &policy.Retry{}
		}
		says.Retry.Budget = budget
	}
	if passive := n.Get("healthCheck", "passive"); passive.IsMap() {
		says.Breaker = f.within("healthCheck.passive").passiveCheck(passive)
		says.Breaker.Panic = f.percent(n, "healthCheck", "panicThreshold")
	}
	active := f.within("healthCheck.active")
	check := n.Get("healthCheck", "active")
	says.HealthCheck = presence(policy.HealthCheck{
		Interval: active.duration(check, "interval"),
		Timeout:  active.duration(check, "timeout"),
		Failures: active.count(1, check, "unhealthyThreshold"),
	})
	says.Balance = presence(policy.Balance{Strategy: f.word(envoyGatewayBalancers, n, "loadBalancer", "type")})
	says.RateLimit = f.within("rateLimit").gatewayRateLimit(n.Get("rateLimit"))
	return says
}

// envoyGatewayRetry reads a retry block, which turns retries on even if it is
// empty.
func (f *policyFields) envoyGatewayRetry(n document.Node) *policy.Retry {
	r := &policy.Retry{Retries: f.count(0, n, "numRetries")}
	switch {
	case !n.Get("numRetries").Exists():
		r.Retries = supplied(f, n, 2)
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries = off(f, n.Get("numRetries"), 0)
	}
	r.On = f.envoyGatewayOn(n)
	backoff := policy.Backoff{
		Base: f.duration(n, "perRetry", "backOff", "baseInterval"),
		Max:  f.duration(n, "perRetry", "backOff", "maxInterval"),
	}
	r.Backoff = presence(backoff)
	return r
}

// codesTrigger is the condition that makes a list of statuses count.
const codesTrigger = "retriable-status-codes"

// envoyGatewayOn reads the conditions of retries. Statuses count only together
// with the trigger that says so.
func (f *policyFields) envoyGatewayOn(n document.Node) policy.Setting[[]string] {
	triggers := n.Get("retryOn", "triggers")
	on := f.retryOn(product.EnvoyGatewayRetryOn, n, "retryOn", "triggers")
	codes := f.retryOn(product.StatusCodes, n, "retryOn", "httpStatusCodes")
	named := slices.Contains(triggers.Strs(), codesTrigger)
	switch {
	case codes.Set() && !named && triggers.Exists():
		f.flaw(graph.Inert, n.Get("retryOn", "httpStatusCodes"), "retryOn.httpStatusCodes",
			"statuses count only with the trigger "+codesTrigger, "add it to retryOn.triggers")
	case codes.Set() && !triggers.Exists():
		return codes
	case codes.Set():
		on.Value = slices.Compact(slices.Sorted(slices.Values(append(on.Value, codes.Value...))))
	}
	return on
}

// fraction reads a numerator and denominator, of 100 unless it is written, as a
// share.
func (f *policyFields) fraction(n document.Node, field string) policy.Setting[float64] {
	at := n.Get(field)
	parts := f.count(0, at, "numerator")
	if !parts.Set() {
		return policy.Setting[float64]{}
	}
	whole := f.count(1, at, "denominator")
	if !whole.Set() {
		whole.Value = 100
	}
	return written(f, at, float64(parts.Value)/float64(whole.Value))
}

// passiveCheck reads outlier detection under Envoy Gateway's name for it.
func (f *policyFields) passiveCheck(n document.Node) *policy.Breaker {
	return &policy.Breaker{
		Kind:     written(f, n, "endpoint"),
		Failures: f.count(0, n, "consecutive5XxErrors"),
		Gateway:  f.count(0, n, "consecutiveGatewayErrors"),
		Window:   f.duration(n, "interval"),
		Open:     f.duration(n, "baseEjectionTime"),
		MaxEject: f.percent(n, "maxEjectionPercent"),
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

// gatewayRateLimit reads the limit that is for every client: rules for some of
// them bound nobody else.
func (f *policyFields) gatewayRateLimit(n document.Node) *policy.RateLimit {
	for _, scope := range []string{"local", "global"} {
		for _, rule := range n.Get(scope, "rules").List() {
			unit, known := rateUnits[rule.Get("limit", "unit").Str()]
			if rule.Get("clientSelectors").Exists() || !known {
				continue
			}
			return presence(policy.RateLimit{
				Requests: f.within(scope+".rules").count(0, rule, "limit", "requests"),
				Per:      written(f, rule.Get("limit", "unit"), unit),
			})
		}
	}
	return nil
}
