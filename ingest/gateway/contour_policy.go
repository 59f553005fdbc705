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

// contourProxies is the group of the root proxies.
var contourProxies = graph.Ref{Realm: "contour", Kind: "group", Name: "proxies"}

// contourParty is the party whose calls the routes of a proxy are: a root, or the roots that lead to it.
func contourParty(r *resource.Object) graph.EndpointRef {
	from := contourSenders(r)
	if from.Group.IsZero() {
		r.Facts.Members = append(r.Facts.Members, graph.Member{Of: contourProxies, Party: from, Origin: r.At(r.Root), Joins: true})
	}
	return from
}

// contourRoutes returns the policies of each route of an HTTPProxy, which is included under
// conditions. Those of one root add to each other.
func contourRoutes(r *resource.Object, from graph.EndpointRef, conditions ...[]document.Node) []graph.Policy {
	f := field.New(r.Document, product.ContourDuration)
	var parts []graph.Policy
	for i, route := range r.Spec.Get("routes").List() { // the longest condition wins, whatever the order
		p := r.Policy(product.Contour, "route", route)
		p.From, p.Match = []graph.EndpointRef{from}, contourMatch(route, conditions...)
		p.Rank, p.MergeKey = len(p.Match), r.Subject()
		services := route.Get("services").List()
		shares := r.Shares(route, p.Match, services, 0)
		for i, service := range services {
			if name := service.Get("name").Str(); name != "" && shares[i].Strength != graph.Allowed {
				p.To = append(p.To, r.Service("", name))
			}
		}
		in := f.Within(fmt.Sprintf("routes[%d]", i))
		contourConditions(in, route.Get("conditions").List())
		p.Says = contourRoute(in, route)
		if len(p.To) > 0 {
			parts = append(parts, p)
		}
	}
	if len(parts) > 0 {
		parts[0].Flaws = f.TakeFlaws()
	}
	return parts
}

// contourConditions checks the conditions of a route: at most one path, which begins with a slash.
func contourConditions(f *field.Reader, conditions []document.Node) {
	paths := 0
	for _, condition := range conditions {
		for _, key := range []string{"prefix", "exact", "regex"} {
			n := condition.Get(key)
			if !n.Exists() {
				continue
			}
			if paths++; paths > 1 {
				f.Flaw(graph.Invalid, n, "conditions", "a route has one path; Contour refuses the HTTPProxy", "make it a route of its own")
			}
			if key != "regex" && !strings.HasPrefix(n.Str(), "/") {
				f.Flaw(graph.Invalid, n, "conditions."+key, "does not begin with a slash; Contour refuses the HTTPProxy", "write /"+n.Str())
			}
		}
	}
}

// contourMatch returns the part of the calls that a route matches which is included under
// conditions: their paths are put together.
func contourMatch(route document.Node, conditions ...[]document.Node) string {
	path, kind := "", "prefix"
	var words []string
	if own := route.Get("match").Str(); own != "" { // of the older IngressRoute
		path = own
	}
	for _, list := range append(slices.Clip(conditions), route.Get("conditions").List()) {
		for _, condition := range list {
			for key, value := range condition.Pairs() {
				switch text := value.Str(); key.Str() {
				case "prefix":
					path = strings.ReplaceAll(path+text, "//", "/")
				case "exact", "regex":
					kind = key.Str()
					if before := strings.TrimSuffix(path, "/"); kind == "exact" || before == "" {
						path = before + text
					} else {
						path = before + "(?:" + text + ")"
					}
				case "header", "queryParameter":
					words = append(words, strings.TrimSuffix(key.Str(), "Parameter")+" "+value.Get("name").Str())
				}
			}
		}
	}
	switch {
	case kind == "regex":
		words = append([]string{"~" + path}, words...)
	case kind == "exact":
		words = append([]string{path}, words...)
	case path != "" && path != "/":
		words = append([]string{path + "*"}, words...)
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

// contourRetry reads a retry policy: one retry unless it says more. A count of -1 is meant as none,
// but leaves it to Envoy, which makes one (retryPolicy of internal/envoy/v3).
func contourRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := policy.Retry{Retries: f.Count(-1, n, "count"), On: f.RetryOn(product.ContourRetryOn, n, "retryOn")}
	switch {
	case !n.Get("count").Exists():
		r.Retries = field.Written(f, n, 1)
	case r.Retries.Set() && r.Retries.Value <= 0:
		r.Retries.Value = 1
		f.Remark(graph.Invalid, n.Get("count"), "count", n.Get("count").Str()+" means one retry", "remove retryPolicy for none")
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
			"add retriable-status-codes to retryOn", field.Retried(codes.Value, "retryOn[+]", "retriable-status-codes"))
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
		p.Says.Retry = contourIngressRetry(f, annotations)
		if o.IngressClass() == "contour" || !p.Says.Empty() {
			o.JoinIngresses("contour")
		}
	} else {
		p.From, p.To = []graph.EndpointRef{{Group: contourProxies}, {Group: resource.IngressesOf("contour")}}, []graph.EndpointRef{{Ref: o.Self}}
		p.Says.Bulkhead = field.Presence(policy.Bulkhead{
			MaxConnections: contourLimit(f, annotations, "max-connections"), MaxPending: contourLimit(f, annotations, "max-pending-requests"),
			MaxConcurrent: contourLimit(f, annotations, "max-requests"), MaxRetries: contourLimit(f, annotations, "max-retries"),
		})
	}
	o.AddPolicies(f, p)
}

// contourLimit reads a limit; 0 leaves that of Envoy.
func contourLimit(f *field.Reader, annotations document.Node, name string) policy.Setting[int] {
	n := f.Count(0, annotations, name)
	if n.Set() && n.Value == 0 {
		f.Remark(graph.Inert, f.Look(annotations, name), name, "0 leaves Envoy's own limit", "write a number from 1 up")
		return policy.Setting[int]{}
	}
	return n
}

// contourIngressRetry reads the retries of an Ingress: none without a condition, and one without a
// number, or with one that is not from 1 up.
func contourIngressRetry(f *field.Reader, annotations document.Node) *policy.Retry {
	on := f.Look(annotations, "retry-on")
	count := f.Look(annotations, "num-retries")
	if on.Str() == "" {
		if count.Exists() {
			f.Flaw(graph.Inert, count, "num-retries", "nothing is retried without the annotation retry-on", "set retry-on: gateway-error", field.Beside("[projectcontour.io/retry-on]", "gateway-error"))
		}
		return nil
	}
	r := &policy.Retry{Retries: f.Count(-1, annotations, "num-retries"), On: f.RetryOn(product.ContourRetryOn, annotations, "retry-on")}
	if r.Retries.Value <= 0 {
		r.Retries = field.Supplied(f, field.OrNode(count, on), 1)
	}
	return r
}
