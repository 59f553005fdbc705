package manifest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// contourProxies is the group of the proxies that let calls in, which those that
// they include act for.
var contourProxies = graph.Ref{Realm: "contour", Kind: "group", Name: "proxies"}

// contourPolicies reads the policies of each route of an HTTPProxy.
func contourPolicies(r *resource) {
	f := newPolicyFields(r.Document, product.ContourDuration)
	from := graph.EndpointRef{Group: contourProxies}
	if r.spec.Get("virtualhost").Exists() {
		from = graph.EndpointRef{Ref: r.ref()}
		r.facts.Members = append(r.facts.Members, graph.Member{Of: contourProxies, Party: from, Origin: r.At(r.Root), Joins: true})
	}
	var parts []graph.Policy
	for i, route := range r.spec.Get("routes").List() { // the longest condition wins, wherever it stands
		p := r.policy(product.Contour, "route", route)
		p.From, p.Match = []graph.EndpointRef{from}, contourMatch(route)
		for _, service := range route.Get("services").List() {
			if name := service.Get("name").Str(); name != "" {
				p.To = append(p.To, r.service("", name))
			}
		}
		p.Says = f.within(fmt.Sprintf("routes[%d]", i)).contourRoute(route)
		if len(p.To) > 0 {
			parts = append(parts, p)
		}
	}
	r.addPolicies(f, parts...)
}

// contourMatch tells the part of the calls that a route is for.
func contourMatch(route document.Node) string {
	var words []string
	for _, condition := range route.Get("conditions").List() {
		for key, value := range condition.Pairs() {
			switch text := value.Str(); key.Str() {
			case "prefix":
				if text != "/" {
					words = append(words, text+"*")
				}
			case "exact":
				words = append(words, text)
			case "regex":
				words = append(words, "~"+text)
			case "header", "queryParameter":
				words = append(words, strings.TrimSuffix(key.Str(), "Parameter")+" "+value.Get("name").Str())
			}
		}
	}
	return strings.Join(words, " ")
}

func (f *policyFields) contourRoute(route document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Contour}
	timeout := policy.Timeout{
		Total: f.duration(route, "timeoutPolicy", "response"), Idle: f.duration(route, "timeoutPolicy", "idle"),
	}
	if n := route.Get("retryPolicy"); n.Exists() {
		in := f.within("retryPolicy")
		s.Retry = in.contourRetry(n)
		timeout.PerTry = in.duration(n, "perTryTimeout")
	}
	s.Timeout = presence(timeout)
	check, seconds := route.Get("healthCheckPolicy"), f.in(product.IngressNginxDuration).within("healthCheckPolicy") // bare seconds
	s.HealthCheck = presence(policy.HealthCheck{
		Interval: seconds.duration(check, "intervalSeconds"), Timeout: seconds.duration(check, "timeoutSeconds"),
		Failures: seconds.count(0, check, "unhealthyThresholdCount"),
	})
	s.Balance = presence(policy.Balance{Strategy: f.word(contourBalance, route, "loadBalancerPolicy", "strategy")})
	limit, in := route.Get("rateLimitPolicy", "local"), f.within("rateLimitPolicy.local")
	s.RateLimit = perSecond(f, in.count(1, limit, "requests"), in.count(0, limit, "burst"))
	if s.RateLimit != nil {
		s.RateLimit.Per.Value = contourUnits[limit.Get("unit").Str()]
	}
	return s
}

var contourUnits = map[string]time.Duration{"": time.Second, "second": time.Second, "minute": time.Minute, "hour": time.Hour}

var contourBalance = map[string]string{
	"Random": "random", "RoundRobin": "round-robin", "WeightedLeastRequest": "least-request", "Cookie": "consistent-hash",
	"RequestHash": "consistent-hash",
}

// contourRetry reads a retry policy: one retry unless it says more, none for -1.
func (f *policyFields) contourRetry(n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.count(-1, n, "count"), On: f.retryOn(product.ContourRetryOn, n, "retryOn")}
	switch {
	case !n.Get("count").Exists():
		r.Retries = written(f, n, 1)
	case r.Retries.Set() && r.Retries.Value < 0:
		return &policy.Retry{Retries: off(f, n.Get("count"), 0)}
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries.Value = 1
		f.remark(graph.Invalid, n.Get("count"), "count", "0 is one retry here", "write -1 for none")
	}
	codes := f.retryOn(product.StatusCodes, n, "retriableStatusCodes")
	listed := false
	for _, word := range n.Get("retryOn").Strs() {
		listed = listed || strings.Contains(word, "retriable-status-codes")
	}
	switch {
	case codes.Set() && listed:
		on := append(r.On.Value, codes.Value...)
		slices.Sort(on)
		r.On = written(f, n.Get("retriableStatusCodes"), slices.Compact(on))
	case codes.Set():
		f.flaw(graph.Inert, n.Get("retriableStatusCodes"), "retriableStatusCodes", "the codes are not among the conditions",
			"add retriable-status-codes to retryOn")
	}
	if len(r.On.Value) == 0 {
		r.On = policy.Setting[[]string]{}
	}
	return &r
}

// contourAnnotations reads the limits in the annotations of a Service, and the
// timeouts and retries in those of an Ingress.
func contourAnnotations(o *object) {
	annotations := o.meta.Get("annotations")
	f := o.annotations("projectcontour.io/", product.ContourDuration)
	p := o.policy(product.Contour, "annotations", annotations)
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Contour}
	switch {
	case o.kind == "Service":
		p.From, p.To = []graph.EndpointRef{{Group: contourProxies}, {Group: ingressesOf("contour")}}, []graph.EndpointRef{{Ref: o.self}}
		p.Says.Bulkhead = presence(policy.Bulkhead{
			MaxConnections: f.count(0, annotations, "max-connections"), MaxPending: f.count(0, annotations, "max-pending-requests"),
			MaxConcurrent: f.count(0, annotations, "max-requests"), MaxRetries: f.count(0, annotations, "max-retries"),
		})
	case o.isIngress("contour"):
		p.From = []graph.EndpointRef{{Ref: o.self}}
		p.Says.Timeout = presence(policy.Timeout{
			Total: f.duration(annotations, "response-timeout"), PerTry: f.duration(annotations, "per-try-timeout"),
		})
		p.Says.Retry = presence(policy.Retry{
			Retries: f.count(0, annotations, "num-retries"), On: f.retryOn(product.ContourRetryOn, annotations, "retry-on"),
		})
		if o.ingressClass() == "contour" || !p.Says.Empty() {
			o.joinIngresses("contour")
		}
	}
	o.addPolicies(f, p)
}
