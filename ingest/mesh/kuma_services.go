package mesh

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/resource"
)

// kumaMeshService reads a MeshService: a name for the proxies that it selects.
func kumaMeshService(r *resource.Object) {
	for _, key := range []string{"dataplaneTags", "dataplaneLabels"} {
		labels := resource.LabelsOf(r.Mapping(r.Mapping(r.Spec, "selector"), key))
		if key == "dataplaneLabels" {
			labels = resource.LabelsOf(r.Spec.Get("selector", key, "matchLabels"))
		}
		if party, ok := kumaTagged(r, labels); ok && !party.Pods.IsZero() {
			party.Pods.AnyNamespace = false // a MeshService selects in its own namespace
			r.Facts.Names = append(r.Facts.Names, graph.Name{Ref: r.Ref(), Origin: r.At(r.Root), Selects: party.Pods})
		}
	}
}

// meshExternalService reads hosts outside the mesh under a name of its own.
func meshExternalService(r *resource.Object) {
	for _, endpoint := range r.List(r.Spec, "endpoints") {
		address := resource.HostName(r.Text(endpoint, "address"))
		if address == "" || strings.HasPrefix(address, "unix:") {
			continue
		}
		r.Facts.Names = append(r.Facts.Names, graph.Name{
			Ref: kumaRef(r.Kind, r.Name), Origin: r.At(endpoint), Target: address, Outside: true, Kind: graph.KindExternal,
		})
		r.Member(kumaRef(r.Kind, r.Name), resource.HostIn("", address, resource.PortNumber(endpoint.Get("port"))), endpoint)
	}
}

// kumaExternalService reads a host outside the mesh that goes by a service tag.
func kumaExternalService(r *resource.Object) {
	address, ok := address.Parse(r.Text(r.Mapping(r.Spec, "networking"), "address"))
	tag := r.Spec.Get("tags", kumaServiceTag).Str()
	if !ok || tag == "" {
		return
	}
	r.Facts.Names = append(r.Facts.Names, graph.Name{
		Ref: kumaRef(r.Kind, tag), Origin: r.At(r.Spec.Get("networking")), Target: address.Host, Outside: true, Kind: graph.KindExternal,
	})
}

// kumaGateway reads a gateway that lets calls into the mesh. Its older routes
// name it by its tag, which is also the name of the Service that its instances get.
func kumaGateway(r *resource.Object) {
	ref := kumaRef(r.Kind, r.Name)
	r.Facts.Entities = append(r.Facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway, KindSure: true})
	for _, selector := range r.List(r.Spec, "selectors") {
		if tag := selector.Get("match", kumaServiceTag).Str(); tag != "" {
			r.Facts.Members = append(r.Facts.Members, graph.Member{
				Of: gatewayTag(tag), Party: graph.EndpointRef{Ref: ref}, Origin: r.At(selector), Joins: true,
			})
			if at, ok := kumaService(r, tag); ok && at.Ref.Realm != "" {
				r.Facts.Names = append(r.Facts.Names, graph.Name{Ref: at.Ref, Of: ref, Origin: r.At(selector)})
			}
		}
	}
}

// gatewayTag is the group of the gateways whose proxies carry a service tag.
func gatewayTag(tag string) graph.Ref { return kumaRef("gateway tag", tag) }

// kumaGatewayRoute reads the backends of a gateway.
func kumaGatewayRoute(r *resource.Object) {
	for _, selector := range r.List(r.Spec, "selectors") {
		tag := selector.Get("match", kumaServiceTag).Str()
		if tag == "" || tag == "*" {
			continue
		}
		for _, protocol := range []string{"http", "tcp"} {
			for _, rule := range r.List(r.Mapping(r.Mapping(r.Spec, "conf"), protocol), "rules") {
				for _, backend := range r.List(rule, "backends") {
					destination := backend.Get("destination", kumaServiceTag)
					if to, ok := kumaService(r, destination.Str()); ok {
						r.Call(graph.EndpointRef{Group: gatewayTag(tag)}, to, destination, graph.Evidence{
							Way: "mesh-gateway-route", Strength: resource.Weighted(backend), Class: graph.ClassIngress, Protocol: protocol,
						})
					}
				}
			}
		}
	}
}
