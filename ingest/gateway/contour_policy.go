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

// contourProxies is the group of the root proxies, for which included proxies act.
var contourProxies = graph.Ref{Realm: "contour", Kind: "group", Name: "proxies"}

// contourPolicies reads the policies of each route of an HTTPProxy.
func contourPolicies(r *resource.Object) {
	f := field.New(r.Document, product.ContourDuration)
	from := graph.EndpointRef{Group: contourProxies}
	if r.Spec.Get("virtualhost").Exists() {
		from = graph.EndpointRef{Ref: r.Ref()}
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: contourProxies, Party: from, Origin: r.At(r.Root), Joins: true})
	}
	var parts []graph.Policy
	for i, route := range r.Spec.Get("routes").List() { // the longest condition wins, whatever the order
		p := r.Policy(product.Contour, "route", route)
		p.From, p.Match = []graph.EndpointRef{from}, contourMatch(route)
		for _, service := range route.Get("services").List() {
			if name := service.Get("name").Str(); name != "" {
				p.To = append(p.To, r.Service("", name))
			}
		}
		p.Says = contourRoute(f.Within(fmt.Sprintf("routes[%d]", i)), route)
		if len(p.To) > 0 {
			parts = append(parts, p)
		}
	}
	r.AddPolicies(f, parts...)
}

// contourMatch returns the part of the calls that a route matches.
func contourMatch(route document.Node) string {
	var words []string
	if path := route.Get("match").Str(); path != "" && path != "/" { // of the older IngressRoute
		words = append(words, path+"*")
	}
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

func contourRoute(f *field.Reader, route document.Node) policy.Set {
	s := policy.Set{Layer: policy.Gateway, Product: product.Contour}
	timeout := policy.Timeout{
		Total: f.Duration(route, "timeoutPolicy", "response"), Idle: f.Duration(route, "timeoutPolicy", "idle"),
	}
	if n := route.Get("retryPolicy"); n.Exists() {
		in := f.Within("retryPolicy")
		s.Retry = contourRetry(in, n)
		timeout.PerTry = in.Duration(n, "perTryTimeout")
	}
	s.Timeout = field.Presence(timeout)
	check, seconds := route.Get("healthCheckPolicy"), f.In(product.IngressNginxDuration).Within("healthCheckPolicy") // bare seconds
	s.HealthCheck = field.Presence(policy.HealthCheck{
		Interval: seconds.Duration(check, "intervalSeconds"), Timeout: seconds.Duration(check, "timeoutSeconds"),
		Failures: seconds.Count(0, check, "unhealthyThresholdCount"),
	})
	s.Balance = field.Presence(policy.Balance{Strategy: f.Word(contourBalance, route, "loadBalancerPolicy", "strategy")})
	limit, in := route.Get("rateLimitPolicy", "local"), f.Within("rateLimitPolicy.local")
	s.RateLimit = field.PerSecond(f, in.Count(1, limit, "requests"), in.Count(0, limit, "burst"))
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
func contourRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.Count(-1, n, "count"), On: f.RetryOn(product.ContourRetryOn, n, "retryOn")}
	switch {
	case !n.Get("count").Exists():
		r.Retries = field.Written(f, n, 1)
	case r.Retries.Set() && r.Retries.Value < 0:
		return &policy.Retry{Retries: field.Off(f, n.Get("count"), 0)}
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries.Value = 1
		f.Remark(graph.Invalid, n.Get("count"), "count", "0 means one retry", "write -1 for none")
	}
	codes := f.RetryOn(product.StatusCodes, n, "retriableStatusCodes")
	listed := false
	for _, word := range n.Get("retryOn").Strs() {
		listed = listed || strings.Contains(word, "retriable-status-codes")
	}
	switch {
	case codes.Set() && listed:
		on := append(r.On.Value, codes.Value...)
		slices.Sort(on)
		r.On = field.Written(f, n.Get("retriableStatusCodes"), slices.Compact(on))
	case codes.Set():
		f.Flaw(graph.Inert, n.Get("retriableStatusCodes"), "retriableStatusCodes", "status codes need the condition retriable-status-codes",
			"add retriable-status-codes to retryOn")
	}
	if len(r.On.Value) == 0 {
		r.On = policy.Setting[[]string]{}
	}
	return &r
}

// ContourAnnotations reads the limits in the annotations of a Service, and the
// timeouts and retries in those of an Ingress.
func ContourAnnotations(o *resource.Object) {
	ingress := o.IsIngress("contour")
	if !ingress && o.Kind != "Service" {
		return
	}
	annotations := o.Meta.Get("annotations")
	f := o.Annotations("projectcontour.io/", product.ContourDuration)
	p := o.Policy(product.Contour, "annotations", annotations)
	p.Says = policy.Set{Layer: policy.Gateway, Product: product.Contour}
	if ingress {
		p.From = []graph.EndpointRef{{Ref: o.Self}}
		p.Says.Timeout = field.Presence(policy.Timeout{
			Total: f.Duration(annotations, "response-timeout"), PerTry: f.Duration(annotations, "per-try-timeout"),
		})
		p.Says.Retry = field.Presence(policy.Retry{
			Retries: f.Count(0, annotations, "num-retries"), On: f.RetryOn(product.ContourRetryOn, annotations, "retry-on"),
		})
		if o.IngressClass() == "contour" || !p.Says.Empty() {
			o.JoinIngresses("contour")
		}
	} else {
		p.From, p.To = []graph.EndpointRef{{Group: contourProxies}, {Group: resource.IngressesOf("contour")}}, []graph.EndpointRef{{Ref: o.Self}}
		p.Says.Bulkhead = field.Presence(policy.Bulkhead{
			MaxConnections: f.Count(0, annotations, "max-connections"), MaxPending: f.Count(0, annotations, "max-pending-requests"),
			MaxConcurrent: f.Count(0, annotations, "max-requests"), MaxRetries: f.Count(0, annotations, "max-retries"),
		})
	}
	o.AddPolicies(f, p)
}
