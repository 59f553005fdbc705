package mesh

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// SMI reads the Service Mesh Interface.
var SMI = &document.Reader{
	Name:  "smi",
	Doc:   "Service Mesh Interface: traffic splits, and permissions to call",
	Reads: smiKinds.Names(),
	Match: smiKinds.Match("split.smi-spec.io", "access.smi-spec.io", "specs.smi-spec.io"),
	Read:  smiKinds.Read,
}

var smiKinds = resource.Kinds{
	"TrafficSplit":   trafficSplit,
	"TrafficTarget":  trafficTarget,
	"HTTPRouteGroup": nil,
	"TCPRoute":       nil,
	"UDPRoute":       nil,
}

// trafficSplit reads the backends of the root Service of a split, whose callers call them
// instead. Which mesh they are in does not matter: SMI is for any.
func trafficSplit(r *resource.Object) {
	root := resource.HostName(r.Text(r.Spec, "service"))
	if root == "" {
		return
	}
	backends := r.List(r.Spec, "backends")
	p := r.Policy(product.GatewayAPI, "split", r.Root)
	for i, share := range r.Shares(r.Root, "", backends, 0) {
		service := resource.HostName(r.Text(backends[i], "service"))
		if service == "" {
			continue
		}
		r.Route(r.Host(root), r.Host(service), backends[i], p.RouteRule(), graph.Evidence{
			Way: "traffic-split", Strength: share.Strength, Via: []graph.Ref{r.Ref()}, In: share.In,
		})
	}
}

// trafficTarget reads which accounts may call the workloads of another. The first
// version of the API has no spec.
func trafficTarget(r *resource.Object) {
	if !r.Spec.Exists() {
		r.Spec = r.Root
	}
	to, ok := smiAccount(r, r.Mapping(r.Spec, "destination"))
	if !ok {
		return
	}
	for _, source := range r.List(r.Spec, "sources") {
		if from, ok := smiAccount(r, source); ok {
			r.Call(from, to, source, graph.Evidence{Way: "traffic-target", Strength: graph.Allowed})
		}
	}
}

func smiAccount(r *resource.Object, n document.Node) (graph.EndpointRef, bool) {
	name := r.Text(n, "name")
	return r.Account(r.Text(n, "namespace"), name), name != "" && n.Get("kind").Str() == "ServiceAccount"
}
