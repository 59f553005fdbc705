package gateway

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/address"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// Kong reads Kong's declarative configuration and its own ingress kinds.
var Kong = &document.Reader{
	Name:  "kong",
	Doc:   "Kong: the hosts of its services and upstreams, its TCP and UDP ingresses, and the policies of services, upstreams and plugins",
	Reads: append(kongKinds.Names(), "_format_version"),
	Match: func(h *document.Head) bool { return isKongConfig(h) || kongObject(h) },
	Read: func(d *document.Document, f *graph.Facts) {
		if kongObject(&d.Head) {
			kongKinds.Read(d, f)
		} else {
			readKong(d, f)
		}
	},
}

var kongObject = kongKinds.Match("configuration.konghq.com")

var kongKinds = resource.Kinds{
	"TCPIngress": kongIngress,
	"UDPIngress": kongIngress,

	"KongIngress":        kongIngressObject,
	"KongPlugin":         kongPluginObject,
	"KongClusterPlugin":  kongPluginObject,
	"KongUpstreamPolicy": kongUpstreamObject,
	"KongConsumer":       nil,
	"KongConsumerGroup":  nil,
}

// kongIngress reads the backends of a TCPIngress or UDPIngress.
func kongIngress(r *resource.Object) {
	r.Facts.Entities = append(r.Facts.Entities, r.Gateway())
	for _, rule := range r.List(r.Spec, "rules") {
		backend := r.Mapping(rule, "backend")
		if name := r.Text(backend, "serviceName"); name != "" {
			r.Call(graph.EndpointRef{Ref: r.Ref()}, r.Service("", name), backend, graph.Evidence{
				Way: "ingress-route", Strength: graph.Strong, Class: graph.ClassIngress,
				Protocol: strings.ToLower(strings.TrimSuffix(r.Kind, "Ingress")), Port: resource.PortNumber(backend.Get("servicePort")),
				In: routePlace(strings.TrimSpace(rule.Get("host").Str() + " " + rule.Get("port").Str())),
			})
		}
	}
}

// isKongConfig reports whether a document is a declarative configuration, which
// says so with a key that nothing else has.
func isKongConfig(h *document.Head) bool {
	return h.Has("_format_version") && (h.HasList("services") || h.HasList("upstreams") || h.HasList("routes"))
}

// readKong reads what the services of a declarative configuration lead to: a
// URL, a host, or an upstream and with it the targets of that.
func readKong(d *document.Document, f *graph.Facts) {
	gateway := graph.Ref{Realm: "kong", Name: "kong"}
	f.Entities = append(f.Entities, graph.Entity{Ref: gateway, Origin: d.At(d.Root), Kind: graph.KindGateway})
	config, fields := newKongConfig(d.Root), field.New(d, product.KongDuration)
	call := func(via graph.Ref, at document.Node, address graph.Address, protocol string, strength graph.Strength, in *graph.Place) {
		f.Calls = append(f.Calls, graph.CallFact{
			From: graph.EndpointRef{Ref: gateway}, To: graph.EndpointRef{Host: address},
			Evidence: graph.Evidence{
				Origin: d.At(at), Way: "kong-service", Strength: strength, Class: graph.ClassIngress, Protocol: protocol, Via: []graph.Ref{via}, In: in,
			},
		})
	}
	for _, service := range d.Root.Get("services").List() {
		at := kongAddress(service)
		called, ok := address.Parse(at.Str())
		if !ok {
			continue
		}
		protocol := service.Get("protocol").Str()
		if protocol == "" {
			protocol = called.Scheme
		}
		upstream, isUpstream := config.upstreams[at.Str()]
		in := routePlace(config.match(service))
		via := kongRef(service, at)
		for _, p := range config.policies(fields, service) {
			p.Of = via
			f.Policies = append(f.Policies, p)
		}
		if !isUpstream {
			if called.Port == 0 {
				called.Port = resource.PortNumber(service.Get("port"))
			}
			call(via, at, called, protocol, graph.Strong, in)
		}
		pool := &graph.GroupFact{Kind: graph.Pool, Name: "upstream " + at.Str(), Need: 1, Multiplexes: true, In: in, Origin: d.At(upstream)}
		for _, target := range upstream.Get("targets").List() {
			if address, ok := address.Parse(target.Get("target").Str()); ok {
				call(via, target, address, protocol, resource.Weighted(target), &graph.Place{Group: pool})
			}
		}
	}
}
