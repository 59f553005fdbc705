package mesh

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
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
func destinationRule(r *resource.Object) {
	host := r.Text(r.Spec, "host")
	if host == "" {
		return
	}
	declaredSubsets(r, host)
	d := policiesOfHost(r, host, r.Root)
	d.base.FromNamespaces = exported(r)
	d.base.Rank = hostRank(host) * rankHost
	d.base.MergeKey = r.Namespace + "/" + canonicalHost(host, r.Namespace)
	if callers, ok := r.Pods(r.Mapping(r.Spec, "workloadSelector", "matchLabels")); ok {
		d.base.From = []graph.EndpointRef{callers}
		d.base.Rank += maxHost * rankHost // before those for every workload
	}
	d.read()
}

// policiesOfHost begins the policies of a host in an object.
func policiesOfHost(r *resource.Object, host string, at document.Node) *destinationPolicies {
	d := &destinationPolicies{Object: r, fields: field.New(r.Document, product.IstioDuration)}
	d.base = r.Policy(product.Istio, "destination", at)
	d.base.To, d.base.ToIs = []graph.EndpointRef{namedHost(r, host)}, graph.Destination
	d.base.Lookup, d.base.NeedsMesh = graph.CallerFirst, true
	return d
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
	*resource.Object
	fields *field.Reader
	base   graph.Policy // what they have in common
	all    []graph.Policy
}

func (d *destinationPolicies) read() {
	top := d.Mapping(d.Spec, "trafficPolicy")
	d.fields.Prefix = ""
	if n := 0; top.IsMap() {
		for range top.Pairs() {
			n++
		}
		if n == 0 {
			d.fields.Flaw(graph.Invalid, top, "trafficPolicy", "it has no field, and the object is refused", "remove trafficPolicy, or set a field in it", field.Remove)
		}
	}
	d.fields.Prefix = "trafficPolicy."
	d.add(top, trafficPolicy(d.fields, top, top), document.Node{}, 0, rankAll)
	d.ports(top, document.Node{}, rankPort)
	for i, subset := range d.List(d.Spec, "subsets") {
		own := d.Mapping(subset, "trafficPolicy")
		if !own.Exists() {
			continue
		}
		d.fields.Prefix = fmt.Sprintf("subsets[%d].trafficPolicy.", i)
		d.add(own, trafficPolicy(d.fields, own, top), subset, 0, rankSubset)
		d.ports(own, subset, rankSubsetPort)
	}
	d.give()
}

// give adds the policies, if one of them says something.
func (d *destinationPolicies) give() {
	for _, p := range d.all {
		if !p.Says.Empty() || len(p.Flaws) > 0 { // then the silent ones beside it count too
			d.Facts.Policies = append(d.Facts.Policies, d.all...)
			return
		}
	}
}

// ports reads the settings of single ports. They take the place of those of the
// whole destination; nothing is inherited.
func (d *destinationPolicies) ports(n, subset document.Node, rank int) {
	outer := d.fields.Prefix
	for i, setting := range d.List(n, "portLevelSettings") {
		d.fields.Prefix = fmt.Sprintf("%sportLevelSettings[%d].", outer, i)
		if port := resource.PortNumber(setting.Get("port", "number")); port > 0 {
			d.add(setting, trafficPolicy(d.fields, setting, setting), subset, port, rank)
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
	p.Subset, p.Selects = subset.Get("name").Str(), resource.LabelsOf(subset.Get("labels"))
	p.Rank += rank
	p.Flaws = d.fields.TakeFlaws()
	d.all = append(d.all, p)
}

// trafficPolicy reads one TrafficPolicy, or the settings of one port. A block that
// own leaves out is inherited as a whole.
func trafficPolicy(f *field.Reader, own, inherited document.Node) policy.Set {
	block := func(key string) document.Node {
		if n := own.Get(key); n.Exists() {
			return n
		}
		return inherited.Get(key)
	}
	says := policy.Set{Layer: policy.ClientProxy, Product: product.Istio}
	connectionPool(f, block("connectionPool"), &says)
	says.Breaker = outlierDetection(f, block("outlierDetection"))
	says.Balance = loadBalancer(f, block("loadBalancer"), says.Breaker != nil)
	if budget := block("retryBudget"); budget.IsMap() {
		in := f.Within("retryBudget")
		share := in.Percent(budget, "percent")
		if !budget.Get("percent").Exists() {
			share = field.Supplied(f, budget, 0.2)
		}
		says.Retry = field.Presence(policy.Retry{Budget: field.BudgetShare(share, in.Count(0, budget, "minRetryConcurrency"), 3)})
	}
	return says
}

// connectionPool reads the limits of connections and requests, which Envoy calls
// circuit breakers and which only cap.
func connectionPool(f *field.Reader, n document.Node, says *policy.Set) {
	f = f.Within("connectionPool")
	idle := f.Duration(n, "http", "idleTimeout")
	if tcp := f.In(product.IstioIdle).Duration(n, "tcp", "idleTimeout"); !idle.Set() {
		idle = tcp
	}
	says.Timeout = field.Presence(policy.Timeout{Connect: f.Duration(n, "tcp", "connectTimeout"), Idle: idle})
	says.Bulkhead = field.Presence(policy.Bulkhead{
		MaxConnections: limit(f, n, "tcp", "maxConnections"),
		MaxPending:     limit(f, n, "http", "http1MaxPendingRequests"),
		MaxConcurrent:  limit(f, n, "http", "http2MaxRequests"),
		MaxRetries:     limit(f, n, "http", "maxRetries"),
	})
}

// limit reads a limit, of which 0 is as good as none.
func limit(f *field.Reader, n document.Node, path ...string) policy.Setting[int] {
	s := f.Count(0, n, path...)
	if s.Set() && s.Value == 0 {
		f.Flaw(graph.Inert, n.Get(path...), strings.Join(path, "."), "0 means no limit", "set 1 or more")
		return policy.Setting[int]{}
	}
	return s
}

// outlierDetection reads the breaker that takes single hosts of the callee out.
func outlierDetection(f *field.Reader, n document.Node) *policy.Breaker {
	if !n.Exists() {
		return nil
	}
	f = f.Within("outlierDetection")
	b := &policy.Breaker{
		Kind:     field.Written(f, n, "endpoint"),
		Window:   f.Duration(n, "interval"),
		Open:     f.Duration(n, "baseEjectionTime"),
		MaxEject: ejectionShare(f, n),
		Failures: f.Count(0, n, "consecutive5xxErrors"),
		Gateway:  f.Count(0, n, "consecutiveGatewayErrors"),
	}
	b.Panic = f.Percent(n, "minHealthPercent")
	if old := n.Get("consecutiveErrors"); old.Exists() { // pilot/pkg/networking/core/cluster_traffic_policy.go:486
		f.Flaw(graph.Inert, old, "consecutiveErrors", "Istio has given it up, and Envoy's default acts",
			"write consecutive5xxErrors, or consecutiveGatewayErrors", renamed(n, "consecutive5xxErrors"))
	}
	return b
}

// ejectionShare reads how many of the hosts may be out at a time. 0 counts as not written, which is
// Envoy's default: pilot/pkg/networking/core/cluster_traffic_policy.go:523.
func ejectionShare(f *field.Reader, n document.Node) policy.Setting[float64] {
	share := f.Percent(n, "maxEjectionPercent")
	if share.Set() && share.Value == 0 {
		at := n.Get("maxEjectionPercent")
		share = field.Supplied(f, at, product.Istio.Within.Breaker.MaxEject.Value)
		f.Reading(at, "maxEjectionPercent", fmt.Sprintf("0 is not set, so that Envoy's default of %g %% acts", 100*share.Value), "write 1 or more, or remove outlierDetection for none", field.Remove)
	}
	return share
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

// loadBalancer reads how calls are spread. Failover between localities needs outlier
// detection, which detects the failure of a locality.
func loadBalancer(f *field.Reader, n document.Node, ejects bool) *policy.Balance {
	f = f.Within("loadBalancer")
	var strategy policy.Setting[string]
	if n.Get("simple").Str() != "UNSPECIFIED" {
		strategy = f.Word(istioBalancers, n, "simple")
	}
	if hash := n.Get("consistentHash"); hash.IsMap() {
		strategy = field.Written(f, hash, "consistent-hash")
	}
	for _, field := range []string{"failover", "failoverPriority"} {
		if at := n.Get("localityLbSetting", field); at.Exists() && !ejects {
			f.Flaw(graph.Inert, at, "localityLbSetting."+field,
				"failover between localities needs outlierDetection in the same policy", "add outlierDetection")
		}
	}
	return field.Presence(policy.Balance{Strategy: strategy})
}

// renamed gives a field of a block another name, or takes it away if the block has that already.
func renamed(block document.Node, name string) field.Fix {
	if block.Get(name).Exists() {
		return field.Remove
	}
	return field.Rename(name)
}
