package mesh

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/internal/lazy"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A kumaKind is one of Kuma's policies, other than MeshRetry. Policies of one kind are laid over each
// other field by field, what is meant for fewer proxies and destinations on top.
type kumaKind func(f *field.Reader, conf document.Node, says *policy.Set)

// kumaAtDestination are the policies of connections, which are those to the service that
// routes lead to. The others are of the requests to the one that the caller names.
var kumaAtDestination = []string{"MeshCircuitBreaker", "MeshHealthCheck", "MeshLoadBalancingStrategy", "CircuitBreaker"}

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
var kumaDumped = lazy.NewRegexp(`^mesh-[a-z-]+-all-`)

// kumaPolicies reads a policy for the calls of some proxies, in "to", and for the
// requests that reach them, in "rules" or, formerly, "from".
func kumaPolicies(r *resource.Object) {
	f := field.New(r.Document, product.KumaDuration)
	top := r.Spec.Get("targetRef")
	route, proxies, known := kumaSelected(r, top)
	if !known {
		return
	}
	base := 10 * kumaSpecificity[top.Get("kind").Str()]
	if kumaDumped.MatchString(r.Name) {
		f.How, base = policy.MeshDefault, base-1
	}
	var policies []graph.Policy
	for i, item := range r.Spec.Get("to").List() {
		p := kumaPolicy(r, item, policy.ClientProxy)
		to := item.Get("targetRef")
		p.From, p.NotGateways = proxies, onlySidecars(top)
		if p.Of, p.To, known = kumaSelected(r, to); !known {
			continue
		}
		if !route.IsZero() {
			p.Of = route
		}
		p.Rank, p.NeedsMesh = base+kumaSpecificity[to.Get("kind").Str()], true
		policies = append(policies, kumaSays(r, f.Within(fmt.Sprintf("to[%d].default", i)), item.Get("default"), p)...)
	}
	for _, key := range []string{"from", "rules"} {
		for i, item := range r.Spec.Get(key).List() {
			p := kumaPolicy(r, item, policy.ServerProxy)
			p.To, p.Rank = proxies, base
			if _, p.From, known = kumaSelected(r, item.Get("targetRef")); !known {
				continue
			}
			policies = append(policies, kumaSays(r, f.Within(fmt.Sprintf("%s[%d].default", key, i)), item.Get("default"), p)...)
		}
	}
	r.AddPolicies(f, policies...)
}

// kumaSays returns p with what conf says: one policy or, of retries, one for each
// protocol that they are written for and, of timeouts, one for requests and one for connections.
func kumaSays(r *resource.Object, f *field.Reader, conf document.Node, p graph.Policy) []graph.Policy {
	switch {
	case r.Kind == "MeshTimeout" && p.Says.Layer == policy.ClientProxy:
		return kumaTimeouts(r, f, conf, p)
	case r.Kind != "MeshRetry":
		kumaPolicyKinds[r.Kind](f, conf, &p.Says)
		return []graph.Policy{p}
	}
	var policies []graph.Policy
	http, grpc := p, p
	http.NotProtocols, grpc.Protocols = []string{"grpc"}, []string{"grpc"}
	if conf.Get("http").Exists() {
		kumaRetry(f.Within("http"), conf.Get("http"), &http.Says)
		policies = append(policies, http)
	}
	if conf.Get("grpc").Exists() {
		kumaRetry(f.Within("grpc"), conf.Get("grpc"), &grpc.Says)
		grpc.RequireProtocol = conf.Get("http").Exists() // calls of unknown protocol are taken for plain HTTP
		policies = append(policies, grpc)
	}
	return policies
}

// kumaPolicy starts a policy that acts in the proxy of the caller or of the
// service called.
func kumaPolicy(r *resource.Object, at document.Node, layer policy.Layer) graph.Policy {
	p := r.Policy(product.Kuma, r.Kind+" "+layer.String(), at)
	p.Mesh, p.Paths = kumaMesh(r)
	p.Merge, p.Says, p.ToIs = true, policy.Set{Layer: layer, Product: product.Kuma}, graph.NamedHost
	if layer == policy.ServerProxy || slices.Contains(kumaAtDestination, r.Kind) {
		p.ToIs = graph.Destination
	}
	return p
}

// kumaMesh returns the name of the mesh that an object belongs to, and the path of the field that has it if
// that is not the usual label.
func kumaMesh(r *resource.Object) (name string, paths map[string]string) {
	if n := r.Root.Get("mesh"); n.Exists() {
		return n.Str(), map[string]string{graph.MeshPath: "mesh"}
	}
	if r.Head.APIVersion == "" {
		return "", nil
	}
	return cmp.Or(r.Meta.Get("labels", product.Kuma.MeshKey).Str(), product.Kuma.MeshDefault), nil
}

// kumaSelected returns what a targetRef means: the calls that go by a route, or parties, nil
// for all; known is false if weir cannot resolve it.
func kumaSelected(r *resource.Object, ref document.Node) (route graph.Ref, parties []graph.EndpointRef, known bool) {
	kind, name := ref.Get("kind").Str(), ref.Get("name").Str()
	var party graph.EndpointRef
	switch {
	case kind == "", kind == "Mesh", name == "*":
		return route, nil, true
	case kind == "MeshHTTPRoute":
		name := field.OrNode(ref.Get("name"), ref.Get("labels", "kuma.io/display-name")).Str()
		route, known = kumaRef(kind, name), name != ""
	default:
		party, known = kumaTarget(r, ref)
		parties = []graph.EndpointRef{party}
	}
	if !known {
		r.Problem(graph.Note, ref, "", "%s %q: targetRef cannot be resolved", r.Kind, r.Name)
	}
	return route, parties, known
}

// onlySidecars reports whether a targetRef leaves gateways out.
func onlySidecars(ref document.Node) bool {
	types := ref.Get("proxyTypes").Strs()
	return len(types) == 1 && types[0] == "Sidecar"
}

func kumaTimeout(f *field.Reader, conf document.Node, says *policy.Set) {
	t := policy.Timeout{
		Total: f.Duration(conf, "http", "requestTimeout"), Connect: f.Positive(conf, "connectionTimeout"), Idle: f.Duration(conf, "idleTimeout"),
	}
	if stream := f.Duration(conf, "http", "streamIdleTimeout"); stream.Provenance != policy.Unknown {
		t.Idle = stream
	}
	says.Timeout = field.Presence(t)
}

// kumaTimeouts returns the timeouts of requests, which a route can have of its own, and those of
// the connections to the service that it leads to, which are the same whatever the route.
func kumaTimeouts(r *resource.Object, f *field.Reader, conf document.Node, p graph.Policy) []graph.Policy {
	kumaTimeout(f, conf, &p.Says)
	t := p.Says.Timeout
	if t == nil {
		return []graph.Policy{p} // for its flaws
	}
	requests, connections := policy.Timeout{Total: t.Total}, policy.Timeout{Connect: t.Connect, Idle: t.Idle}
	if !p.Of.IsZero() {
		for _, key := range []string{"connectionTimeout", "idleTimeout"} {
			if at := conf.Get(key); at.Exists() {
				f.Flaw(graph.Inert, at, key, "connections to a service are the same for all routes", "set it in an item of spec.to whose targetRef is the service")
			}
		}
		connections = policy.Timeout{}
		if conf.Get("http", "streamIdleTimeout").Exists() {
			requests.Idle = t.Idle
		}
	}
	var policies []graph.Policy
	if connections != (policy.Timeout{}) {
		of := p
		of.ToIs, of.Says.Timeout = graph.Destination, &connections
		policies = append(policies, of)
	}
	if requests != (policy.Timeout{}) {
		of := p
		of.Group, of.Says.Timeout = r.Kind+" requests "+p.Says.Layer.String(), &requests
		policies = append(policies, of)
	}
	return policies
}

// kumaRetry reads the retries of one protocol, HTTP or gRPC.
func kumaRetry(f *field.Reader, n document.Node, says *policy.Set) {
	retry := policy.Retry{Retries: f.Count(0, n, "numRetries"), On: f.RetryOn(product.KumaRetryOn, n, "retryOn")}
	retry.Backoff = field.Presence(policy.Backoff{Base: f.Wait(n, "backOff", "baseInterval"), Max: f.Wait(n, "backOff", "maxInterval")})
	for _, word := range n.Get("retryOn").Strs() {
		if method, ok := strings.CutPrefix(word, "HttpMethod"); ok {
			retry.Methods = field.Written(f, n.Get("retryOn"), append(retry.Methods.Value, strings.ToUpper(method)))
		}
	}
	if len(retry.On.Value) == 0 {
		retry.On = policy.Setting[[]string]{}
	}
	if retry.Retries.Set() && retry.Retries.Value == 0 {
		retry.Retries.Provenance = policy.Disabled
		if at := n.Get("perTryTimeout"); at.Exists() {
			f.Flaw(graph.Inert, at, "perTryTimeout", "without retries there is no policy of retries, and no timeout of theirs", "set it as http.requestTimeout of a MeshTimeout")
		}
	}
	says.Retry = field.Presence(retry)
	says.Timeout = field.Presence(policy.Timeout{PerTry: f.Duration(n, "perTryTimeout")})
}

// kumaBreaker reads limits on concurrency and the detection of outliers, in which
// only the detectors that are written look.
func kumaBreaker(f *field.Reader, conf document.Node, says *policy.Set) {
	limits := conf.Get("connectionLimits")
	in := f.Within("connectionLimits")
	says.Bulkhead = field.Presence(policy.Bulkhead{
		MaxConnections: in.Count(1, limits, "maxConnections"), MaxPending: in.Count(1, limits, "maxPendingRequests"),
		MaxConcurrent: in.Count(1, limits, "maxRequests"), MaxRetries: in.Count(1, limits, "maxRetries"),
	})
	n := conf.Get("outlierDetection")
	if !n.Exists() {
		return
	}
	in = f.Within("outlierDetection")
	if disabled, _ := n.Get("disabled").Bool(); disabled {
		says.Breaker = &policy.Breaker{Kind: field.Off(f, n.Get("disabled"), "none")}
		return
	}
	detectors := n.Get("detectors")
	b := &policy.Breaker{
		Kind: field.Written(f, n, "endpoint"), Window: in.Positive(n, "interval"), Open: in.Positive(n, "baseEjectionTime"),
		MaxEject: in.Percent(n, "maxEjectionPercent"),
		Failures: kumaDetector(in, n, "totalFailures"), Gateway: kumaDetector(in, n, "gatewayFailures"),
		ErrorRate: in.Percent(detectors, "failurePercentage", "threshold"), Panic: in.Percent(n, "healthyPanicThreshold"),
	}
	says.Breaker = b
}

// kumaDetector reads how many failures in a row a detector ejects after, never if
// it is not written. A detector of the whole mesh gives its number to one that has none.
func kumaDetector(f *field.Reader, outliers document.Node, name string) policy.Setting[int] {
	n := outliers.Get("detectors", name)
	if !n.Exists() && !n.IsNull() {
		return field.Written(f, field.OrNode(outliers.Get("detectors"), outliers), 0)
	}
	if count := f.Count(1, outliers, "detectors", name, "consecutive"); count.Provenance != policy.Unknown {
		return count
	}
	return policy.Setting[int]{Value: 5, Provenance: policy.PlatformDefault}
}

func kumaHealthCheck(f *field.Reader, conf document.Node, says *policy.Set) {
	says.HealthCheck = field.Presence(policy.HealthCheck{
		Interval: f.Duration(conf, "interval"), Timeout: f.Duration(conf, "timeout"), Failures: f.Count(0, conf, "unhealthyThreshold"),
	})
}

func kumaRateLimit(f *field.Reader, conf document.Node, says *policy.Set) {
	n := conf.Get("local", "http")
	if disabled, _ := n.Get("disabled").Bool(); disabled {
		says.RateLimit = &policy.RateLimit{Requests: field.Off(f, n.Get("disabled"), 0)}
		return
	}
	in := f.Within("local.http")
	says.RateLimit = field.Presence(policy.RateLimit{Requests: in.Count(0, n, "requestRate", "num"), Per: in.Duration(n, "requestRate", "interval")})
}

func kumaBalance(f *field.Reader, conf document.Node, says *policy.Set) {
	says.Balance = field.Presence(policy.Balance{Strategy: f.Word(map[string]string{
		"RoundRobin": "round-robin", "LeastRequest": "least-request", "Random": "random", "RingHash": "consistent-hash", "Maglev": "consistent-hash",
	}, conf, "loadBalancer", "type")})
}

// kumaOldPolicies reads a policy of the older kinds, whose sources and
// destinations are named by tags. Any newer policy goes before it.
func kumaOldPolicies(r *resource.Object) {
	f := field.New(r.Document, product.KumaDuration).Within("conf")
	conf := r.Spec.Get("conf")
	p := kumaPolicy(r, field.OrNode(conf, r.Root), policy.ClientProxy)
	p.Group, p.NeedsMesh, p.Rank = "Mesh"+p.Group, true, -10
	var known bool
	if p.From, known = kumaTags(r, "sources"); !known {
		return
	}
	if p.To, known = kumaTags(r, "destinations"); !known {
		return
	}
	if len(p.From) > 0 {
		p.Rank++
	}
	if len(p.To) > 0 {
		p.Rank += 2
	}
	switch r.Kind {
	case "Timeout":
		p.Says.Timeout = field.Presence(policy.Timeout{
			Total: f.Duration(conf, "http", "requestTimeout"), Connect: f.Duration(conf, "connectTimeout"), Idle: f.Duration(conf, "http", "idleTimeout"),
		})
	case "Retry":
		n, http := conf.Get("http"), f.Within("http")
		p.Says.Timeout = field.Presence(policy.Timeout{PerTry: http.Duration(n, "perTryTimeout")})
		p.Says.Retry = field.Presence(policy.Retry{
			Retries: http.Count(0, n, "numRetries"), On: http.RetryOn(product.EnvoyRetryOn, n, "retryOn"),
			Backoff: field.Presence(policy.Backoff{Base: http.Wait(n, "backOff", "baseInterval"), Max: http.Wait(n, "backOff", "maxInterval")}),
		})
	case "CircuitBreaker":
		p.Says.Breaker = &policy.Breaker{
			Kind: field.Written(f, conf, "endpoint"), Window: f.Duration(conf, "interval"), Open: f.Duration(conf, "baseEjectionTime"),
			MaxEject: f.Percent(conf, "maxEjectionPercent"), Failures: f.Count(0, conf, "detectors", "totalErrors", "consecutive"),
		}
		limits := conf.Get("thresholds")
		p.Says.Bulkhead = field.Presence(policy.Bulkhead{
			MaxConnections: f.Count(0, limits, "maxConnections"), MaxPending: f.Count(0, limits, "maxPendingRequests"),
			MaxConcurrent: f.Count(0, limits, "maxRequests"), MaxRetries: f.Count(0, limits, "maxRetries"),
		})
	}
	r.AddPolicies(f, p)
}

// kumaTags returns the parties that tags below key match, nil for everybody, and
// false if all of them are unknown.
func kumaTags(r *resource.Object, key string) (parties []graph.EndpointRef, known bool) {
	items := r.Spec.Get(key).List()
	for _, item := range items {
		tags := resource.LabelsOf(item.Get("match"))
		if len(tags) == 1 && tags[kumaServiceTag] == "*" {
			return nil, true
		}
		if party, ok := kumaTagged(r, tags); ok {
			parties = append(parties, party)
		}
	}
	return parties, len(parties) > 0 || len(items) == 0
}
