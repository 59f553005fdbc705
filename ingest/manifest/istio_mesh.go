package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// istioInstallation reads what an installation of Istio sets for the whole mesh.
func istioInstallation(r *resource) {
	r.meshConfig(r.Document, r.mapping(r.spec, "meshConfig"))
	r.meshConfig(r.Document, r.mapping(r.spec, "values", "meshConfig"))
}

// istioMeshMap reads the ConfigMap that Istio itself reads its mesh's settings
// from. Those of other revisions are named after them.
func istioMeshMap(o *object) {
	n := o.Root.Get("data", "mesh")
	if o.name != "istio" && !strings.HasPrefix(o.name, "istio-") || !n.IsScalar() {
		return
	}
	d, err := o.Embedded(n)
	if err != nil {
		o.Problem(graph.Failed, n, "", "%s %q: mesh: %v", o.kind, o.name, err)
		return
	}
	o.meshConfig(d, d.Root)
}

// meshConfig reads the policies of a MeshConfig, which act wherever nothing nearer
// to a call says otherwise. Their group comes before those of hosts and routes,
// which are laid over it.
func (r *resource) meshConfig(d *document.Document, n document.Node) {
	f := newPolicyFields(d, product.IstioDuration)
	f.how, f.prefix = policy.MeshDefault, "meshConfig."
	traffic := n.Get("defaultTrafficPolicy")
	says := f.within("defaultTrafficPolicy").trafficPolicy(traffic, traffic)
	timeout := policy.Timeout{Connect: f.duration(n, "connectTimeout")}
	if says.Timeout != nil {
		timeout.Idle = says.Timeout.Idle
		if says.Timeout.Connect.Provenance != policy.Unknown {
			timeout.Connect = says.Timeout.Connect
		}
	}
	budget := says.Retry
	timeout.PerTry, says.Retry = f.istioRetries(n.Get("defaultHttpRetryPolicy"), "defaultHttpRetryPolicy")
	if says.Retry == nil {
		says.Retry = budget
	} else if budget != nil {
		says.Retry.Budget = budget.Budget
	}
	says.Timeout = presence(timeout)
	p := r.policy(product.Istio, "default", r.Root)
	if n.Exists() {
		p.Origin = d.At(n)
	}
	p.NeedsMesh, p.Says, p.Flaws = true, says, f.takeFlaws()
	if !says.Empty() || len(p.Flaws) > 0 {
		r.facts.Policies = append(r.facts.Policies, p)
	}
}

// envoyPolicyFields are the fields by which Envoy's routes and clusters hold
// policies.
var envoyPolicyFields = []string{"timeout", "retry_policy", "hedge_policy", "circuit_breakers", "outlier_detection"}

// unreadPatch says which policies an EnvoyFilter sets in the proxies' own words.
// What they come to depends on what Istio wrote there before.
func (r *resource) unreadPatch(patch document.Node) {
	switch patch.Get("applyTo").Str() {
	case "HTTP_ROUTE", "VIRTUAL_HOST", "ROUTE_CONFIGURATION", "NETWORK_FILTER", "CLUSTER":
	default:
		return
	}
	if patch.Get("patch", "operation").Str() == "ADD" && patch.Get("applyTo").Str() == "CLUSTER" {
		return // a host of its own, not one that services call
	}
	value := patch.Get("patch", "value")
	for _, key := range envoyPolicyFields {
		if at := findField(value, key, 0); at.Exists() {
			r.Problem(graph.Note, at, "set it in a VirtualService or DestinationRule, or tell weir in weir.yaml",
				"%s %q: %s is set in the proxies themselves, which weir does not evaluate", r.kind, r.name, key)
		}
	}
}

// findField returns the first value of a protobuf field at any depth below n.
func findField(n document.Node, key string, depth int) document.Node {
	if depth > maxEnvoyDepth {
		return document.Node{}
	}
	if v := envoyGet(n, key); v.Exists() {
		return v
	}
	for _, v := range n.Pairs() {
		if found := findField(v, key, depth+1); found.Exists() {
			return found
		}
	}
	for _, item := range n.List() {
		if found := findField(item, key, depth+1); found.Exists() {
			return found
		}
	}
	return document.Node{}
}
