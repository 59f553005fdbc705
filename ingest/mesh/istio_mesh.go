package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// istioInstallation reads what an installation of Istio sets for the whole mesh.
func istioInstallation(r *resource.Object) {
	meshConfig(r, r.Document, r.Mapping(r.Spec, "meshConfig"))
	meshConfig(r, r.Document, r.Mapping(r.Spec, "values", "meshConfig"))
}

// IstioMeshMap reads the ConfigMap that Istio itself reads its mesh's settings
// from. Those of other revisions are named after them.
func IstioMeshMap(o *resource.Object) {
	n := o.Root.Get("data", "mesh")
	if o.Name != "istio" && !strings.HasPrefix(o.Name, "istio-") || !n.IsScalar() {
		return
	}
	d, err := o.Embedded(n)
	if err != nil {
		o.Problem(graph.Failed, n, "", "%s %q: mesh: %v", o.Kind, o.Name, err)
		return
	}
	meshConfig(o, d, d.Root)
}

// meshConfig reads the policies of a MeshConfig, which act wherever nothing nearer
// to a call says otherwise. Their group comes before those of hosts and routes,
// which are laid over it.
func meshConfig(r *resource.Object, d *document.Document, n document.Node) {
	f := field.New(d, product.IstioDuration)
	f.How, f.Prefix = policy.MeshDefault, "meshConfig."
	traffic := n.Get("defaultTrafficPolicy")
	says := trafficPolicy(f.Within("defaultTrafficPolicy"), traffic, traffic)
	timeout := policy.Timeout{Connect: f.Duration(n, "connectTimeout")}
	if says.Timeout != nil {
		timeout.Idle = says.Timeout.Idle
		if says.Timeout.Connect.Provenance != policy.Unknown {
			timeout.Connect = says.Timeout.Connect
		}
	}
	budget := says.Retry
	timeout.PerTry, says.Retry = istioRetries(f, n.Get("defaultHttpRetryPolicy"), "defaultHttpRetryPolicy")
	if says.Retry == nil {
		says.Retry = budget
	} else if budget != nil {
		says.Retry.Budget = budget.Budget
	}
	says.Timeout = field.Presence(timeout)
	extensionProviders(r, f, n.Get("extensionProviders").List())
	p := r.Policy(product.Istio, "default", r.Root)
	if n.Exists() {
		p.Origin = d.At(n)
	}
	p.NeedsMesh, p.Says, p.Flaws = true, says, f.TakeFlaws()
	if !says.Empty() || len(p.Flaws) > 0 {
		r.Facts.Policies = append(r.Facts.Policies, p)
	}
}

// envoyPolicyFields are the fields by which Envoy's routes and clusters hold
// policies.
var envoyPolicyFields = []string{"timeout", "retry_policy", "hedge_policy", "circuit_breakers", "outlier_detection"}

// unreadPatch says which policies an EnvoyFilter sets in the proxies' own words.
// What they come to depends on what Istio wrote there before.
func unreadPatch(r *resource.Object, patch document.Node) {
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
			r.Problem(graph.Note, at, "set it in a VirtualService or DestinationRule, or declare it in weir.yaml",
				"%s %q: %s is set in the configuration of the proxies, which weir does not evaluate", r.Kind, r.Name, key)
		}
	}
}

// findField returns the first value of a protobuf field at any depth below n.
func findField(n document.Node, key string, depth int) document.Node {
	if depth > proxy.MaxEnvoyDepth {
		return document.Node{}
	}
	if v := proxy.EnvoyGet(n, key); v.Exists() {
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
