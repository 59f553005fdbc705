package gateway

import (
	"fmt"
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

// apiRoutePolicies reads the timeouts and retries of a route of the Gateway API or of
// Linkerd's own HTTPRoute. Bound to a Gateway they act on its calls, bound to a Service
// on the calls of every service in the mesh, or of the route's namespace alone if the
// Service is in another one.
func apiRoutePolicies(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	rules := r.List(r.Spec, "rules")
	parents := r.List(r.Spec, "parentRefs")
	var parts []graph.Policy
	speaks := false
	for i, rule := range rules {
		f.Prefix = fmt.Sprintf("rules[%d].", i)
		says := apiRulePolicy(r, f, rule)
		flaws := f.TakeFlaws()
		speaks = speaks || !says.Empty() || len(flaws) > 0
		match := apiMatches(rule)
		rank := apiRank(i, len(rules), match)
		for _, part := range apiParts(r, rule, parents) {
			says.Layer = part.Says.Layer
			part.Says, part.Flaws, part.Match, part.Rank = says, flaws, match, rank
			parts = append(parts, part)
			flaws = nil // reported once
		}
	}
	directs := slices.ContainsFunc(parts, func(p graph.Policy) bool { return p.ToIs == graph.NamedHost })
	if speaks || directs { // what directs requests replaces other routes, whatever it says
		r.Facts.Policies = append(r.Facts.Policies, parts...)
	}
	if m := routeMesh(r); m != nil {
		m.Annotations(r, parents)
	}
}

// apiRank orders the rules of a route: whatever the order, what is said of a part goes
// before what is said of the rest.
func apiRank(i, rules int, match string) int {
	if match == "" {
		return -i - rules
	}
	return -i
}

// A RouteMesh is a mesh in whose proxies routes of the Gateway API act.
type RouteMesh struct {
	Product *policy.Product
	Group   string                        // of its policies for one Service
	Route   func(r *resource.Object) bool // reports whether a route is for this mesh
	// Annotations reads the policies in the annotations of a route.
	Annotations func(r *resource.Object, parents []document.Node)
}

// RouteMeshes are the meshes with policies of their own in routes. Package ingest
// fills the list before anything is read.
var RouteMeshes []RouteMesh

// routeMesh returns the mesh that a route is for, nil if the route shows none.
func routeMesh(r *resource.Object) *RouteMesh {
	for i := range RouteMeshes {
		if RouteMeshes[i].Route(r) {
			return &RouteMeshes[i]
		}
	}
	return nil
}

// apiProduct is the product whose policies a route holds, as far as the route
// shows it.
func apiProduct(r *resource.Object) *policy.Product {
	if m := routeMesh(r); m != nil {
		return m.Product
	}
	return product.GatewayAPI
}

// apiParts returns the policies of one rule, without what they say: one for the
// gateways, and one for each Service that the route is bound to.
func apiParts(r *resource.Object, rule document.Node, parents []document.Node) []graph.Policy {
	edge := r.Policy(apiProduct(r), "route "+r.Subject(), rule) // routes of one gateway add to each other
	edge.Of, edge.Says.Layer = r.Ref(), policy.Gateway
	parts := []graph.Policy{}
	for _, parent := range parents {
		party, ok := RouteParent(r, parent)
		switch {
		case !ok:
		case IsService(party):
			parts = append(parts, meshPart(r, rule, parent, party))
		default:
			edge.From = append(edge.From, party)
		}
	}
	for _, ref := range r.List(rule, "backendRefs") {
		if to, ok := backendRef(r, ref); ok {
			edge.To = append(edge.To, to)
		}
	}
	delegated := !r.Spec.Get("parentRefs").Exists()
	if !delegated {
		edge.Rule = r.Ref()
	}
	if len(edge.To) > 0 && (len(edge.From) > 0 || delegated) {
		parts = append(parts, edge)
	}
	return parts
}

// meshPart is the policy of one rule for the calls to a Service.
func meshPart(r *resource.Object, rule, parent document.Node, service graph.EndpointRef) graph.Policy {
	p := r.Policy(apiProduct(r), "route", rule)
	p.To = []graph.EndpointRef{service}
	p.Port = resource.PortNumber(parent.Get("port"))
	p.Lookup, p.NeedsMesh, p.NotGateways = graph.NearCaller, true, true
	p.ToIs, p.Rule = graph.NamedHost, r.Ref()
	p.MergeKey = "routes of " + r.Namespace
	p.Says.Layer = policy.ClientProxy
	if m := routeMesh(r); m != nil {
		p.Group, p.Merge = m.Group, true
	}
	return p
}

// apiRulePolicy reads what one rule says.
func apiRulePolicy(r *resource.Object, f *field.Reader, rule document.Node) policy.Set {
	says := policy.Set{Product: apiProduct(r)}
	if r.Kind != "HTTPRoute" {
		for _, name := range []string{"timeouts", "retry"} {
			if n := rule.Get(name); n.Exists() {
				f.Flaw(graph.Invalid, n, name, r.Kind+" does not have this field", "remove it, and set it in a policy of the controller", field.Remove)
			}
		}
		return says
	}
	timeout := policy.Timeout{
		Total:  f.Duration(rule, "timeouts", "request"),
		PerTry: f.Duration(rule, "timeouts", "backendRequest"),
	}
	if timeout.PerTry.Set() && slices.Contains(says.Product.Ignores, "timeout.perTry") {
		f.Flaw(graph.Inert, rule.Get("timeouts", "backendRequest"), "timeouts.backendRequest", "it takes timeouts.request alone",
			"set timeouts.request, or the annotation retry.linkerd.io/timeout")
		timeout.PerTry = policy.Setting[time.Duration]{}
	}
	if timeout.Total.Set() && timeout.PerTry.Set() && timeout.PerTry.Value > timeout.Total.Value {
		f.Flaw(graph.Invalid, rule.Get("timeouts", "backendRequest"), "timeouts.backendRequest",
			"is longer than timeouts.request", "set timeouts.backendRequest shorter than timeouts.request")
		timeout.PerTry = policy.Setting[time.Duration]{}
	}
	says.Timeout = field.Presence(timeout)
	if retry := r.Mapping(rule, "retry"); retry.Exists() {
		says.Retry = field.Presence(apiRetry(f.Within("retry"), retry))
	}
	return says
}

// apiRetry reads an HTTPRouteRetry, which covers broken connections beside its codes (GEP-1731).
func apiRetry(f *field.Reader, n document.Node) policy.Retry {
	var r policy.Retry
	if r.Retries = f.Count(0, n, "attempts"); r.Retries.Set() && r.Retries.Value == 0 {
		r.Retries = field.Off(f, n.Get("attempts"), 0)
	}
	for _, code := range n.Get("codes").List() {
		if status, ok := code.Int(); ok && status < 400 {
			f.Flaw(graph.Invalid, code, "codes", "only answers from 400 on are errors", "")
		}
	}
	if r.On = f.RetryOn(product.StatusCodes, n, "codes"); r.On.Set() {
		r.On = field.JoinOn(r.On, field.Written(f, n.Get("codes"), []string{policy.OnConnect}))
	}
	if base := f.Duration(n, "backoff"); base.Set() {
		r.Backoff = &policy.Backoff{Base: base}
	}
	return r
}

// apiMatches returns the part of the calls that a rule matches, "" for all.
func apiMatches(rule document.Node) string {
	matches := rule.Get("matches").List()
	if len(matches) == 0 {
		return ""
	}
	var texts []string
	for _, match := range matches {
		texts = append(texts, apiMatch(match))
	}
	return resource.EitherText(texts)
}

// apiMatch returns the condition of one match: "GET /cart*", or "shop.Cart/Add" of a
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
			words = append(words, strings.TrimSpace(resource.ConditionWords[field]+" "+condition.Get("name").Str()+" "+value))
		}
	}
	return strings.Join(words, " ")
}

// backendPolicy reads the limit of retries to a Service that the Gateway API has
// in its experimental kinds, XBackendTrafficPolicy and before it BackendLBPolicy.
func backendPolicy(r *resource.Object) {
	f := field.New(r.Document, product.GatewayDuration)
	n := r.Mapping(r.Spec, "retryConstraint")
	if !n.Exists() {
		return
	}
	path := []string{"budget", "percent"}
	if n.Get("budgetPercent").Exists() { // the older spelling
		path = []string{"budgetPercent"}
	}
	share := f.Within("retryConstraint").Percent(n, path...)
	if !n.Get(path...).Exists() {
		share = field.Supplied(f, n, 0.2)
	}
	share = field.BudgetShare(share, f.Within("retryConstraint").Count(0, n, "minRetryRate", "count"), 10)
	p := r.Policy(product.GatewayAPI, "backend", r.Root)
	p.ToIs = graph.Destination
	p.Says = policy.Set{Layer: policy.ClientProxy, Product: p.Product, Retry: field.Presence(policy.Retry{Budget: share})}
	p.Flaws = f.TakeFlaws()
	for _, target := range r.List(r.Spec, "targetRefs") {
		if to, ok := backendRef(r, target); ok {
			p.To = append(p.To, to)
		}
	}
	if len(p.To) > 0 {
		r.Facts.Policies = append(r.Facts.Policies, p)
	}
}
