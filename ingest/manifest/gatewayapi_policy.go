package manifest

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// apiRoutePolicies reads the timeouts and retries of a route of the Gateway API
// or of Linkerd's own HTTPRoute. Bound to a Gateway they act on its calls, bound
// to a Service on the calls of everybody in the mesh, or of the route's namespace
// alone if the Service is in another one.
func apiRoutePolicies(r *resource) {
	f := newPolicyFields(r.Document, product.GatewayDuration)
	rules := r.list(r.spec, "rules")
	parents := r.list(r.spec, "parentRefs")
	var parts []graph.Policy
	speaks := false
	for i, rule := range rules {
		f.prefix = fmt.Sprintf("rules[%d].", i)
		says := r.apiRulePolicy(f, rule)
		flaws := f.takeFlaws()
		speaks = speaks || !says.Empty() || len(flaws) > 0
		match := apiMatches(rule)
		rank := -i
		if match == "" { // whatever the order, what is said of a part goes before what is said of the rest
			rank -= len(rules)
		}
		for _, part := range r.apiParts(rule, parents) {
			says.Layer = part.Says.Layer
			part.Says, part.Flaws, part.Match, part.Rank = says, flaws, match, rank
			parts = append(parts, part)
			flaws = nil // told once
		}
	}
	if speaks {
		r.facts.Policies = append(r.facts.Policies, parts...)
	}
	if annotations := r.Root.Get("metadata", "annotations"); linkerdAnnotated(annotations) {
		r.linkerdRoute(annotations, parents)
	}
}

// apiProduct is the product whose policies a route holds, as far as the route
// shows it.
func (r *resource) apiProduct() *policy.Product {
	if r.Head.Group() == "policy.linkerd.io" || linkerdAnnotated(r.Root.Get("metadata", "annotations")) {
		return product.Linkerd
	}
	return product.GatewayAPI
}

// apiParts returns the policies of one rule, without what they say: one for the
// gateways, and one for each Service that the route is bound to.
func (r *resource) apiParts(rule document.Node, parents []document.Node) []graph.Policy {
	edge := r.policy(r.apiProduct(), "route "+r.subject(), rule) // routes of one gateway add to each other
	edge.Of, edge.Says.Layer = r.ref(), policy.Gateway
	parts := []graph.Policy{}
	for _, parent := range parents {
		party, ok := r.routeParent(parent)
		switch {
		case !ok:
		case isService(party):
			parts = append(parts, r.meshPart(rule, parent, party))
		default:
			edge.From = append(edge.From, party)
		}
	}
	for _, ref := range r.list(rule, "backendRefs") {
		if to, ok := r.backendRef(ref); ok {
			edge.To = append(edge.To, to)
		}
	}
	delegated := !r.spec.Get("parentRefs").Exists()
	if len(edge.To) > 0 && (len(edge.From) > 0 || delegated) {
		parts = append(parts, edge)
	}
	return parts
}

// meshPart is the policy of one rule for the calls to a Service.
func (r *resource) meshPart(rule, parent document.Node, service graph.EndpointRef) graph.Policy {
	p := r.policy(r.apiProduct(), "route", rule)
	p.To = []graph.EndpointRef{service}
	p.Port = portNumber(parent.Get("port"))
	p.Lookup, p.NeedsMesh, p.NotGateways = graph.NearCaller, true, true
	p.MergeKey = "routes of " + r.namespace
	p.Says.Layer = policy.ClientProxy
	if p.Product == product.Linkerd {
		p.Group, p.Merge = linkerdGroup, true
	}
	return p
}

// apiRulePolicy reads what one rule says.
func (r *resource) apiRulePolicy(f *policyFields, rule document.Node) policy.Set {
	says := policy.Set{Product: r.apiProduct()}
	if r.kind != "HTTPRoute" {
		for _, field := range []string{"timeouts", "retry"} {
			if n := rule.Get(field); n.Exists() {
				f.flaw(graph.Invalid, n, field, r.kind+" has no such field", "")
			}
		}
		return says
	}
	timeout := policy.Timeout{
		Total:  f.duration(rule, "timeouts", "request"),
		PerTry: f.duration(rule, "timeouts", "backendRequest"),
	}
	if timeout.Total.Set() && timeout.PerTry.Set() && timeout.PerTry.Value > timeout.Total.Value {
		f.flaw(graph.Invalid, rule.Get("timeouts", "backendRequest"), "timeouts.backendRequest",
			"is longer than timeouts.request", "make it shorter than the whole request")
		timeout.PerTry = policy.Setting[time.Duration]{}
	}
	says.Timeout = presence(timeout)
	if retry := r.mapping(rule, "retry"); retry.Exists() {
		says.Retry = presence(f.within("retry").apiRetry(retry))
	}
	return says
}

// apiRetry reads an HTTPRouteRetry.
func (f *policyFields) apiRetry(n document.Node) policy.Retry {
	var r policy.Retry
	if r.Retries = f.count(0, n, "attempts"); r.Retries.Set() && r.Retries.Value == 0 {
		r.Retries = off(f, n.Get("attempts"), 0)
	}
	r.On = f.retryOn(product.StatusCodes, n, "codes")
	if base := f.duration(n, "backoff"); base.Set() {
		r.Backoff = &policy.Backoff{Base: base}
	}
	return r
}

// apiMatches tells the part of the calls that a rule is about, "" for all.
func apiMatches(rule document.Node) string {
	matches := rule.Get("matches").List()
	if len(matches) == 0 {
		return ""
	}
	var texts []string
	for _, match := range matches {
		texts = append(texts, apiMatch(match))
	}
	return eitherText(texts)
}

// apiMatch tells what one match asks for: "GET /cart*", or "shop.Cart/Add" of a
// GRPCRoute.
func apiMatch(match document.Node) string {
	var words []string
	if method := match.Get("method"); method.IsMap() {
		words = append(words, strings.Trim(method.Get("service").Str()+"/"+method.Get("method").Str(), "/"))
	} else if method.Str() != "" {
		words = append(words, method.Str())
	}
	path := match.Get("path", "value").Str()
	switch match.Get("path", "type").Str() {
	case "", "PathPrefix":
		if path != "" && path != "/" {
			words = append(words, path+"*")
		}
	case "RegularExpression":
		words = append(words, "~"+path)
	default:
		words = append(words, path)
	}
	for _, field := range []string{"headers", "queryParams"} {
		for _, condition := range match.Get(field).List() {
			value := condition.Get("value").Str()
			if condition.Get("type").Str() == "RegularExpression" {
				value = "~" + value
			}
			words = append(words, strings.TrimSpace(conditionWords[field]+" "+condition.Get("name").Str()+" "+value))
		}
	}
	return strings.Join(words, " ")
}

// backendPolicy reads the limit of retries to a Service that the Gateway API has
// in its experimental kinds, XBackendTrafficPolicy and before it BackendLBPolicy.
func backendPolicy(r *resource) {
	f := newPolicyFields(r.Document, product.GatewayDuration)
	n := r.mapping(r.spec, "retryConstraint")
	if !n.Exists() {
		return
	}
	path := []string{"budget", "percent"}
	if n.Get("budgetPercent").Exists() { // the older spelling
		path = []string{"budgetPercent"}
	}
	share := f.within("retryConstraint").percent(n, path...)
	if !n.Get(path...).Exists() {
		share = supplied(f, n, 0.2)
	}
	p := r.policy(product.GatewayAPI, "backend", r.Root)
	p.Says = policy.Set{Layer: policy.ClientProxy, Product: p.Product, Retry: presence(policy.Retry{Budget: share})}
	p.Flaws = f.takeFlaws()
	for _, target := range r.list(r.spec, "targetRefs") {
		if to, ok := r.backendRef(target); ok {
			p.To = append(p.To, to)
		}
	}
	if len(p.To) > 0 {
		r.facts.Policies = append(r.facts.Policies, p)
	}
}
