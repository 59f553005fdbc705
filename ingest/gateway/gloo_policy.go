package gateway

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The ranks of Gloo's options: what a route has by itself, then the object that it delegates them to,
// then those of its virtual host. Each adds what the ones before leave out.
const (
	glooHostOption = iota
	glooHost
	glooRouteOption
	glooRoute
)

// glooRoutePolicies reads the options of the routes of an object.
func glooRoutePolicies(r *resource.Object, routes []glooDestined) {
	f := field.New(r.Document, product.GlooDuration)
	var parts []graph.Policy
	for i, d := range routes {
		if i > 0 && routes[i-1].number == d.number {
			last := &parts[len(parts)-1]
			last.To = append(last.To, d.to)
			continue
		}
		p := glooPolicy(r, d.route, glooRoute)
		p.Of, p.To, p.Match = r.Ref(), []graph.EndpointRef{d.to}, d.match
		p.Says = glooOptions(f.Within(fmt.Sprintf("routes[%d].options", d.number)), d.route.Get("options"))
		parts = append(parts, p)
	}
	glooAdd(r, f, parts)
}

// glooHostPolicies reads the options of a virtual host, which are for all of its routes.
func glooHostPolicies(r *resource.Object, host document.Node) {
	f := field.New(r.Document, product.GlooDuration)
	p := glooPolicy(r, host, glooHost)
	p.Of = r.Ref()
	p.Says = glooOptions(f.Within("virtualHost.options"), host.Get("options"))
	glooAdd(r, f, []graph.Policy{p})
}

// glooOption reads a RouteOption or VirtualHostOption: for what delegates its options to it, or for routes
// and Gateways of the Gateway API.
func glooOption(r *resource.Object) {
	f := field.New(r.Document, product.GlooDuration)
	rank := glooRouteOption
	if r.Kind == "VirtualHostOption" {
		rank = glooHostOption
	}
	p := glooPolicy(r, r.Root, rank)
	p.InOrder = true
	p.Says = glooOptions(f.Within("options"), r.Spec.Get("options"))
	var parts []graph.Policy
	for _, at := range targetsOf(r, f) {
		p, target := p, namedTarget(r, at)
		if target.aim(r, &p) {
			p.Rank, p.Base, p.Nearest = rank, false, false
			parts = append(parts, p)
		}
	}
	if !r.Spec.Get("targetRefs").Exists() {
		p.Of = r.Ref()
		parts = append(parts, p)
	}
	glooAdd(r, f, parts)
}

// glooPolicy starts a policy with options.
func glooPolicy(r *resource.Object, at document.Node, rank int) graph.Policy {
	p := r.Policy(product.Gloo, "options", at)
	p.Merge, p.Rank = true, rank
	return p
}

// glooAdd adds the policies that say something, or that another object adds to.
func glooAdd(r *resource.Object, f *field.Reader, parts []graph.Policy) {
	flaws := f.TakeFlaws()
	for _, p := range parts {
		if p.Flaws = flaws; !p.Says.Empty() || flaws != nil {
			r.Facts.Policies = append(r.Facts.Policies, p)
			flaws = nil // reported once
		}
	}
}

// glooDelegated returns the objects to which a route or virtual host delegates its options. Of several
// ones the first that has a field counts.
func glooDelegated(r *resource.Object, n document.Node, kind string) []graph.Ref {
	var options []graph.Ref
	for _, ref := range r.List(n, "optionsConfigRefs", "delegateOptions") {
		if name := r.Text(ref, "name"); name != "" {
			options = append(options, r.RefTo(kind, r.Text(ref, "namespace"), name))
		}
	}
	return options
}

// glooOptions reads the options of a route or virtual host. Its retries are taken whole.
func glooOptions(f *field.Reader, n document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Gloo}
	timeout := policy.Timeout{Total: f.Duration(n, "timeout"), Idle: f.Duration(n, "idleTimeout")}
	if retry := n.Get("retries"); retry.IsMap() {
		in := f.Within("retries")
		if timeout.PerTry = in.Duration(retry, "perTryTimeout"); !retry.Get("perTryTimeout").Exists() {
			timeout.PerTry = policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: f.At(retry)}
		}
		if s.Retry = glooRetry(in, retry); !retry.Get("retryOn").Exists() {
			f.Flaw(graph.Inert, retry, "retries", "nothing is retried without retryOn", "add retryOn", field.Beside("retryOn", "connect-failure,refused-stream"))
		}
	}
	s.Timeout = field.Presence(timeout)
	return s
}

// glooRetry reads a retry policy: one retry unless it says more, on nothing without a condition.
func glooRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := policy.Retry{
		Retries: f.Count(0, n, "numRetries"), On: f.RetryOn(product.EnvoyRetryOn, n, "retryOn"),
		Backoff: field.Presence(policy.Backoff{Base: f.Positive(n, "retryBackOff", "baseInterval"), Max: f.Positive(n, "retryBackOff", "maxInterval")}),
	}
	switch {
	case !n.Get("numRetries").Exists():
		r.Retries = field.Written(f, n, 1) // the block declares it
	case r.Retries.Set() && r.Retries.Value == 0:
		f.Reading(n.Get("numRetries"), "numRetries", "0 counts as not written, which is one retry", "remove retries for none")
		r.Retries.Value = 1
	}
	if codes := f.RetryOn(product.StatusCodes, n, "retriableStatusCodes"); codes.Set() {
		r.On = field.JoinOn(r.On, codes)
	}
	if !n.Get("retryOn").Exists() {
		return &policy.Retry{Retries: field.Off(f, n, 0)}
	}
	return &r
}

// glooUpstreamPolicies reads the limits of an upstream, for all calls of Gloo's gateways that lead to it.
func glooUpstreamPolicies(r *resource.Object) {
	f := field.New(r.Document, product.GlooDuration)
	p := r.Policy(product.Gloo, "upstream", r.Root)
	p.Of, p.To = r.Ref(), []graph.EndpointRef{{Group: r.Ref()}}
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Gloo}
	p.Says.Timeout = field.Presence(policy.Timeout{Connect: f.Within("connectionConfig").Positive(r.Spec, "connectionConfig", "connectTimeout")})
	limits, in := r.Spec.Get("circuitBreakers"), f.Within("circuitBreakers")
	p.Says.Bulkhead = field.Presence(policy.Bulkhead{
		MaxConnections: in.Count(0, limits, "maxConnections"), MaxPending: in.Count(0, limits, "maxPendingRequests"),
		MaxConcurrent: in.Count(0, limits, "maxRequests"), MaxRetries: in.Count(0, limits, "maxRetries"),
	})
	if outliers := r.Spec.Get("outlierDetection"); outliers.IsMap() {
		in := f.Within("outlierDetection")
		p.Says.Breaker = &policy.Breaker{
			Kind: field.Written(f, outliers, "endpoint"), Failures: in.Count(0, outliers, "consecutive5xx"), Gateway: in.Count(0, outliers, "consecutiveGatewayFailure"),
			Window: in.Positive(outliers, "interval"), Open: in.Positive(outliers, "baseEjectionTime"), MaxEject: in.Percent(outliers, "maxEjectionPercent"),
		}
	}
	r.AddPolicies(f, p)
}
