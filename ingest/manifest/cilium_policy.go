package manifest

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy/product"
)

// readCiliumEnvoy reads the routes and clusters that a CiliumEnvoyConfig gives to
// the Envoy of each node, for the calls to the Services that it redirects there.
func readCiliumEnvoy(o *object) {
	var redirected []graph.EndpointRef
	for _, service := range o.list(o.spec, "services") {
		if name := o.text(service, "name"); name != "" {
			redirected = append(redirected, o.service(o.text(service, "namespace"), name))
		}
	}
	c := newEnvoyConfig(newPolicyFields(o.Document, product.EnvoyDuration), product.Cilium)
	resources := o.list(o.spec, "resources")
	c.callees = func(string) []graph.EndpointRef { return redirected }
	c.routeTables(o.spec.Get("resources"), 0)

	c.callees = o.ciliumBackends
	for _, n := range resources {
		if strings.HasSuffix(n.Get("@type").Str(), ".Cluster") {
			c.cluster(n)
		}
	}
	for i := range c.policies { // what callers use is told by the name of the object that holds it
		p := &c.policies[i]
		p.Object, p.Namespace, p.Realm = o.subject(), o.namespace, kubernetesRealm
		if p.Group == "cluster" {
			p.Group = "cluster " + p.Origin.String() // of hosts of their own, no rivals
		}
	}
	o.facts.Policies = append(o.facts.Policies, c.policies...)
}

// ciliumBackends returns the Service behind a cluster, which is named after it:
// "shop/cart", or "shop/cart:8080".
func (o *object) ciliumBackends(cluster string) []graph.EndpointRef {
	namespace, name, found := strings.Cut(cluster, "/")
	if !found {
		namespace, name = "", cluster
	}
	name, _, _ = strings.Cut(name, ":")
	if name == "" || slices.Contains([]string{"egress-cluster", "ingress-cluster"}, name) {
		return nil
	}
	return []graph.EndpointRef{o.service(namespace, name)}
}
