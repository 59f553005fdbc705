package mesh

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/kubernetes"
	"github.com/weirgraph/weir/ingest/proxy"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// CiliumKinds are the kinds that hold configuration of Envoy.
var CiliumKinds = []*kubernetes.Kind{
	{Name: "CiliumEnvoyConfig", Groups: []string{"cilium.io"}, Read: readCiliumEnvoy},
	{Name: "CiliumClusterwideEnvoyConfig", Groups: []string{"cilium.io"}, Read: readCiliumEnvoy},
}

// readCiliumEnvoy reads the routes and clusters that a CiliumEnvoyConfig gives to
// the Envoy of each node, for the calls to the Services that it redirects there.
func readCiliumEnvoy(o *resource.Object) {
	var redirected []graph.EndpointRef
	for _, service := range o.List(o.Spec, "services") {
		if name := o.Text(service, "name"); name != "" {
			redirected = append(redirected, o.Service(o.Text(service, "namespace"), name))
		}
	}
	c := proxy.NewEnvoyConfig(field.New(o.Document, product.EnvoyDuration), product.Cilium, product.EnvoyRequired)
	resources := o.List(o.Spec, "resources")
	c.Callees = func(string) []graph.EndpointRef { return redirected }
	c.RouteTables(o.Spec.Get("resources"), 0)

	c.Callees = func(cluster string) []graph.EndpointRef { return ciliumBackends(o, cluster) }
	for _, n := range resources {
		if strings.HasSuffix(n.Get("@type").Str(), ".Cluster") {
			c.Cluster(n)
		}
	}
	for i := range c.Policies { // the name of the object identifies what callers use
		p := &c.Policies[i]
		p.Object, p.Namespace, p.Realm = o.Subject(), o.Namespace, resource.Realm
		if p.Group == "cluster" {
			p.Group = "cluster " + p.Origin.Place() // of hosts of their own, no rivals
		}
	}
	o.Facts.Policies = append(o.Facts.Policies, c.Policies...)
}

// ciliumBackends returns the Service behind a cluster, which is named after it:
// "shop/cart", or "shop/cart:8080".
func ciliumBackends(o *resource.Object, cluster string) []graph.EndpointRef {
	namespace, name, found := strings.Cut(cluster, "/")
	if !found {
		namespace, name = "", cluster
	}
	name, _, _ = strings.Cut(name, ":")
	if name == "" || slices.Contains([]string{"egress-cluster", "ingress-cluster"}, name) {
		return nil
	}
	return []graph.EndpointRef{o.Service(namespace, name)}
}
