package mesh

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
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

// trafficSplit reads the backends of the root Service of a split.
func trafficSplit(r *resource.Object) {
	root := resource.HostName(r.Text(r.Spec, "service"))
	if root == "" {
		return
	}
	for _, backend := range r.List(r.Spec, "backends") {
		if service := resource.HostName(r.Text(backend, "service")); service != "" && service != root {
			r.Call(r.Host(root), r.Host(service), backend, graph.Evidence{
				Way: "traffic-split", Strength: resource.Weighted(backend), Class: graph.ClassRoute,
			})
		}
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
