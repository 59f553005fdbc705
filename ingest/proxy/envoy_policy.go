package proxy

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// An EnvoyConfig is a configuration of Envoy while its policies are read. Those of a
// route are for the hosts of the clusters that it leads to.
type EnvoyConfig struct {
	*field.Reader
	product *policy.Product
	waits   *policy.Syntax // of checks, which have no default
	// callees returns who is behind a cluster.
	Callees  func(cluster string) []graph.EndpointRef
	idle     document.Node // of streams, as the connection manager around has it
	Policies []graph.Policy
	led      map[string][]envoyLead // by cluster: the routes that lead there
	twins    map[string]bool        // the clusters with a host that another one has, too
}

// An envoyLead is which requests a route sends to a cluster, and its rank among the routes.
type envoyLead struct {
	match string
	rank  int
}

// NewEnvoyConfig returns a reader of routes and clusters, whose policies are of p. The waits of health checks, which
// have no default, have a syntax of their own.
func NewEnvoyConfig(f *field.Reader, p *policy.Product, waits *policy.Syntax) *EnvoyConfig {
	f.Look = EnvoyGet
	return &EnvoyConfig{Reader: f, product: p, waits: waits}
}

// envoyPolicies reads the policies of a static configuration.
func envoyPolicies(f *field.Reader, root document.Node) []graph.Policy {
	c := NewEnvoyConfig(f, product.Envoy, product.EnvoyRequired)
	hosts := map[string][]graph.EndpointRef{}
	clusters, elsewhere, _ := envoyClusters(root, func(document.Node) graph.Origin { return graph.Origin{} })
	for _, e := range elsewhere {
		hosts[e.cluster] = []graph.EndpointRef{{Part: "cluster " + e.cluster, Host: graph.Address{Host: e.cluster}}}
	}
	for _, cluster := range clusters {
		if !cluster.routed {
			continue // calls of other clusters are not waited for
		}
		if eds := EnvoyGet(cluster.Node, "eds_cluster_config"); eds.Exists() {
			name := cluster.Get("name").Str()
			hosts[name] = []graph.EndpointRef{{Part: "endpoints " + cmp.Or(EnvoyGet(eds, "service_name").Str(), name), Host: graph.Address{Host: name}}}
		}
		for _, e := range ClusterEndpoints(cluster.Node) {
			if !isLoopback(e.Host) {
				hosts[e.Cluster] = append(hosts[e.Cluster], graph.EndpointRef{Host: graph.Address{Host: e.Host, Port: e.Port}})
			}
		}
	}
	c.Callees = func(cluster string) []graph.EndpointRef { return hosts[cluster] }
	c.twins = clustersWithTwins(hosts)
	for _, listener := range envoyResources(root, "listeners") {
		c.RouteTables(listener, 0)
	}
	for _, cluster := range envoyResources(root, "clusters") {
		c.Cluster(cluster)
	}
	return c.Policies
}

// clustersWithTwins returns the clusters that share a host with another one. Each acts on the
// requests of its own routes.
func clustersWithTwins(hosts map[string][]graph.EndpointRef) map[string]bool {
	first, twins := map[string]string{}, map[string]bool{}
	for _, cluster := range slices.Sorted(maps.Keys(hosts)) {
		for _, host := range hosts[cluster] {
			if other, taken := first[host.Host.Host]; taken && other != cluster {
				twins[cluster], twins[other] = true, true
			}
			first[host.Host.Host] = cluster
		}
	}
	return twins
}

// isLoopback reports whether a host is the proxy's own machine: the program behind it.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// RouteTables reads every route configuration below n.
func (c *EnvoyConfig) RouteTables(n document.Node, depth int) {
	if depth > MaxEnvoyDepth {
		return
	}
	if idle := EnvoyGet(n, "stream_idle_timeout"); idle.Exists() {
		outer := c.idle
		c.idle = idle
		defer func() { c.idle = outer }()
	}
	if EnvoyGet(n, "virtual_hosts").IsList() {
		c.routes(n)
		return
	}
	for _, item := range n.List() {
		c.RouteTables(item, depth+1)
	}
	for _, value := range n.Pairs() {
		c.RouteTables(value, depth+1)
	}
}

// routes reads one route configuration. The first route that matches acts.
func (c *EnvoyConfig) routes(table document.Node) {
	object := "RouteConfiguration/" + cmp.Or(table.Get("name").Str(), "routes")
	var parts []graph.Policy
	c.outdone(table)
	for _, host := range EnvoyGet(table, "virtual_hosts").List() {
		for _, route := range EnvoyGet(host, "routes").List() {
			action := route.Get("route")
			p := graph.Policy{
				Origin: c.At(route), Product: c.product, Object: object, Group: "route", Match: envoyMatch(route.Get("match")),
			}
			if app, ok := invokedApp(sidecarPath(action).Str()); ok {
				p.To = []graph.EndpointRef{{Ref: app}}
			} else {
				for _, cluster := range routedClusters(action) {
					p.To = append(p.To, c.Callees(cluster)...)
					if c.twins[cluster] {
						if c.led == nil {
							c.led = map[string][]envoyLead{}
						}
						match := p.Match
						if domains := EnvoyGet(host, "domains").Strs(); match == "" && len(domains) > 0 && domains[0] != "*" {
							match = domains[0]
						}
						c.led[cluster] = append(c.led[cluster], envoyLead{match, -len(parts)})
					}
				}
			}
			if len(p.To) == 0 {
				continue
			}
			p.Says = routeSays(c.Within("route"), action, host, table)
			if EnvoyGet(action, "max_stream_duration").IsMap() {
				p.Paths = map[string]string{"timeout.total": "route.max_stream_duration.max_stream_duration"}
			}
			if c.idle.Exists() && !EnvoyGet(action, "idle_timeout").Exists() {
				p.Says.Timeout = orNew(p.Says.Timeout)
				p.Says.Timeout.Idle = c.Named("stream_idle_timeout").Duration(c.idle)
			}
			p.Flaws = c.TakeFlaws()
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
func (c *EnvoyConfig) outdone(table document.Node) {
	hosts := EnvoyGet(table, "virtual_hosts").List()
	every := len(hosts) > 0
	for i, host := range hosts {
		routes := EnvoyGet(host, "routes").List()
		all := len(routes) > 0 && !slices.ContainsFunc(routes, func(route document.Node) bool {
			return route.Get("route").Exists() && !EnvoyGet(route.Get("route"), "retry_policy").IsMap()
		})
		own := EnvoyGet(host, "retry_policy")
		if own.IsMap() && all {
			c.Flaw(graph.Shadowed, own, fmt.Sprintf("virtual_hosts[%d].retry_policy", i), "every route of it has a policy of its own, which replaces this one",
				"move it to the routes that need it, or delete it", field.Remove)
		}
		every = every && (own.IsMap() || all)
	}
	if own := EnvoyGet(table, "retry_policy"); own.IsMap() && every {
		c.Flaw(graph.Shadowed, own, "retry_policy", "every virtual host has a policy of its own, which replaces this one",
			"move it to the virtual hosts that need it, or delete it", field.Remove)
	}
}

// add takes the parts of one object if any of them says something.
func (c *EnvoyConfig) add(parts []graph.Policy) {
	for _, p := range parts {
		if !p.Says.Empty() || len(p.Flaws) > 0 {
			for i := range parts {
				parts[i].Says.Layer, parts[i].Says.Product = policy.ClientProxy, c.product
			}
			c.Policies = append(c.Policies, parts...)
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
	for _, weighted := range EnvoyGet(action, "weighted_clusters", "clusters").List() {
		names = append(names, weighted.Get("name").Str())
	}
	return names
}

// routeSays reads what a route says. Of retries the nearest policy acts as a whole:
// the route's, or the virtual host's, or the table's.
func routeSays(f *field.Reader, action, host, table document.Node) policy.Set {
	var says policy.Set
	timeout := policy.Timeout{Total: routeTimeout(f, action), Idle: f.Duration(action, "idle_timeout")}
	for _, n := range []document.Node{action, host, table} {
		if retry := EnvoyGet(n, "retry_policy"); retry.IsMap() {
			timeout.PerTry = f.Duration(retry, "per_try_timeout")
			f.Within("retry_policy").Duration(retry, "per_try_idle_timeout") // for what is wrong about it
			says.Retry = envoyRetry(f.Within("retry_policy"), retry)
			break
		}
	}
	says.Timeout = field.Presence(timeout)
	for _, n := range []document.Node{action, host} {
		if hedge := EnvoyGet(n, "hedge_policy"); hedge.IsMap() {
			envoyHedge(f.Within("hedge_policy"), hedge, &says)
			break
		}
	}
	return says
}

// routeTimeout reads how long a route waits. The duration of streams goes before the timeout and its
// default, also where it only limits what requests of gRPC ask for.
func routeTimeout(f *field.Reader, action document.Node) policy.Setting[time.Duration] {
	stream, total := EnvoyGet(action, "max_stream_duration"), f.Duration(action, "timeout")
	if !stream.IsMap() {
		return total
	}
	if timeout := EnvoyGet(action, "timeout"); timeout.Exists() {
		f.Flaw(graph.Inert, timeout, "timeout", "max_stream_duration goes before it", "set max_stream_duration.max_stream_duration instead")
	}
	inner := f.Within("max_stream_duration")
	inner.Duration(stream, "grpc_timeout_header_max") // for what is wrong about it
	if limit := inner.Duration(stream, "max_stream_duration"); limit.IsWritten() {
		return limit
	}
	return policy.Setting[time.Duration]{Provenance: policy.Disabled, Origin: f.At(stream)}
}

// envoyHedge reads a HedgePolicy. A try that takes too long is then left running
// beside the next one, of which there are no more than retries: no request is
// copied that would not have been repeated, and the per-try timeout ends none.
func envoyHedge(f *field.Reader, n document.Node, says *policy.Set) {
	on := EnvoyGet(n, "hedge_on_per_try_timeout")
	if hedges, ok := on.Bool(); !ok || !hedges {
		return
	}
	switch {
	case says.Timeout == nil || !says.Timeout.PerTry.Set():
		f.Flaw(graph.Inert, on, "hedge_on_per_try_timeout", "no hedged request is sent without a per_try_timeout",
			"set retry_policy.per_try_timeout")
	case says.Retry == nil || says.Retry.Retries.Provenance == policy.Disabled:
		f.Flaw(graph.Inert, on, "hedge_on_per_try_timeout", "no hedged request is sent without retries", "set retry_policy.retry_on and num_retries")
	default:
		if on := &says.Retry.On; on.Set() && !slices.Contains(on.Value, policy.OnPerTry) {
			on.Value = slices.Sorted(slices.Values(append(slices.Clone(on.Value), policy.OnPerTry)))
		}
		says.Hedge = &policy.Hedge{Delay: says.Timeout.PerTry}
		says.Timeout.PerTry = policy.Setting[time.Duration]{}
	}
}

// envoyRetry reads a RetryPolicy. A policy without a number retries once, one
// without conditions never.
func envoyRetry(f *field.Reader, n document.Node) *policy.Retry {
	r := &policy.Retry{Retries: f.Count(0, n, "num_retries"), On: EnvoyOn(f, n)}
	switch written := EnvoyGet(n, "num_retries"); {
	case EnvoyGet(n, "retry_on").Str() == "":
		f.Flaw(graph.Inert, n, "retry_on", "nothing is retried without a retry condition", "set retry_on, for instance connect-failure,reset", field.Beside("retry_on", "connect-failure,refused-stream"))
		return &policy.Retry{Retries: field.Off(f, n, 0)}
	case !written.Exists():
		r.Retries = field.Supplied(f, n, 1)
	case r.Retries.Set() && r.Retries.Value == 0:
		r.Retries = field.Off(f, written, 0)
	}
	backoff := f.In(product.EnvoyRequired)
	r.Backoff = field.Presence(policy.Backoff{
		Base: backoff.Duration(n, "retry_back_off", "base_interval"),
		Max:  backoff.Duration(n, "retry_back_off", "max_interval"),
	})
	return r
}

// EnvoyOn reads the conditions of a RetryPolicy. Statuses count only together
// with the condition that says so, and that condition only together with statuses.
func EnvoyOn(f *field.Reader, n document.Node) policy.Setting[[]string] {
	on := f.RetryOn(product.EnvoyRetryOn, n, "retry_on")
	codes := f.RetryOn(product.StatusCodes, n, "retriable_status_codes")
	byCodes := strings.Contains(EnvoyGet(n, "retry_on").Str(), CodesTrigger)
	if byCodes && !EnvoyGet(n, "retriable_status_codes").Exists() {
		f.Flaw(graph.Inert, EnvoyGet(n, "retry_on"), "retry_on", CodesTrigger+" retries nothing without retriable_status_codes",
			"add retriable_status_codes, or another condition", withoutTrigger(EnvoyGet(n, "retry_on").Str()))
	}
	if codes.Set() && !byCodes {
		f.Flaw(graph.Inert, EnvoyGet(n, "retriable_status_codes"), "retriable_status_codes",
			"statuses need the condition "+CodesTrigger, "add it to retry_on", field.Retried(codes.Value, "retry_on", strings.TrimPrefix(EnvoyGet(n, "retry_on").Str()+","+CodesTrigger, ",")))
		return on
	}
	return field.JoinOn(on, codes)
}

// Cluster reads what a cluster says about the calls to its hosts.
func (c *EnvoyConfig) Cluster(n document.Node) {
	name := n.Get("name").Str()
	p := graph.Policy{
		Origin: c.At(n), Product: c.product, Object: "Cluster/" + cmp.Or(name, "cluster"), Group: "cluster", To: c.Callees(name),
	}
	if len(p.To) == 0 {
		return
	}
	c.ClusterSays(n, &p.Says)
	p.Flaws = c.TakeFlaws()
	leads := c.led[name]
	if leads == nil {
		leads = []envoyLead{{}}
		if c.twins[name] { // a listener of connections leads there, or nothing does
			leads[0].match = "cluster " + name
		}
	}
	if c.twins[name] {
		p.MergeKey = "clusters" // none takes the place of another one
	}
	for _, lead := range leads {
		p.Match, p.Rank = lead.match, lead.rank
		c.add([]graph.Policy{p})
		p.Flaws = nil // reported once
	}
}

func (c *EnvoyConfig) ClusterSays(n document.Node, says *policy.Set) {
	says.Timeout = field.Presence(policy.Timeout{
		Connect: c.Positive(n, "connect_timeout"),
		Idle:    c.Duration(n, "common_http_protocol_options", "idle_timeout"),
	})
	c.thresholds(n, says)
	if outlier := EnvoyGet(n, "outlier_detection"); outlier.IsMap() {
		says.Breaker = envoyOutliers(c.Within("outlier_detection"), outlier)
		says.Breaker.Panic = c.Percent(n, "common_lb_config", "healthy_panic_threshold", "value")
	}
	for _, check := range EnvoyGet(n, "health_checks").List() {
		f := c.Within("health_checks").In(c.waits)
		says.HealthCheck = field.Presence(policy.HealthCheck{
			Interval: f.Duration(check, "interval"),
			Timeout:  f.Duration(check, "timeout"),
			Failures: f.Count(1, check, "unhealthy_threshold"),
		})
		break
	}
	switch strings.ToUpper(EnvoyGet(n, "lb_policy").Str()) {
	case "CLUSTER_PROVIDED", "LOAD_BALANCING_POLICY_CONFIG": // said elsewhere
	default:
		says.Balance = field.Presence(policy.Balance{Strategy: c.Enum(envoyBalancers, n, "lb_policy")})
	}
}

// thresholds reads the limits that Envoy calls circuit breakers, those for calls
// of ordinary priority.
func (c *EnvoyConfig) thresholds(n document.Node, says *policy.Set) {
	for i, t := range EnvoyGet(n, "circuit_breakers", "thresholds").List() {
		if priority := t.Get("priority").Str(); priority != "" && !strings.EqualFold(priority, "DEFAULT") {
			continue
		}
		f := c.Within(fmt.Sprintf("circuit_breakers.thresholds[%d]", i))
		says.Bulkhead = field.Presence(policy.Bulkhead{
			MaxConnections: f.Count(0, t, "max_connections"),
			MaxPending:     f.Count(0, t, "max_pending_requests"),
			MaxConcurrent:  f.Count(0, t, "max_requests"),
			MaxRetries:     f.Count(0, t, "max_retries"),
		})
		if budget := EnvoyGet(t, "retry_budget"); budget.IsMap() {
			share := field.OrSupplied(f, budget, f.Percent(t, "retry_budget", "budget_percent", "value"), 0.2)
			says.Retry = field.Presence(policy.Retry{Budget: field.BudgetShare(share, f.Count(0, t, "retry_budget", "min_retry_concurrency"), 3)})
		}
	}
}

// envoyOutliers reads outlier detection. A detector whose enforcement is 0 only
// counts.
func envoyOutliers(f *field.Reader, n document.Node) *policy.Breaker {
	b := &policy.Breaker{
		Kind:     field.Written(f, n, "endpoint"),
		Failures: f.Count(0, n, "consecutive_5xx"),
		Gateway:  f.Count(0, n, "consecutive_gateway_failure"),
		Window:   f.Positive(n, "interval"),
		Open:     f.Positive(n, "base_ejection_time"),
		MaxEject: f.Percent(n, "max_ejection_percent"),
	}
	if enforced := f.Percent(n, "enforcing_consecutive_5xx"); enforced.Set() && enforced.Value == 0 {
		b.Failures = policy.Setting[int]{Provenance: enforced.Provenance, Origin: enforced.Origin}
	}
	if enforced := f.Percent(n, "enforcing_consecutive_gateway_failure"); enforced.Value == 0 && b.Gateway.Set() {
		f.Flaw(graph.Inert, EnvoyGet(n, "consecutive_gateway_failure"), "consecutive_gateway_failure",
			"gateway failures eject no host unless enforcing_consecutive_gateway_failure is set",
			"set enforcing_consecutive_gateway_failure: 100", field.Beside("enforcing_consecutive_gateway_failure", "100"))
		b.Gateway = policy.Setting[int]{}
	}
	if one, ok := EnvoyGet(n, "always_eject_one_host").Bool(); ok {
		b.EjectOne = field.Written(f, EnvoyGet(n, "always_eject_one_host"), one)
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

// CodesTrigger is the condition that makes a list of statuses count.
const CodesTrigger = "retriable-status-codes"

// withoutTrigger leaves the other conditions of a retry, or gives the statuses that are missing.
func withoutTrigger(on string) field.Fix {
	rest := slices.DeleteFunc(strings.Split(on, ","), func(word string) bool { return strings.TrimSpace(word) == CodesTrigger })
	if len(rest) == 0 {
		return field.Beside("retriable_status_codes", "[502, 504]")
	}
	return field.Instead(strings.Join(rest, ","))
}
