package manifest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// envoyConfig is a configuration of Envoy while its policies are read. Those of a
// route are for the hosts of the clusters that it leads to.
type envoyConfig struct {
	*policyFields
	product *policy.Product
	// callees returns who is behind a cluster.
	callees  func(cluster string) []graph.EndpointRef
	idle     document.Node // of streams, as the connection manager around has it
	policies []graph.Policy
}

func newEnvoyConfig(f *policyFields, p *policy.Product) *envoyConfig {
	f.look = envoyGet
	return &envoyConfig{policyFields: f, product: p}
}

// envoyPolicies reads the policies of a static configuration.
func envoyPolicies(f *policyFields, root document.Node) []graph.Policy {
	c := newEnvoyConfig(f, product.Envoy)
	static := envoyGet(root, "static_resources")
	clusters := envoyGet(static, "clusters").List()
	hosts := map[string][]graph.EndpointRef{}
	for _, e := range envoyEndpoints(root) {
		if e.class == graph.ClassIngress && !e.mirror && !isLoopback(e.host) { // of no other cluster anybody waits for an answer
			hosts[e.cluster] = append(hosts[e.cluster], graph.EndpointRef{Host: graph.Address{Host: e.host, Port: e.port}})
		}
	}
	c.callees = func(cluster string) []graph.EndpointRef { return hosts[cluster] }
	c.routeTables(envoyGet(static, "listeners"), 0)
	for _, cluster := range clusters {
		c.cluster(cluster)
	}
	return c.policies
}

// isLoopback reports whether a host is the proxy's own machine: the program that
// it stands before.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// routeTables reads every route configuration below n.
func (c *envoyConfig) routeTables(n document.Node, depth int) {
	if depth > maxEnvoyDepth {
		return
	}
	if idle := envoyGet(n, "stream_idle_timeout"); idle.Exists() {
		outer := c.idle
		c.idle = idle
		defer func() { c.idle = outer }()
	}
	if envoyGet(n, "virtual_hosts").IsList() {
		c.routes(n)
		return
	}
	for _, item := range n.List() {
		c.routeTables(item, depth+1)
	}
	for _, value := range n.Pairs() {
		c.routeTables(value, depth+1)
	}
}

// routes reads one route configuration. The first route that matches acts.
func (c *envoyConfig) routes(table document.Node) {
	object := "RouteConfiguration/" + orText(table.Get("name").Str(), "routes")
	var parts []graph.Policy
	c.outdone(table)
	for _, host := range envoyGet(table, "virtual_hosts").List() {
		for _, route := range envoyGet(host, "routes").List() {
			action := route.Get("route")
			p := graph.Policy{
				Origin: c.At(route), Product: c.product, Object: object, Group: "route", Match: envoyMatch(route.Get("match")),
			}
			for _, cluster := range routedClusters(action) {
				p.To = append(p.To, c.callees(cluster)...)
			}
			if len(p.To) == 0 {
				continue
			}
			p.Says = c.within("route").route(action, host, table)
			if c.idle.Exists() && !envoyGet(action, "idle_timeout").Exists() {
				p.Says.Timeout = orNew(p.Says.Timeout)
				p.Says.Timeout.Idle = c.named("stream_idle_timeout").duration(c.idle)
			}
			p.Flaws = c.takeFlaws()
			parts = append(parts, p)
		}
	}
	for i := range parts {
		parts[i].Rank = -i
	}
	c.add(parts)
}

// outdone notes the retry policies of virtual hosts, and of the whole table, in
// whose place every route has one of its own.
func (c *envoyConfig) outdone(table document.Node) {
	hosts := envoyGet(table, "virtual_hosts").List()
	every := len(hosts) > 0
	for i, host := range hosts {
		routes := envoyGet(host, "routes").List()
		all := len(routes) > 0 && !slices.ContainsFunc(routes, func(route document.Node) bool {
			return route.Get("route").Exists() && !envoyGet(route.Get("route"), "retry_policy").IsMap()
		})
		own := envoyGet(host, "retry_policy")
		if own.IsMap() && all {
			c.flaw(graph.Shadowed, own, fmt.Sprintf("virtual_hosts[%d].retry_policy", i), "every route of it has a policy of its own, which takes its place as a whole",
				"put what is still meant into the routes, and delete it")
		}
		every = every && (own.IsMap() || all)
	}
	if own := envoyGet(table, "retry_policy"); own.IsMap() && every {
		c.flaw(graph.Shadowed, own, "retry_policy", "every virtual host has a policy of its own, which takes its place as a whole",
			"put what is still meant into the virtual hosts, and delete it")
	}
}

// add takes the parts of one object if any of them says something.
func (c *envoyConfig) add(parts []graph.Policy) {
	for _, p := range parts {
		if !p.Says.Empty() || len(p.Flaws) > 0 {
			for i := range parts {
				parts[i].Says.Layer, parts[i].Says.Product = policy.ClientProxy, c.product
			}
			c.policies = append(c.policies, parts...)
			return
		}
	}
}

// routedClusters returns the clusters that a route leads to.
func routedClusters(action document.Node) []string {
	var names []string
	if cluster := action.Get("cluster").Str(); cluster != "" {
		names = append(names, cluster)
	}
	for _, weighted := range envoyGet(action, "weighted_clusters", "clusters").List() {
		names = append(names, weighted.Get("name").Str())
	}
	return names
}

func orText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// envoyMatch tells the part of the calls that a route takes, "" for all.
func envoyMatch(match document.Node) string {
	var words []string
	path := match.Get("path").Str()
	switch regex := envoyGet(match, "safe_regex", "regex").Str(); {
	case path != "":
		words = append(words, path)
	case regex != "":
		words = append(words, "~"+regex)
	default:
		prefix := orText(match.Get("prefix").Str(), envoyGet(match, "path_separated_prefix").Str())
		if prefix != "" && prefix != "/" {
			words = append(words, prefix+"*")
		}
	}
	for _, header := range match.Get("headers").List() {
		value := orText(stringMatch(envoyGet(header, "string_match")), envoyGet(header, "exact_match").Str())
		switch name := header.Get("name").Str(); name {
		case ":method":
			words = slices.Insert(words, 0, value)
		default:
			words = append(words, strings.TrimSpace("header "+name+" "+value))
		}
	}
	for _, query := range envoyGet(match, "query_parameters").List() {
		words = append(words, "query "+query.Get("name").Str())
	}
	return strings.Join(words, " ")
}

// route reads what a route says. Of retries the nearest policy acts as a whole:
// the route's, or the virtual host's, or the table's.
func (f *policyFields) route(action, host, table document.Node) policy.Set {
	var says policy.Set
	timeout := policy.Timeout{Total: f.duration(action, "timeout"), Idle: f.duration(action, "idle_timeout")}
	for _, n := range []document.Node{action, host, table} {
		if retry := envoyGet(n, "retry_policy"); retry.IsMap() {
			timeout.PerTry = f.duration(retry, "per_try_timeout")
			f.within("retry_policy").duration(retry, "per_try_idle_timeout") // for what is wrong about it
			says.Retry = f.within("retry_policy").envoyRetry(retry)
			break
		}
	}
	says.Timeout = presence(timeout)
	for _, n := range []document.Node{action, host} {
		if hedge := envoyGet(n, "hedge_policy"); hedge.IsMap() {
			f.within("hedge_policy").envoyHedge(hedge, &says)
			break
		}
	}
	return says
}

// envoyHedge reads a HedgePolicy. A try that takes too long is then left running
// beside the next one, of which there are no more than retries: no request is
// copied that would not have been repeated.
func (f *policyFields) envoyHedge(n document.Node, says *policy.Set) {
	on := envoyGet(n, "hedge_on_per_try_timeout")
	if hedges, ok := on.Bool(); !ok || !hedges {
		return
	}
	switch {
	case says.Timeout == nil || !says.Timeout.PerTry.Set():
		f.flaw(graph.Inert, on, "hedge_on_per_try_timeout", "without a timeout for a try no second one is ever sent beside it",
			"set retry_policy.per_try_timeout")
	case says.Retry == nil || says.Retry.Retries.Provenance == policy.Disabled:
		f.flaw(graph.Inert, on, "hedge_on_per_try_timeout", "without retries no second request is ever sent", "set retry_policy.retry_on and num_retries")
	case says.Retry.On.Set() && !slices.Contains(says.Retry.On.Value, policy.OnPerTry):
		says.Retry.On.Value = slices.Sorted(slices.Values(append(slices.Clone(says.Retry.On.Value), policy.OnPerTry)))
	}
}

// envoyRetry reads a RetryPolicy. A policy without a number retries once, one
// without conditions never.
func (f *policyFields) envoyRetry(n document.Node) *policy.Retry {
	r := &policy.Retry{Retries: f.count(0, n, "num_retries"), On: f.envoyOn(n)}
	switch written := envoyGet(n, "num_retries"); {
	case envoyGet(n, "retry_on").Str() == "":
		f.flaw(graph.Inert, n, "retry_on", "without conditions nothing is retried", "set retry_on, for instance connect-failure,reset")
		return &policy.Retry{Retries: off(f, n, 0)}
	case !written.Exists():
		r.Retries = supplied(f, n, 1)
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries = off(f, written, 0)
	}
	r.Backoff = presence(policy.Backoff{
		Base: f.duration(n, "retry_back_off", "base_interval"),
		Max:  f.duration(n, "retry_back_off", "max_interval"),
	})
	return r
}

// envoyOn reads the conditions of a RetryPolicy. Statuses count only together
// with the condition that says so.
func (f *policyFields) envoyOn(n document.Node) policy.Setting[[]string] {
	on := f.retryOn(product.EnvoyRetryOn, n, "retry_on")
	codes := f.retryOn(product.StatusCodes, n, "retriable_status_codes")
	if codes.Set() && !strings.Contains(envoyGet(n, "retry_on").Str(), codesTrigger) {
		f.flaw(graph.Inert, envoyGet(n, "retriable_status_codes"), "retriable_status_codes",
			"statuses count only with the condition "+codesTrigger, "add it to retry_on")
		return on
	}
	return joinOn(on, codes)
}

// cluster reads what a cluster says about the calls to its hosts.
func (c *envoyConfig) cluster(n document.Node) {
	name := n.Get("name").Str()
	p := graph.Policy{
		Origin: c.At(n), Product: c.product, Object: "Cluster/" + orText(name, "cluster"), Group: "cluster", To: c.callees(name),
	}
	if len(p.To) == 0 {
		return
	}
	c.clusterSays(n, &p.Says)
	p.Flaws = c.takeFlaws()
	c.add([]graph.Policy{p})
}

func (c *envoyConfig) clusterSays(n document.Node, says *policy.Set) {
	says.Timeout = presence(policy.Timeout{
		Connect: c.duration(n, "connect_timeout"),
		Idle:    c.duration(n, "common_http_protocol_options", "idle_timeout"),
	})
	c.thresholds(n, says)
	if outlier := envoyGet(n, "outlier_detection"); outlier.IsMap() {
		says.Breaker = c.within("outlier_detection").envoyOutliers(outlier)
		says.Breaker.Panic = c.percent(n, "common_lb_config", "healthy_panic_threshold", "value")
	}
	for _, check := range envoyGet(n, "health_checks").List() {
		f := c.within("health_checks")
		says.HealthCheck = presence(policy.HealthCheck{
			Interval: f.duration(check, "interval"),
			Timeout:  f.duration(check, "timeout"),
			Failures: f.count(1, check, "unhealthy_threshold"),
		})
		break
	}
	switch envoyGet(n, "lb_policy").Str() {
	case "CLUSTER_PROVIDED", "LOAD_BALANCING_POLICY_CONFIG": // said elsewhere
	default:
		says.Balance = presence(policy.Balance{Strategy: c.word(envoyBalancers, n, "lb_policy")})
	}
}

// thresholds reads the limits that Envoy calls circuit breakers, those for calls
// of ordinary priority.
func (c *envoyConfig) thresholds(n document.Node, says *policy.Set) {
	for i, t := range envoyGet(n, "circuit_breakers", "thresholds").List() {
		if priority := t.Get("priority").Str(); priority != "" && priority != "DEFAULT" {
			continue
		}
		f := c.within(fmt.Sprintf("circuit_breakers.thresholds[%d]", i))
		says.Bulkhead = presence(policy.Bulkhead{
			MaxConnections: f.count(0, t, "max_connections"),
			MaxPending:     f.count(0, t, "max_pending_requests"),
			MaxConcurrent:  f.count(0, t, "max_requests"),
			MaxRetries:     f.count(0, t, "max_retries"),
		})
		if budget := envoyGet(t, "retry_budget"); budget.IsMap() {
			share := f.percent(t, "retry_budget", "budget_percent", "value")
			says.Retry = &policy.Retry{Budget: orSupplied(f, budget, share, 0.2)}
		}
	}
}

// envoyOutliers reads outlier detection. A detector whose enforcement is 0 only
// counts.
func (f *policyFields) envoyOutliers(n document.Node) *policy.Breaker {
	b := &policy.Breaker{
		Kind:     written(f, n, "endpoint"),
		Failures: f.count(0, n, "consecutive_5xx"),
		Gateway:  f.count(0, n, "consecutive_gateway_failure"),
		Window:   f.duration(n, "interval"),
		Open:     f.duration(n, "base_ejection_time"),
		MaxEject: f.percent(n, "max_ejection_percent"),
	}
	if enforced := f.percent(n, "enforcing_consecutive_5xx"); enforced.Set() && enforced.Value == 0 {
		b.Failures = policy.Setting[int]{Provenance: enforced.Provenance, Origin: enforced.Origin}
	}
	if enforced := f.percent(n, "enforcing_consecutive_gateway_failure"); enforced.Value == 0 && b.Gateway.Set() {
		f.flaw(graph.Inert, envoyGet(n, "consecutive_gateway_failure"), "consecutive_gateway_failure",
			"gateway failures eject nobody unless enforcing_consecutive_gateway_failure says so",
			"set enforcing_consecutive_gateway_failure: 100")
		b.Gateway = policy.Setting[int]{}
	}
	if one, ok := envoyGet(n, "always_eject_one_host").Bool(); ok {
		b.EjectOne = written(f, envoyGet(n, "always_eject_one_host"), one)
	}
	return b
}

var envoyBalancers = map[string]string{
	"ROUND_ROBIN":   "round-robin",
	"LEAST_REQUEST": "least-request",
	"RANDOM":        "random",
	"RING_HASH":     "consistent-hash",
	"MAGLEV":        "consistent-hash",
}
