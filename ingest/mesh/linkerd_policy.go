package mesh

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/gateway"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// linkerdGroup holds all that Linkerd's proxies look up for one Service: its
// annotations, under those of routes, under a ServiceProfile, which lets nothing
// else act.
const linkerdGroup = "service"

// rankServiceProfile is above that of any rule of a route.
const rankServiceProfile = 1 << 20

// The annotations that hold policies of Linkerd.
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

// LinkerdService reads the policies in the annotations of a Service, which act in
// the proxies of its callers.
func LinkerdService(o *resource.Object) {
	annotations := o.Meta.Get("annotations")
	if o.Kind != "Service" || !linkerdAnnotated(annotations) {
		return
	}
	f := field.New(o.Document, product.LinkerdDuration)
	p := o.Policy(product.Linkerd, linkerdGroup, annotations)
	p.To, p.ToIs = []graph.EndpointRef{{Ref: o.Self}}, graph.NamedHost
	p.NeedsMesh = true
	p.Says = linkerdAnnotations(f, annotations)
	if o.Spec.Get("clusterIP").Str() == "None" {
		f.Flaw(graph.Unbound, annotations, "metadata.annotations", "Linkerd ignores policies of a headless Service, whose pods are called by their own addresses",
			"remove clusterIP: None of the Service, or remove the annotations", onlyLinkerd(annotations))
		p.Says = policy.Set{}
	}
	p.Flaws = f.TakeFlaws()
	if !p.Says.Empty() || len(p.Flaws) > 0 {
		o.Facts.Policies = append(o.Facts.Policies, p)
	}
}

// LinkerdRoutes are the routes that act in Linkerd's proxies.
var LinkerdRoutes = gateway.RouteMesh{
	Product: product.Linkerd, Group: linkerdGroup,
	Route: func(r *resource.Object) bool {
		return r.Head.Group() == "policy.linkerd.io" || linkerdAnnotated(r.Root.Get("metadata", "annotations"))
	},
	Annotations: linkerdRoute,
}

// linkerdRoute reads the policies in the annotations of a route. They go before
// what its rules say. Any of a family, timeouts or retries, takes the place of the
// whole family of its Service.
func linkerdRoute(r *resource.Object, parents []document.Node) {
	annotations := r.Root.Get("metadata", "annotations")
	if !linkerdAnnotated(annotations) {
		return
	}
	f := field.New(r.Document, product.LinkerdDuration)
	own := r.Policy(product.Linkerd, linkerdGroup, annotations)
	own.NeedsMesh, own.Lookup, own.Merge, own.ToIs = true, graph.NearCaller, true, graph.NamedHost
	own.Rank = rankServiceProfile - 1
	own.Says = linkerdAnnotations(f, annotations)
	own.Flaws = f.TakeFlaws()

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
		service, ok := gateway.RouteParent(r, parent)
		if !ok || !gateway.IsService(service) {
			continue
		}
		for _, p := range []graph.Policy{own, instead} {
			p.To, p.Port = []graph.EndpointRef{service}, resource.PortNumber(parent.Get("port"))
			r.Facts.Policies = append(r.Facts.Policies, p)
		}
		own.Flaws = nil // reported once
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
func linkerdAnnotations(f *field.Reader, n document.Node) policy.Set {
	f.RefuseUnquoted(n, linkerdTimeout, linkerdRetry, "balancer.linkerd.io/")
	unknownLinkerdNames(f, n)
	says := policy.Set{Layer: policy.ClientProxy, Product: product.Linkerd}
	timeout := policy.Timeout{
		Total:   f.Duration(n, linkerdTimeout+"request"),
		ReadGap: f.Duration(n, linkerdTimeout+"response"), // of the answer's stream, not of the call
		Idle:    f.Duration(n, linkerdTimeout+"idle"),
		PerTry:  f.Duration(n, linkerdRetry+"timeout"),
	}
	says.Timeout = field.Presence(timeout)
	says.Retry = linkerdRetries(f, n, timeout.PerTry)
	says.Breaker = failureAccrual(f, n)
	return says
}

// linkerdRetries reads the retry annotations, any of which turns retries on.
func linkerdRetries(f *field.Reader, n document.Node, perTry policy.Setting[time.Duration]) *policy.Retry {
	if !family(n, linkerdRetry) {
		return nil
	}
	on := f.RetryOn(product.LinkerdRetryHTTP, n, linkerdRetry+"http")
	rpc := f.RetryOn(product.LinkerdRetryGRPC, n, linkerdRetry+"grpc")
	on = field.JoinOn(on, rpc)
	if perTry.Set() {
		on = field.JoinOn(on, policy.Setting[[]string]{Value: []string{policy.OnPerTry}, Provenance: perTry.Provenance, Origin: perTry.Origin})
	}
	limit := n.Get(linkerdRetry + "limit")
	retries := f.Count(0, n, linkerdRetry+"limit")
	unknown := n.Get(linkerdRetry+"http").Exists() || n.Get(linkerdRetry+"grpc").Exists() || n.Get(linkerdRetry+"timeout").Exists()
	switch {
	case retries.Set() && retries.Value == 0:
		f.Flaw(graph.Inert, limit, linkerdRetry+"limit", "a limit of 0 means unset",
			"remove all retry annotations to turn retries off")
		retries = policy.Setting[int]{}
	case limit.Exists() && !unknown:
		f.Flaw(graph.Inert, limit, linkerdRetry+"limit", "nothing is retried without a retry condition",
			"add retry.linkerd.io/http or retry.linkerd.io/grpc", field.Beside("["+linkerdRetry+"http]", "gateway-error"))
		return &policy.Retry{Retries: field.Off(f, limit, 0)}
	}
	if !on.Set() && !limit.Exists() && !unknown {
		return nil
	}
	if retries.Provenance == policy.Unknown && on.Set() {
		retries = field.Supplied(f, n, 1)
	}
	return field.Presence(policy.Retry{Retries: retries, On: on})
}

// failureAccrual reads the breaker, which takes single endpoints out.
func failureAccrual(f *field.Reader, n document.Node) *policy.Breaker {
	mode := n.Get(linkerdAccrual)
	if !mode.Exists() {
		for key, value := range n.Pairs() {
			if strings.HasPrefix(key.Str(), linkerdAccrual+"-") {
				f.Flaw(graph.Inert, value, key.Str(), "failure accrual is off without its own annotation",
					`set `+linkerdAccrual+`: consecutive`, field.Beside("["+linkerdAccrual+"]", "consecutive"))
			}
		}
		return nil
	}
	kind := f.Word(map[string]string{"consecutive": "endpoint", "unified": "endpoint"}, n, linkerdAccrual)
	if !kind.Set() {
		return nil
	}
	least, most := f.Duration(n, linkerdAccrual+"-consecutive-min-penalty"), f.Duration(n, linkerdAccrual+"-consecutive-max-penalty")
	if least.Set() && most.Set() && most.Value < least.Value {
		f.Flaw(graph.Invalid, n.Get(linkerdAccrual+"-consecutive-max-penalty"), linkerdAccrual+"-consecutive-max-penalty",
			"is shorter than the min-penalty", "set it to the min-penalty or more", field.Instead(n.Get(linkerdAccrual+"-consecutive-min-penalty").Str()))
	}
	field.Parsed(f, n, []string{linkerdAccrual + "-consecutive-jitter-ratio"}, "a number", parseJitterRatio)
	return &policy.Breaker{
		Kind:     kind,
		Failures: f.Count(1, n, linkerdAccrual+"-consecutive-max-failures"),
		Open:     least,
	}
}

// parseJitterRatio reads how much may be added to a penalty, in parts of it.
func parseJitterRatio(text string) (float64, error) {
	ratio, err := strconv.ParseFloat(text, 64)
	if err != nil || !(0 <= ratio && ratio <= 100) {
		return 0, &policy.ValueError{Text: text, Why: "is not a ratio from 0 to 100", Hint: `write "0.5" for a jitter of up to half the penalty`}
	}
	return ratio, nil
}

// serviceProfile reads a ServiceProfile. It is for a host in the namespace of the
// callers or of the callee, and whatever it leaves out, nothing else says for
// that host.
func serviceProfile(r *resource.Object) {
	f := field.New(r.Document, product.LinkerdDuration)
	base := r.Policy(product.Linkerd, linkerdGroup, r.Root)
	base.To, base.ToIs = []graph.EndpointRef{r.Host(r.Name)}, graph.NamedHost
	full := profileName(r)
	if full != "" {
		var fixes []field.Fix
		if r.Namespace != "" {
			fixes = append(fixes, field.Instead(full))
		}
		f.Flaw(graph.Unbound, r.Root.Get("metadata", "name"), "metadata.name", "a ServiceProfile is looked up by the full name of its service", fmt.Sprintf("name it %q", full),
			append(fixes, field.Refers(r.Ref()))...)
		base.To, base.Of = []graph.EndpointRef{r.Host(full)}, r.Ref() // through which no call goes
	}
	base.NeedsMesh, base.Lookup = true, graph.NearCaller
	base.Says = policy.Set{Layer: policy.ClientProxy, Product: product.Linkerd}

	base.Rank = rankServiceProfile
	base.Says = profileSilence(r)
	if full == "" {
		profileDestinations(r, base.RouteRule())
	}
	routes := r.List(r.Spec, "routes")
	for i, route := range routes {
		p := base
		p.Origin = r.At(route)
		p.Match = profileMatch(route.Get("condition"))
		p.Rank = rankServiceProfile + len(routes) - i
		if total := f.Within("routes").Duration(route, "timeout"); total.Provenance != policy.Unknown {
			p.Says.Timeout = &policy.Timeout{Total: total}
		}
		if retryable, _ := route.Get("isRetryable").Bool(); retryable {
			p.Says.Retry, p.Idempotent = profileRetry(f, route.Get("isRetryable"), r.Spec.Get("retryBudget")), true
		}
		p.Flaws = f.TakeFlaws()
		r.Facts.Policies = append(r.Facts.Policies, p)
	}
	// The calls that no route is about:
	base.Flaws = f.TakeFlaws()
	r.Facts.Policies = append(r.Facts.Policies, base)
}

// profileName returns the name that a ServiceProfile with a short name should have, "cart" or "cart.shop" in
// the namespace shop, and empty for one that is named in full or after a host outside.
func profileName(r *resource.Object) string {
	labels := strings.Split(strings.Trim(r.Name, "."), ".")
	namespace := cmp.Or(r.Namespace, "NAMESPACE")
	switch {
	case r.Name == "":
		return ""
	case len(labels) == 3 && labels[2] == "svc":
		namespace = labels[1]
	case len(labels) > 2, len(labels) == 2 && labels[1] != r.Namespace:
		return ""
	}
	return labels[0] + "." + namespace + ".svc.cluster.local"
}

// profileSilence is what a ServiceProfile says of calls that it says nothing of: that they have
// no timeout, no retries and no failure accrual, whatever annotations the Service has.
func profileSilence(r *resource.Object) policy.Set {
	at := r.At(r.Root)
	return policy.Set{
		Layer: policy.ClientProxy, Product: product.Linkerd,
		Timeout: &policy.Timeout{Total: policy.Setting[time.Duration]{Provenance: policy.Absent, Origin: at}},
		Retry:   &policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Absent, Origin: at}},
		Breaker: &policy.Breaker{Kind: policy.Setting[string]{Provenance: policy.Absent, Origin: at}},
	}
}

// profileDestinations reads the services that share the requests for the host of a
// ServiceProfile. Without any they stay there, whatever routes say.
func profileDestinations(r *resource.Object, rule *graph.RouteRule) {
	e := graph.Evidence{Way: "service-profile", Strength: graph.Strong, Via: []graph.Ref{r.Ref()}}
	overrides := r.List(r.Spec, "dstOverrides")
	weights := make([]float64, len(overrides))
	for i, override := range overrides {
		weights[i] = quantity(override.Get("weight").Str())
	}
	for i, share := range r.SharesOf(r.Spec.Get("dstOverrides"), "", weights) {
		e.In, e.Strength = share.In, share.Strength
		if to, ok := address.Parse(r.Text(overrides[i], "authority")); ok {
			r.Route(r.Host(r.Name), resource.HostIn(r.Namespace, to.Host, to.Port), overrides[i], rule, e)
		}
	}
	if len(overrides) == 0 {
		r.Route(r.Host(r.Name), r.Host(r.Name), r.Root, rule, e)
	}
}

// quantity reads a number in the form of Kubernetes, "500m" or "1"; what is none is 0.
func quantity(text string) float64 {
	scale := 1.0
	if thousandths, ok := strings.CutSuffix(text, "m"); ok {
		text, scale = thousandths, 0.001
	}
	n, _ := strconv.ParseFloat(text, 64)
	return n * scale
}

// profileRetry reads the retries of a route, which only their budget ends.
func profileRetry(f *field.Reader, at, budget document.Node) *policy.Retry {
	ratio := field.Parsed(f.Within("retryBudget"), budget, []string{"retryRatio"}, "a number", policy.ParseRatio)
	if !budget.Get("retryRatio").Exists() {
		ratio = field.Supplied(f, at, 0.2)
	}
	return &policy.Retry{
		Retries: field.Written(f, at, -1),
		On:      field.Supplied(f, at, []string{policy.On5xx}),
		Budget:  field.BudgetShare(ratio, f.Within("retryBudget").Count(0, budget, "minRetriesPerSecond"), 10),
	}
}

// profileMatch returns which calls a route of a ServiceProfile matches, "" for all.
// Conditions made of others are written with all, any and not.
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

// flatMatch returns a condition inside another, one level deep.
func flatMatch(condition document.Node) string {
	words := []string{condition.Get("method").Str(), condition.Get("pathRegex").Str()}
	if words[1] != "" {
		words[1] = "~" + words[1]
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// linkerdRateLimit reads how many requests a Server lets in, whoever they are from.
func linkerdRateLimit(r *resource.Object) {
	f := field.New(r.Document, product.LinkerdDuration)
	target := r.Mapping(r.Spec, "targetRef")
	name := r.Text(target, "name")
	requests := f.Count(1, r.Spec, "total", "requestsPerSecond")
	p := r.Policy(product.Linkerd, "rate-limit", r.Root)
	p.Says = policy.Set{Layer: policy.ServerProxy, Product: product.Linkerd}
	if requests.Set() {
		p.Says.RateLimit = &policy.RateLimit{Requests: requests, Per: field.Supplied(f, r.Spec.Get("total"), time.Second)}
	}
	p.Flaws = f.TakeFlaws()
	if name == "" || p.Says.Empty() && len(p.Flaws) == 0 {
		return
	}
	p.To = []graph.EndpointRef{r.Group("Server", "", name)}
	r.Facts.Policies = append(r.Facts.Policies, p)
}

// onlyLinkerd takes annotations away if all of them are Linkerd's.
func onlyLinkerd(annotations document.Node) field.Fix {
	for key := range annotations.Pairs() {
		if !strings.Contains(key.Str(), "linkerd.io/") {
			return field.Partly
		}
	}
	return field.Remove
}
