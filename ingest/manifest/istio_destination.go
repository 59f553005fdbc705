package manifest

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The ranks of the parts of a DestinationRule: what is said of a subset goes
// before what is said of all, and of a port before both.
const (
	rankAll = iota
	rankPort
	rankSubset
	rankSubsetPort
	rankHost // one more step for a longer host
)

// destinationRule reads how the proxies of callers treat one host: connection
// pools, outlier detection and balancing, for all of it, its ports and subsets.
func destinationRule(r *resource) {
	host := r.text(r.spec, "host")
	if host == "" {
		return
	}
	d := &destinationPolicies{resource: r, fields: newPolicyFields(r.Document, product.IstioDuration)}
	d.base = r.policy(product.Istio, "destination", r.Root)
	d.base.To = []graph.EndpointRef{r.host(host)}
	d.base.Lookup, d.base.NeedsMesh = graph.CallerFirst, true
	d.base.FromNamespaces = r.exported()
	d.base.Rank = hostRank(host) * rankHost
	d.base.MergeKey = r.namespace + "/" + canonicalHost(host, r.namespace)
	if callers, ok := r.pods(r.mapping(r.spec, "workloadSelector", "matchLabels")); ok {
		d.base.From = []graph.EndpointRef{callers}
		d.base.Rank += maxHost * rankHost // before those for every workload
	}
	d.read()
}

// maxHost is longer than any host name.
const maxHost = 256

// canonicalHost is the full name of a host as it is seen from a namespace: rules of
// one host add to each other however they write it.
func canonicalHost(host, namespace string) string {
	full := strings.TrimSuffix(strings.ToLower(host), ".svc.cluster.local")
	if namespace != "" && !strings.Contains(full, ".") {
		full += "." + namespace
	}
	return full
}

// hostRank orders the hosts of rules: an exact one goes before a wildcard, and of
// two wildcards the longer.
func hostRank(host string) int {
	if strings.HasPrefix(host, "*") {
		return min(len(host), maxHost) - 1
	}
	return maxHost
}

// destinationPolicies are those of one DestinationRule.
type destinationPolicies struct {
	*resource
	fields *policyFields
	base   graph.Policy // what they have in common
	all    []graph.Policy
}

func (d *destinationPolicies) read() {
	top := d.mapping(d.spec, "trafficPolicy")
	d.fields.prefix = "trafficPolicy."
	d.add(top, d.fields.trafficPolicy(top, top), document.Node{}, 0, rankAll)
	d.ports(top, document.Node{}, rankPort)
	for i, subset := range d.list(d.spec, "subsets") {
		own := d.mapping(subset, "trafficPolicy")
		if !own.Exists() {
			continue
		}
		d.fields.prefix = fmt.Sprintf("subsets[%d].trafficPolicy.", i)
		d.add(own, d.fields.trafficPolicy(own, top), subset, 0, rankSubset)
		d.ports(own, subset, rankSubsetPort)
	}
	for _, p := range d.all {
		if !p.Says.Empty() || len(p.Flaws) > 0 { // then the silent ones beside it count too
			d.facts.Policies = append(d.facts.Policies, d.all...)
			return
		}
	}
}

// ports reads the settings of single ports. They take the place of those of the
// whole destination; nothing is inherited.
func (d *destinationPolicies) ports(n, subset document.Node, rank int) {
	outer := d.fields.prefix
	for i, setting := range d.list(n, "portLevelSettings") {
		d.fields.prefix = fmt.Sprintf("%sportLevelSettings[%d].", outer, i)
		if port := portNumber(setting.Get("port", "number")); port > 0 {
			d.add(setting, d.fields.trafficPolicy(setting, setting), subset, port, rank)
		}
	}
}

// add takes what is said of a port, or of all if it is 0, of a subset or, if that
// is absent, of the whole destination.
func (d *destinationPolicies) add(n document.Node, says policy.Set, subset document.Node, port, rank int) {
	p := d.base
	if n.Exists() {
		p.Origin = d.At(n)
	}
	p.Says, p.Port = says, port
	p.Subset, p.Selects = subset.Get("name").Str(), labelsOf(subset.Get("labels"))
	p.Rank += rank
	p.Flaws = d.fields.takeFlaws()
	d.all = append(d.all, p)
}

// trafficPolicy reads one TrafficPolicy, or the settings of one port. A block that
// own leaves out is inherited as a whole.
func (f *policyFields) trafficPolicy(own, inherited document.Node) policy.Set {
	block := func(key string) document.Node {
		if n := own.Get(key); n.Exists() {
			return n
		}
		return inherited.Get(key)
	}
	says := policy.Set{Layer: policy.ClientProxy, Product: product.Istio}
	f.connectionPool(block("connectionPool"), &says)
	says.Breaker = f.outlierDetection(block("outlierDetection"))
	says.Balance = f.loadBalancer(block("loadBalancer"), says.Breaker != nil)
	if budget := block("retryBudget"); budget.IsMap() {
		share := f.within("retryBudget").percent(budget, "percent")
		if !budget.Get("percent").Exists() {
			share = policy.Setting[float64]{Value: 0.2, Provenance: policy.PlatformDefault, Origin: f.At(budget)}
		}
		says.Retry = presence(policy.Retry{Budget: share})
	}
	return says
}

// connectionPool reads the limits of connections and requests, which Envoy calls
// circuit breakers and which only cap.
func (f *policyFields) connectionPool(n document.Node, says *policy.Set) {
	f = f.within("connectionPool")
	idle := f.duration(n, "http", "idleTimeout")
	if tcp := f.duration(n, "tcp", "idleTimeout"); !idle.Set() {
		idle = tcp
	}
	says.Timeout = presence(policy.Timeout{Connect: f.duration(n, "tcp", "connectTimeout"), Idle: idle})
	says.Bulkhead = presence(policy.Bulkhead{
		MaxConnections: f.limit(n, "tcp", "maxConnections"),
		MaxPending:     f.limit(n, "http", "http1MaxPendingRequests"),
		MaxConcurrent:  f.limit(n, "http", "http2MaxRequests"),
		MaxRetries:     f.limit(n, "http", "maxRetries"),
	})
}

// limit reads a limit, of which 0 is as good as none.
func (f *policyFields) limit(n document.Node, path ...string) policy.Setting[int] {
	s := f.count(0, n, path...)
	if s.Set() && s.Value == 0 {
		f.flaw(graph.Inert, n.Get(path...), strings.Join(path, "."), "0 is the same as no limit", "set at least 1")
		return policy.Setting[int]{}
	}
	return s
}

// outlierDetection reads the breaker that takes single hosts of the callee out.
func (f *policyFields) outlierDetection(n document.Node) *policy.Breaker {
	if !n.Exists() {
		return nil
	}
	f = f.within("outlierDetection")
	b := &policy.Breaker{
		Kind:     written(f, n, "endpoint"),
		Window:   f.duration(n, "interval"),
		Open:     f.duration(n, "baseEjectionTime"),
		MaxEject: f.percent(n, "maxEjectionPercent"),
		Failures: f.count(0, n, "consecutive5xxErrors"),
		Gateway:  f.count(0, n, "consecutiveGatewayErrors"),
	}
	b.Panic = f.percent(n, "minHealthPercent")
	if old := f.count(0, n, "consecutiveErrors"); old.Set() {
		f.remark(graph.Inert, n.Get("consecutiveErrors"), "consecutiveErrors", "the field is deprecated",
			"write consecutive5xxErrors, or consecutiveGatewayErrors")
		if !b.Failures.Set() {
			b.Failures = old
		}
	}
	return b
}

// istioBalancers are the words of loadBalancer.simple. The one that is deprecated
// means its successor.
var istioBalancers = map[string]string{
	"ROUND_ROBIN":   "round-robin",
	"LEAST_REQUEST": "least-request",
	"LEAST_CONN":    "least-request",
	"RANDOM":        "random",
	"PASSTHROUGH":   "passthrough",
}

// loadBalancer reads how calls are spread. Failing over to other places needs
// outlier detection beside it, which tells when a place has failed.
func (f *policyFields) loadBalancer(n document.Node, ejects bool) *policy.Balance {
	f = f.within("loadBalancer")
	var strategy policy.Setting[string]
	if n.Get("simple").Str() != "UNSPECIFIED" {
		strategy = f.word(istioBalancers, n, "simple")
	}
	if hash := n.Get("consistentHash"); hash.IsMap() {
		strategy = written(f, hash, "consistent-hash")
	}
	for _, field := range []string{"failover", "failoverPriority"} {
		if at := n.Get("localityLbSetting", field); at.Exists() && !ejects {
			f.flaw(graph.Inert, at, "localityLbSetting."+field,
				"failover between localities needs outlierDetection in the same policy", "add outlierDetection")
		}
	}
	return presence(policy.Balance{Strategy: strategy})
}
