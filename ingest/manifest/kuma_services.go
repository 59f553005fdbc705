package manifest

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
)

// kumaMeshService reads a MeshService: a name for the proxies that it selects.
func kumaMeshService(r *resource) {
	for _, key := range []string{"dataplaneTags", "dataplaneLabels"} {
		labels := labelsOf(r.mapping(r.mapping(r.spec, "selector"), key))
		if key == "dataplaneLabels" {
			labels = labelsOf(r.spec.Get("selector", key, "matchLabels"))
		}
		if party, ok := r.kumaTagged(labels); ok && !party.Pods.IsZero() {
			party.Pods.AnyNamespace = false // a MeshService selects in its own namespace
			r.facts.Names = append(r.facts.Names, graph.Name{Ref: r.ref(), Origin: r.At(r.Root), Selects: party.Pods})
		}
	}
}

// meshExternalService reads hosts outside the mesh under a name of its own.
func meshExternalService(r *resource) {
	for _, endpoint := range r.list(r.spec, "endpoints") {
		address := hostName(r.text(endpoint, "address"))
		if address == "" || strings.HasPrefix(address, "unix:") {
			continue
		}
		r.facts.Names = append(r.facts.Names, graph.Name{
			Ref: kumaRef(r.kind, r.name), Origin: r.At(endpoint), Target: address, Outside: true, Kind: graph.KindExternal,
		})
		r.member(kumaRef(r.kind, r.name), hostIn("", address, portNumber(endpoint.Get("port"))), endpoint)
	}
}

// kumaExternalService reads a host outside the mesh that goes by a service tag.
func kumaExternalService(r *resource) {
	address, ok := address.Parse(r.text(r.mapping(r.spec, "networking"), "address"))
	tag := r.spec.Get("tags", kumaServiceTag).Str()
	if !ok || tag == "" {
		return
	}
	r.facts.Names = append(r.facts.Names, graph.Name{
		Ref: kumaRef(r.kind, tag), Origin: r.At(r.spec.Get("networking")), Target: address.Host, Outside: true, Kind: graph.KindExternal,
	})
}

// kumaGateway reads a gateway that lets calls into the mesh. Its older routes
// name it by its tag, which is also the name of the Service that its instances get.
func kumaGateway(r *resource) {
	ref := kumaRef(r.kind, r.name)
	r.facts.Entities = append(r.facts.Entities, graph.Entity{Ref: ref, Origin: r.At(r.Root), Kind: graph.KindGateway, KindSure: true})
	for _, selector := range r.list(r.spec, "selectors") {
		if tag := selector.Get("match", kumaServiceTag).Str(); tag != "" {
			r.facts.Members = append(r.facts.Members, graph.Member{
				Of: gatewayTag(tag), Party: graph.EndpointRef{Ref: ref}, Origin: r.At(selector), Joins: true,
			})
			if at, ok := r.kumaService(tag); ok && at.Ref.Realm != "" {
				r.facts.Names = append(r.facts.Names, graph.Name{Ref: at.Ref, Of: ref, Origin: r.At(selector)})
			}
		}
	}
}

// gatewayTag is the group of the gateways whose proxies carry a service tag.
func gatewayTag(tag string) graph.Ref { return kumaRef("gateway tag", tag) }

// kumaGatewayRoute reads the backends of a gateway.
func kumaGatewayRoute(r *resource) {
	for _, selector := range r.list(r.spec, "selectors") {
		tag := selector.Get("match", kumaServiceTag).Str()
		if tag == "" || tag == "*" {
			continue
		}
		for _, protocol := range []string{"http", "tcp"} {
			for _, rule := range r.list(r.mapping(r.mapping(r.spec, "conf"), protocol), "rules") {
				for _, backend := range r.list(rule, "backends") {
					destination := backend.Get("destination", kumaServiceTag)
					if to, ok := r.kumaService(destination.Str()); ok {
						r.call(graph.EndpointRef{Group: gatewayTag(tag)}, to, destination, graph.Evidence{
							Way: "mesh-gateway-route", Strength: weighted(backend), Class: graph.ClassIngress, Protocol: protocol,
						})
					}
				}
			}
		}
	}
}
