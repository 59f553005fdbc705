package manifest

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// An EnvoyFilter changes what Istio tells its proxies. In one shape it says what a
// policy says: merged into the routes or clusters of outgoing calls, for all hosts
// or for one. Then it acts in place of what VirtualServices and DestinationRules
// say, field by field. Whatever else it changes is named as not evaluated.

// patchGroup comes after Istio's other groups, so that patches lie over them.
const patchGroup = "~envoy filter"

// patchPolicies reads the patch number i of an EnvoyFilter, whose proxies are those
// of from. It reports false if the patch is not of the shape that can be read.
func (r *resource) patchPolicies(i int, patch document.Node, from []graph.EndpointRef) bool {
	match, value := patch.Get("match"), patch.Get("patch", "value")
	if patch.Get("patch", "operation").Str() != "MERGE" || match.Get("context").Str() != "SIDECAR_OUTBOUND" || match.Get("proxy").Exists() {
		return false
	}
	p := r.policy(product.Istio, patchGroup, value)
	p.Merge, p.NeedsMesh, p.NotGateways, p.From = true, true, true, from
	if from == nil && r.namespace != product.Istio.RootNamespace {
		p.FromNamespaces = []string{r.namespace}
	}
	if priority, ok := r.spec.Get("priority").Int(); ok {
		p.Rank = max(-1000, min(priority, 1000))
	}
	c := newEnvoyConfig(newPolicyFields(r.Document, product.EnvoyDuration), product.Istio)
	c.prefix = fmt.Sprintf("configPatches[%d].patch.value.", i)
	host := ""
	switch patch.Get("applyTo").Str() {
	case "HTTP_ROUTE":
		vhost := match.Get("routeConfiguration", "vhost")
		if vhost.Get("route").Exists() {
			return false // one of its routes, by a name that Istio made up
		}
		host = vhost.Get("name").Str()
		p.Says = c.within("route").patchedRoute(value.Get("route"))
	case "CLUSTER":
		cluster := match.Get("cluster")
		if cluster.Get("name").Exists() || cluster.Get("subset").Exists() {
			return false
		}
		host, p.Port = cluster.Get("service").Str(), portNumber(cluster.Get("portNumber"))
		c.clusterSays(value, &p.Says)
	default:
		return false
	}
	name, port, _ := strings.Cut(host, ":")
	if strings.ContainsAny(name, "*|") {
		return false
	}
	if name != "" {
		p.To = []graph.EndpointRef{r.host(name)}
	}
	if port != "" {
		p.Port = portText(port)
	}
	p.Says.Layer, p.Says.Product = policy.ClientProxy, product.Istio
	r.addPolicies(c.policyFields, p)
	return true
}

// patchedRoute reads a route that is merged into one of Istio's, which has
// conditions for retries already.
func (f *policyFields) patchedRoute(n document.Node) policy.Set {
	retry := envoyGet(n, "retry_policy")
	says := policy.Set{Timeout: presence(policy.Timeout{
		Total: f.duration(n, "timeout"), Idle: f.duration(n, "idle_timeout"), PerTry: f.within("retry_policy").duration(retry, "per_try_timeout"),
	})}
	if retry.IsMap() {
		f := f.within("retry_policy")
		says.Retry = &policy.Retry{Retries: switchedOffAt0(f.count(0, retry, "num_retries")), On: f.envoyOn(retry), Backoff: presence(policy.Backoff{
			Base: f.duration(retry, "retry_back_off", "base_interval"), Max: f.duration(retry, "retry_back_off", "max_interval"),
		})}
	}
	return says
}
