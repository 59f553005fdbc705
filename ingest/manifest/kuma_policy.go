package manifest

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A kumaKind is one of Kuma's policies, other than MeshRetry. Policies of one kind are laid over each
// other field by field, what is meant for fewer proxies and destinations on top.
type kumaKind func(f *policyFields, conf document.Node, says *policy.Set)

var kumaPolicyKinds = map[string]kumaKind{
	"MeshTimeout":               kumaTimeout,
	"MeshCircuitBreaker":        kumaBreaker,
	"MeshHealthCheck":           kumaHealthCheck,
	"MeshRateLimit":             kumaRateLimit,
	"MeshLoadBalancingStrategy": kumaBalance,
}

// kumaSpecificity is the precedence of what a targetRef names.
var kumaSpecificity = map[string]int{
	"": 0, "Mesh": 0, "MeshGateway": 1, "MeshSubset": 2, "MeshService": 3, "MeshExternalService": 3, "MeshMultiZoneService": 3,
	"Dataplane": 3, "MeshServiceSubset": 4, "MeshHTTPRoute": 5,
}

// kumaDumped are the names of the policies that a new mesh gets by itself.
var kumaDumped = regexp.MustCompile(`^mesh-[a-z-]+-all-`)

// kumaPolicies reads a policy for the calls of some proxies, in "to", and for the
// requests that reach them, in "rules" or, formerly, "from".
func kumaPolicies(r *resource) {
	f := newPolicyFields(r.Document, product.KumaDuration)
	top := r.spec.Get("targetRef")
	proxies, known := r.kumaParties(top)
	if !known {
		return
	}
	base := 10 * kumaSpecificity[top.Get("kind").Str()]
	if kumaDumped.MatchString(r.name) {
		f.how, base = policy.MeshDefault, base-1
	}
	var policies []graph.Policy
	for i, item := range r.spec.Get("to").List() {
		p := r.kumaPolicy(item, policy.ClientProxy)
		to := item.Get("targetRef")
		p.From, p.NotGateways = proxies, onlySidecars(top)
		if p.To, known = r.kumaParties(to); !known {
			continue
		}
		p.Rank, p.NeedsMesh = base+kumaSpecificity[to.Get("kind").Str()], true
		for _, p := range r.kumaSays(f.within(fmt.Sprintf("to[%d].default", i)), item.Get("default"), p) {
			if to.Get("kind").Str() == "MeshHTTPRoute" { // a part of the calls, over what is said for all of them
				p.Match = "route " + to.Get("name").Str()
				p.Group, p.Merge = p.Group+" of route "+to.Get("name").Str(), false
				silent := p
				silent.Match, silent.Rank, silent.Says = "", p.Rank-1, policy.Set{Layer: p.Says.Layer, Product: p.Says.Product}
				policies = append(policies, silent)
			}
			policies = append(policies, p)
		}
	}
	for _, key := range []string{"from", "rules"} {
		for i, item := range r.spec.Get(key).List() {
			p := r.kumaPolicy(item, policy.ServerProxy)
			p.To, p.Rank = proxies, base
			if p.From, known = r.kumaParties(item.Get("targetRef")); !known {
				continue
			}
			policies = append(policies, r.kumaSays(f.within(fmt.Sprintf("%s[%d].default", key, i)), item.Get("default"), p)...)
		}
	}
	r.addPolicies(f, policies...)
}

// kumaSays returns p with what conf says: one policy or, of retries, one for each
// protocol that they are written for.
func (r *resource) kumaSays(f *policyFields, conf document.Node, p graph.Policy) []graph.Policy {
	if r.kind != "MeshRetry" {
		kumaPolicyKinds[r.kind](f, conf, &p.Says)
		return []graph.Policy{p}
	}
	var policies []graph.Policy
	http, grpc := p, p
	http.NotProtocols, grpc.Protocols = []string{"grpc"}, []string{"grpc"}
	if conf.Get("http").Exists() {
		kumaRetry(f.within("http"), conf.Get("http"), &http.Says)
		policies = append(policies, http)
	}
	if conf.Get("grpc").Exists() {
		kumaRetry(f.within("grpc"), conf.Get("grpc"), &grpc.Says)
		grpc.RequireProtocol = conf.Get("http").Exists() // calls of which nobody knows are taken for plain HTTP
		policies = append(policies, grpc)
	}
	return policies
}

// kumaPolicy starts a policy that acts in the proxy of the caller or of the
// service called.
func (r *resource) kumaPolicy(at document.Node, layer policy.Layer) graph.Policy {
	p := r.policy(product.Kuma, r.kind+" "+layer.String(), at)
	p.Merge, p.Says = true, policy.Set{Layer: layer, Product: product.Kuma}
	return p
}

// kumaParties returns whom a targetRef means, nil for everybody, and false for
// somebody whom weir does not know.
func (r *resource) kumaParties(ref document.Node) (parties []graph.EndpointRef, known bool) {
	switch kind := ref.Get("kind").Str(); kind {
	case "", "Mesh":
		return nil, true
	case "MeshHTTPRoute":
		return []graph.EndpointRef{{Group: kumaRef(kind, ref.Get("name").Str())}}, ref.Get("name").Str() != ""
	}
	if ref.Get("name").Str() == "*" {
		return nil, true
	}
	party, ok := r.kumaTarget(ref)
	if !ok {
		r.Problem(graph.Note, ref, "", "%s %q: whom the targetRef means is not known", r.kind, r.name)
	}
	return []graph.EndpointRef{party}, ok
}

// onlySidecars reports whether a targetRef leaves gateways out.
func onlySidecars(ref document.Node) bool {
	types := ref.Get("proxyTypes").Strs()
	return len(types) == 1 && types[0] == "Sidecar"
}

func kumaTimeout(f *policyFields, conf document.Node, says *policy.Set) {
	t := policy.Timeout{
		Total: f.duration(conf, "http", "requestTimeout"), Connect: f.duration(conf, "connectionTimeout"), Idle: f.duration(conf, "idleTimeout"),
	}
	if t.Connect.Provenance == policy.Disabled {
		f.flaw(graph.Invalid, conf.Get("connectionTimeout"), "connectionTimeout", "must be more than 0", "")
		t.Connect = policy.Setting[time.Duration]{}
	}
	if stream := f.duration(conf, "http", "streamIdleTimeout"); stream.Provenance != policy.Unknown {
		t.Idle = stream
	}
	says.Timeout = presence(t)
}

// kumaRetry reads the retries of one protocol, HTTP or gRPC.
func kumaRetry(f *policyFields, n document.Node, says *policy.Set) {
	retry := policy.Retry{Retries: f.count(0, n, "numRetries"), On: f.retryOn(product.KumaRetryOn, n, "retryOn")}
	retry.Backoff = presence(policy.Backoff{Base: f.wait(n, "backOff", "baseInterval"), Max: f.wait(n, "backOff", "maxInterval")})
	for _, word := range n.Get("retryOn").Strs() {
		if method, ok := strings.CutPrefix(word, "HttpMethod"); ok {
			retry.Methods = written(f, n.Get("retryOn"), append(retry.Methods.Value, strings.ToUpper(method)))
		}
	}
	if len(retry.On.Value) == 0 {
		retry.On = policy.Setting[[]string]{}
	}
	if retry.Retries.Set() && retry.Retries.Value == 0 {
		retry.Retries.Provenance = policy.Disabled
	}
	says.Retry = presence(retry)
	says.Timeout = presence(policy.Timeout{PerTry: f.duration(n, "perTryTimeout")})
}

// kumaBreaker reads limits on concurrency and the detection of outliers, in which
// only the detectors that are written look.
func kumaBreaker(f *policyFields, conf document.Node, says *policy.Set) {
	limits := conf.Get("connectionLimits")
	in := f.within("connectionLimits")
	says.Bulkhead = presence(policy.Bulkhead{
		MaxConnections: in.count(0, limits, "maxConnections"), MaxPending: in.count(0, limits, "maxPendingRequests"),
		MaxConcurrent: in.count(0, limits, "maxRequests"), MaxRetries: in.count(0, limits, "maxRetries"),
	})
	n := conf.Get("outlierDetection")
	if !n.Exists() {
		return
	}
	in = f.within("outlierDetection")
	if disabled, _ := n.Get("disabled").Bool(); disabled {
		says.Breaker = &policy.Breaker{Kind: off(f, n.Get("disabled"), "none")}
		return
	}
	detectors := n.Get("detectors")
	b := &policy.Breaker{
		Kind: written(f, n, "endpoint"), Window: in.duration(n, "interval"), Open: in.duration(n, "baseEjectionTime"),
		MaxEject: in.percent(n, "maxEjectionPercent"),
		Failures: in.kumaDetector(n, "totalFailures"), Gateway: in.kumaDetector(n, "gatewayFailures"),
		ErrorRate: in.percent(detectors, "failurePercentage", "threshold"), Panic: in.percent(n, "healthyPanicThreshold"),
	}
	says.Breaker = b
}

// kumaDetector reads how many failures in a row a detector ejects after, never if
// it is not written.
func (f *policyFields) kumaDetector(outliers document.Node, name string) policy.Setting[int] {
	n := outliers.Get("detectors", name)
	if !n.Exists() && !n.IsNull() {
		return written(f, orNode(outliers.Get("detectors"), outliers), 0)
	}
	return orSupplied(f, n, f.count(0, outliers, "detectors", name, "consecutive"), 5)
}

func kumaHealthCheck(f *policyFields, conf document.Node, says *policy.Set) {
	says.HealthCheck = presence(policy.HealthCheck{
		Interval: f.duration(conf, "interval"), Timeout: f.duration(conf, "timeout"), Failures: f.count(0, conf, "unhealthyThreshold"),
	})
}

func kumaRateLimit(f *policyFields, conf document.Node, says *policy.Set) {
	n := conf.Get("local", "http")
	if disabled, _ := n.Get("disabled").Bool(); disabled {
		says.RateLimit = &policy.RateLimit{Requests: off(f, n.Get("disabled"), 0)}
		return
	}
	in := f.within("local.http")
	says.RateLimit = presence(policy.RateLimit{Requests: in.count(0, n, "requestRate", "num"), Per: in.duration(n, "requestRate", "interval")})
}

func kumaBalance(f *policyFields, conf document.Node, says *policy.Set) {
	says.Balance = presence(policy.Balance{Strategy: f.word(map[string]string{
		"RoundRobin": "round-robin", "LeastRequest": "least-request", "Random": "random", "RingHash": "consistent-hash", "Maglev": "consistent-hash",
	}, conf, "loadBalancer", "type")})
}

// kumaOldPolicies reads a policy of the older kinds, whose sources and
// destinations are named by tags. Any newer policy goes before it.
func kumaOldPolicies(r *resource) {
	f := newPolicyFields(r.Document, product.KumaDuration).within("conf")
	conf := r.spec.Get("conf")
	p := r.kumaPolicy(conf, policy.ClientProxy)
	p.Group, p.NeedsMesh, p.Rank = "Mesh"+p.Group, true, -10
	var known bool
	if p.From, known = r.kumaTags("sources"); !known {
		return
	}
	if p.To, known = r.kumaTags("destinations"); !known {
		return
	}
	if len(p.From) > 0 {
		p.Rank++
	}
	if len(p.To) > 0 {
		p.Rank += 2
	}
	switch r.kind {
	case "Timeout":
		p.Says.Timeout = presence(policy.Timeout{
			Total: f.duration(conf, "http", "requestTimeout"), Connect: f.duration(conf, "connectTimeout"), Idle: f.duration(conf, "http", "idleTimeout"),
		})
	case "Retry":
		n, http := conf.Get("http"), f.within("http")
		p.Says.Timeout = presence(policy.Timeout{PerTry: http.duration(n, "perTryTimeout")})
		p.Says.Retry = presence(policy.Retry{
			Retries: http.count(0, n, "numRetries"), On: http.retryOn(product.EnvoyRetryOn, n, "retryOn"),
			Backoff: presence(policy.Backoff{Base: http.wait(n, "backOff", "baseInterval"), Max: http.wait(n, "backOff", "maxInterval")}),
		})
	case "CircuitBreaker":
		p.Says.Breaker = &policy.Breaker{
			Kind: written(f, conf, "endpoint"), Window: f.duration(conf, "interval"), Open: f.duration(conf, "baseEjectionTime"),
			MaxEject: f.percent(conf, "maxEjectionPercent"), Failures: f.count(0, conf, "detectors", "totalErrors", "consecutive"),
		}
		limits := conf.Get("thresholds")
		p.Says.Bulkhead = presence(policy.Bulkhead{
			MaxConnections: f.count(0, limits, "maxConnections"), MaxPending: f.count(0, limits, "maxPendingRequests"),
			MaxConcurrent: f.count(0, limits, "maxRequests"), MaxRetries: f.count(0, limits, "maxRetries"),
		})
	}
	r.addPolicies(f, p)
}

// kumaTags returns the parties that tags below key match, nil for everybody, and
// false if all of them are unknown.
func (r *resource) kumaTags(key string) (parties []graph.EndpointRef, known bool) {
	items := r.spec.Get(key).List()
	for _, item := range items {
		tags := labelsOf(item.Get("match"))
		if len(tags) == 1 && tags[kumaServiceTag] == "*" {
			return nil, true
		}
		if party, ok := r.kumaTagged(tags); ok {
			parties = append(parties, party)
		}
	}
	return parties, len(parties) > 0 || len(items) == 0
}
