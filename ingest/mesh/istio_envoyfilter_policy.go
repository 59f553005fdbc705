package mesh

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// An EnvoyFilter changes the configuration of Istio's proxies. In one shape it is a
// policy: merged into the routes or clusters of outgoing calls, for all hosts or for one.
// Then it acts in place of what VirtualServices and DestinationRules say, field by field.
// Whatever else it changes is named as not evaluated.

// patchGroup comes after Istio's other groups, so that patches override them.
const patchGroup = "~envoy filter"

// patchPolicies reads the patch number i of an EnvoyFilter, whose proxies are those
// of from. It reports false if the patch is not of the shape that can be read.
func patchPolicies(r *resource.Object, i int, patch document.Node, from []graph.EndpointRef) bool {
	match, value := patch.Get("match"), patch.Get("patch", "value")
	if patch.Get("patch", "operation").Str() != "MERGE" || match.Get("context").Str() != "SIDECAR_OUTBOUND" || match.Get("proxy").Exists() {
		return false
	}
	p := r.Policy(product.Istio, patchGroup, value)
	p.Merge, p.NeedsMesh, p.NotGateways, p.From = true, true, true, from
	if from == nil && r.Namespace != product.Istio.RootNamespace {
		p.FromNamespaces = []string{r.Namespace}
	}
	if priority, ok := r.Spec.Get("priority").Int(); ok {
		p.Rank = max(-1000, min(priority, 1000))
	}
	c := proxy.NewEnvoyConfig(field.New(r.Document, product.IstioPatch), product.Istio, product.IstioPatchRequired)
	c.Prefix = fmt.Sprintf("configPatches[%d].patch.value.", i)
	host := ""
	switch patch.Get("applyTo").Str() {
	case "HTTP_ROUTE":
		vhost := match.Get("routeConfiguration", "vhost")
		if vhost.Get("route").Exists() {
			return false // one of its routes, by a name that Istio made up
		}
		host = vhost.Get("name").Str()
		p.Says = patchedRoute(c.Within("route"), value.Get("route"))
	case "CLUSTER":
		cluster := match.Get("cluster")
		if cluster.Get("name").Exists() || cluster.Get("subset").Exists() {
			return false
		}
		host, p.Port = cluster.Get("service").Str(), resource.PortNumber(cluster.Get("portNumber"))
		c.ClusterSays(value, &p.Says)
	default:
		return false
	}
	name, port, _ := strings.Cut(host, ":")
	if strings.ContainsAny(name, "*|") {
		return false
	}
	if name != "" {
		p.To = []graph.EndpointRef{r.Host(name)}
	}
	if port != "" {
		p.Port = resource.PortText(port)
	}
	p.Says.Layer, p.Says.Product = policy.ClientProxy, product.Istio
	r.AddPolicies(c.Reader, p)
	return true
}

// patchedRoute reads a route that is merged into one of Istio's, which has
// conditions for retries already.
func patchedRoute(f *field.Reader, n document.Node) policy.Set {
	retry := proxy.EnvoyGet(n, "retry_policy")
	says := policy.Set{Timeout: field.Presence(policy.Timeout{
		Total: f.Duration(n, "timeout"), Idle: f.Duration(n, "idle_timeout"), PerTry: f.Within("retry_policy").Duration(retry, "per_try_timeout"),
	})}
	if retry.IsMap() {
		f := f.Within("retry_policy")
		backoff := f.In(product.IstioPatchRequired)
		says.Retry = &policy.Retry{Retries: settings.SwitchedOffAt0(f.Count(0, retry, "num_retries")), On: proxy.EnvoyOn(f, retry), Backoff: field.Presence(policy.Backoff{
			Base: backoff.Duration(retry, "retry_back_off", "base_interval"), Max: backoff.Duration(retry, "retry_back_off", "max_interval"),
		})}
	}
	return says
}
