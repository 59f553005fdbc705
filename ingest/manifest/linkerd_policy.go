package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// linkerdGroup holds all that Linkerd's proxies look up for one Service: its
// annotations, under those of routes, under a ServiceProfile, which lets nothing
// else act.
const linkerdGroup = "service"

// rankServiceProfile is above that of any rule of a route.
const rankServiceProfile = 1 << 20

// The annotations by which Linkerd is told policies.
const (
	linkerdTimeout = "timeout.linkerd.io/"
	linkerdRetry   = "retry.linkerd.io/"
	linkerdAccrual = "balancer.linkerd.io/failure-accrual"
)

// linkerdAnnotated reports whether an object carries policies for Linkerd.
func linkerdAnnotated(annotations document.Node) bool {
	for key := range annotations.Pairs() {
		name := key.Str()
		if strings.HasPrefix(name, linkerdTimeout) || strings.HasPrefix(name, linkerdRetry) || strings.HasPrefix(name, linkerdAccrual) {
			return true
		}
	}
	return false
}

// linkerdService reads the policies in the annotations of a Service, which act in
// the proxies of its callers.
func linkerdService(o *object) {
	annotations := o.meta.Get("annotations")
	if o.kind != "Service" || !linkerdAnnotated(annotations) {
		return
	}
	f := newPolicyFields(o.Document, product.LinkerdDuration)
	p := o.policy(product.Linkerd, linkerdGroup, annotations)
	p.To = []graph.EndpointRef{{Ref: o.self}}
	p.NeedsMesh = true
	p.Says = f.linkerdAnnotations(annotations)
	if o.spec.Get("clusterIP").Str() == "None" {
		f.flaw(graph.Unbound, annotations, "metadata.annotations", "Linkerd has no policies for a headless Service, whose pods are called each by its own address",
			"give the Service an address, or remove the annotations")
		p.Says = policy.Set{}
	}
	p.Flaws = f.takeFlaws()
	if !p.Says.Empty() || len(p.Flaws) > 0 {
		o.facts.Policies = append(o.facts.Policies, p)
	}
}

// linkerdRoute reads the policies in the annotations of a route. They go before
// what its rules say. Any of a family, timeouts or retries, takes the place of the
// whole family of its Service.
func (r *resource) linkerdRoute(annotations document.Node, parents []document.Node) {
	f := newPolicyFields(r.Document, product.LinkerdDuration)
	own := r.policy(product.Linkerd, linkerdGroup, annotations)
	own.NeedsMesh, own.Lookup, own.Merge = true, graph.NearCaller, true
	own.Rank = rankServiceProfile - 1
	own.Says = f.linkerdAnnotations(annotations)
	own.Flaws = f.takeFlaws()

	instead := own // below the rules
	instead.Rank, instead.Flaws = -rankServiceProfile, nil
	instead.Says = policy.Set{Layer: own.Says.Layer, Product: own.Product}
	none := policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: r.At(annotations)}
	if family(annotations, linkerdTimeout) {
		instead.Says.Timeout = &policy.Timeout{Total: none, Idle: none, ReadGap: none}
	}
	if family(annotations, linkerdRetry) {
		instead.Says = policy.Overlay(instead.Says, policy.Set{
			Layer: own.Says.Layer, Product: own.Product, Timeout: &policy.Timeout{PerTry: none},
		})
		instead.Says.Retry = &policy.Retry{On: policy.Setting[[]string]{Provenance: policy.Absent, Origin: r.At(annotations)}}
	}
	for _, parent := range parents {
		service, ok := r.routeParent(parent)
		if !ok || !isService(service) {
			continue
		}
		for _, p := range []graph.Policy{own, instead} {
			p.To, p.Port = []graph.EndpointRef{service}, portNumber(parent.Get("port"))
			r.facts.Policies = append(r.facts.Policies, p)
		}
		own.Flaws = nil // told once
	}
}

// family reports whether any annotation begins with prefix.
func family(annotations document.Node, prefix string) bool {
	for key := range annotations.Pairs() {
		if strings.HasPrefix(key.Str(), prefix) {
			return true
		}
	}
	return false
}

// linkerdAnnotations reads the annotations of a Service or route.
func (f *policyFields) linkerdAnnotations(n document.Node) policy.Set {
	says := policy.Set{Layer: policy.ClientProxy, Product: product.Linkerd}
	timeout := policy.Timeout{
		Total:   f.duration(n, linkerdTimeout+"request"),
		ReadGap: f.duration(n, linkerdTimeout+"response"), // of the answer's stream, not of the call
		Idle:    f.duration(n, linkerdTimeout+"idle"),
		PerTry:  f.duration(n, linkerdRetry+"timeout"),
	}
	says.Timeout = presence(timeout)
	says.Retry = f.linkerdRetries(n, timeout.PerTry)
	says.Breaker = f.failureAccrual(n)
	return says
}

// linkerdRetries reads the retry annotations, any of which turns retries on.
func (f *policyFields) linkerdRetries(n document.Node, perTry policy.Setting[time.Duration]) *policy.Retry {
	if !family(n, linkerdRetry) {
		return nil
	}
	on := f.retryOn(product.LinkerdRetryHTTP, n, linkerdRetry+"http")
	rpc := f.retryOn(product.LinkerdRetryGRPC, n, linkerdRetry+"grpc")
	on = joinOn(on, rpc)
	if perTry.Set() {
		on = joinOn(on, policy.Setting[[]string]{Value: []string{policy.OnPerTry}, Provenance: perTry.Provenance, Origin: perTry.Origin})
	}
	limit := n.Get(linkerdRetry + "limit")
	retries := f.count(0, n, linkerdRetry+"limit")
	unknown := n.Get(linkerdRetry+"http").Exists() || n.Get(linkerdRetry+"grpc").Exists() || n.Get(linkerdRetry+"timeout").Exists()
	switch {
	case retries.Set() && retries.Value == 0:
		f.flaw(graph.Inert, limit, linkerdRetry+"limit", "a limit of 0 counts as unset",
			"remove all retry annotations to have no retries")
		retries = policy.Setting[int]{}
	case limit.Exists() && !unknown:
		f.flaw(graph.Inert, limit, linkerdRetry+"limit", "a limit without conditions retries on nothing",
			"add retry.linkerd.io/http or retry.linkerd.io/grpc")
		return &policy.Retry{Retries: off(f, limit, 0)}
	}
	if !on.Set() && !limit.Exists() && !unknown {
		return nil
	}
	if retries.Provenance == policy.Unknown && on.Set() {
		retries = supplied(f, n, 1)
	}
	return presence(policy.Retry{Retries: retries, On: on})
}

// joinOn returns the conditions of both, at the place of the first that has any.
func joinOn(a, b policy.Setting[[]string]) policy.Setting[[]string] {
	if !a.Set() {
		return b
	}
	a.Value = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.Value, b.Value))))
	return a
}

// failureAccrual reads the breaker, which takes single endpoints out.
func (f *policyFields) failureAccrual(n document.Node) *policy.Breaker {
	mode := n.Get(linkerdAccrual)
	if !mode.Exists() {
		for key, value := range n.Pairs() {
			if strings.HasPrefix(key.Str(), linkerdAccrual+"-") {
				f.flaw(graph.Inert, value, key.Str(), "failure accrual is off without its own annotation",
					`set `+linkerdAccrual+`: consecutive`)
			}
		}
		return nil
	}
	kind := f.word(map[string]string{"consecutive": "endpoint", "unified": "endpoint"}, n, linkerdAccrual)
	if !kind.Set() {
		return nil
	}
	least, most := f.duration(n, linkerdAccrual+"-consecutive-min-penalty"), f.duration(n, linkerdAccrual+"-consecutive-max-penalty")
	if least.Set() && most.Set() && most.Value < least.Value {
		f.flaw(graph.Invalid, n.Get(linkerdAccrual+"-consecutive-max-penalty"), linkerdAccrual+"-consecutive-max-penalty",
			"is less than the min-penalty", "make it as long at least")
	}
	parsed(f, n, []string{linkerdAccrual + "-consecutive-jitter-ratio"}, "a number", parseJitterRatio)
	return &policy.Breaker{
		Kind:     kind,
		Failures: f.count(1, n, linkerdAccrual+"-consecutive-max-failures"),
		Open:     least,
	}
}

// parseJitterRatio reads how much may be added to a penalty, in parts of it.
func parseJitterRatio(text string) (float64, error) {
	ratio, err := strconv.ParseFloat(text, 64)
	if err != nil || !(0 <= ratio && ratio <= 100) {
		return 0, &policy.ValueError{Text: text, Why: "is not a ratio from 0 to 100", Hint: `write "0.5" for up to half a penalty more`}
	}
	return ratio, nil
}

// serviceProfile reads a ServiceProfile. It is for a host in the namespace of the
// callers or of the callee, and whatever it leaves out, nothing else says for
// that host.
func serviceProfile(r *resource) {
	f := newPolicyFields(r.Document, product.LinkerdDuration)
	if name := r.Root.Get("metadata", "name"); r.name != "" && !strings.Contains(r.name, ".") {
		p := r.policy(product.Linkerd, linkerdGroup, r.Root)
		f.flaw(graph.Unbound, name, "metadata.name", "a ServiceProfile is looked up by the full name of its service",
			fmt.Sprintf("name it %q", r.name+"."+orText(r.namespace, "NAMESPACE")+".svc.cluster.local"))
		p.Flaws = f.takeFlaws()
		r.facts.Policies = append(r.facts.Policies, p)
		return
	}
	base := r.policy(product.Linkerd, linkerdGroup, r.Root)
	base.To = []graph.EndpointRef{r.host(r.name)}
	base.NeedsMesh, base.Lookup = true, graph.NearCaller
	base.Says = policy.Set{Layer: policy.ClientProxy, Product: product.Linkerd}

	routes := r.list(r.spec, "routes")
	for i, route := range routes {
		p := base
		p.Origin = r.At(route)
		p.Match = profileMatch(route.Get("condition"))
		p.Rank = rankServiceProfile + len(routes) - i
		p.Says.Timeout = presence(policy.Timeout{Total: f.within("routes").duration(route, "timeout")})
		if retryable, _ := route.Get("isRetryable").Bool(); retryable {
			p.Says.Retry = f.profileRetry(route.Get("isRetryable"), r.spec.Get("retryBudget"))
		}
		p.Flaws = f.takeFlaws()
		r.facts.Policies = append(r.facts.Policies, p)
	}
	base.Rank = rankServiceProfile // the calls that no route is about
	r.facts.Policies = append(r.facts.Policies, base)
}

// profileRetry reads the retries of a route, which only their budget ends.
func (f *policyFields) profileRetry(at, budget document.Node) *policy.Retry {
	ratio := parsed(f.within("retryBudget"), budget, []string{"retryRatio"}, "a number", policy.ParseRatio)
	if !budget.Get("retryRatio").Exists() {
		ratio = supplied(f, at, 0.2)
	}
	return &policy.Retry{
		Retries: written(f, at, -1),
		On:      supplied(f, at, []string{policy.On5xx}),
		Budget:  ratio,
	}
}

// profileMatch tells which calls a route of a ServiceProfile is about, "" for all.
// Conditions made of others are told as such.
func profileMatch(condition document.Node) string {
	var words []string
	if method := condition.Get("method").Str(); method != "" {
		words = append(words, method)
	}
	if path := condition.Get("pathRegex").Str(); path != "" && path != ".*" && path != "/.*" {
		words = append(words, "~"+path)
	}
	for _, each := range []struct{ key, between string }{{"all", " and "}, {"any", " or "}} {
		var parts []string
		for _, part := range condition.Get(each.key).List() {
			if text := flatMatch(part); text != "" {
				parts = append(parts, text)
			}
		}
		if parts != nil {
			words = append(words, strings.Join(parts, each.between))
		}
	}
	if text := flatMatch(condition.Get("not")); text != "" {
		words = append(words, "not "+text)
	}
	return strings.Join(words, " ")
}

// flatMatch tells a condition inside another, without going further.
func flatMatch(condition document.Node) string {
	words := []string{condition.Get("method").Str(), condition.Get("pathRegex").Str()}
	if words[1] != "" {
		words[1] = "~" + words[1]
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// linkerdRateLimit reads how many requests a Server lets in, whoever they are from.
func linkerdRateLimit(r *resource) {
	f := newPolicyFields(r.Document, product.LinkerdDuration)
	target := r.mapping(r.spec, "targetRef")
	name := r.text(target, "name")
	requests := f.count(1, r.spec, "total", "requestsPerSecond")
	p := r.policy(product.Linkerd, "rate-limit", r.Root)
	p.Says = policy.Set{Layer: policy.ServerProxy, Product: product.Linkerd}
	if requests.Set() {
		p.Says.RateLimit = &policy.RateLimit{Requests: requests, Per: supplied(f, r.spec.Get("total"), time.Second)}
	}
	p.Flaws = f.takeFlaws()
	if name == "" || p.Says.Empty() && len(p.Flaws) == 0 {
		return
	}
	p.To = []graph.EndpointRef{r.group("Server", "", name)}
	r.facts.Policies = append(r.facts.Policies, p)
}
