package manifest

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// SMI reads the Service Mesh Interface.
var SMI = &document.Reader{
	Name:  "smi",
	Doc:   "Service Mesh Interface: traffic splits, and which account may call which",
	Reads: smiKinds.names(),
	Match: smiKinds.match("split.smi-spec.io", "access.smi-spec.io", "specs.smi-spec.io"),
	Read:  smiKinds.read,
}

var smiKinds = resourceKinds{
	"TrafficSplit":   trafficSplit,
	"TrafficTarget":  trafficTarget,
	"HTTPRouteGroup": nil,
	"TCPRoute":       nil,
	"UDPRoute":       nil,
}

// trafficSplit reads the Services that stand in for the root Service of a split.
func trafficSplit(r *resource) {
	root := hostName(r.text(r.spec, "service"))
	if root == "" {
		return
	}
	for _, backend := range r.list(r.spec, "backends") {
		if service := hostName(r.text(backend, "service")); service != "" && service != root {
			r.call(r.host(root), r.host(service), backend, graph.Evidence{
				Way: "traffic-split", Strength: weighted(backend), Class: graph.ClassRoute,
			})
		}
	}
}

// trafficTarget reads which accounts may call the workloads of another. The first
// version of the API has no spec.
func trafficTarget(r *resource) {
	if !r.spec.Exists() {
		r.spec = r.Root
	}
	to, ok := r.smiAccount(r.mapping(r.spec, "destination"))
	if !ok {
		return
	}
	for _, source := range r.list(r.spec, "sources") {
		if from, ok := r.smiAccount(source); ok {
			r.call(from, to, source, graph.Evidence{Way: "traffic-target", Strength: graph.Allowed})
		}
	}
}

func (r *resource) smiAccount(n document.Node) (graph.EndpointRef, bool) {
	name := r.text(n, "name")
	return r.account(r.text(n, "namespace"), name), name != "" && n.Get("kind").Str() == "ServiceAccount"
}
