package mesh

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// Flagger reads Canary objects. Flagger writes the Services and the routes of their
// workloads, so that no other document has them.
var Flagger = &document.Reader{
	Name:  "flagger",
	Doc:   "Flagger: the Services and routes that it writes for a Canary, and their policies",
	Reads: flaggerKinds.Names(),
	Match: flaggerKinds.Match("flagger.app"),
	Read:  flaggerKinds.Read,
}

var flaggerKinds = resource.Kinds{
	"Canary":         canary,
	"MetricTemplate": nil,
	"AlertProvider":  nil,
}

// canary reads the Services of a Canary, which all lead to its workload: outside of a
// release the stable version gets all requests. Then come the routes: of gateways of the
// Gateway API, or a VirtualService (with the provider istio, or without one: Flagger then
// has it as an argument). The routes of other providers are those of objects that people
// write.
func canary(r *resource.Object) {
	service, target := r.Mapping(r.Spec, "service"), r.Mapping(r.Spec, "targetRef")
	at := service
	if !at.Exists() {
		at = target
	}
	name := r.Text(target, "name")
	if own := r.Text(service, "name"); own != "" {
		name = own
	}
	if name == "" {
		return
	}
	if kind := r.Text(target, "kind"); kind == "Deployment" || kind == "DaemonSet" {
		for _, suffix := range []string{"", "-primary", "-canary"} {
			n := graph.Name{Ref: r.RefTo("Service", "", name+suffix), Origin: r.At(at), Of: r.RefTo(kind, "", r.Text(target, "name"))}
			if port := resource.PortNumber(service.Get("port")); port > 0 {
				n.Ports = []graph.Port{{Name: r.Text(service, "portName"), Number: port, Target: service.Get("targetPort").Str()}}
			}
			r.Facts.Names = append(r.Facts.Names, n)
		}
	}
	switch provider, _, _ := strings.Cut(r.Text(r.Spec, "provider"), ":"); provider {
	case "gatewayapi":
		canaryGateways(r, service, name)
	case "", "istio":
		canaryRoutes(r, service, at, name)
	}
}

// canaryGateways gives the calls of the gateways of an HTTPRoute that Flagger writes.
func canaryGateways(r *resource.Object, service document.Node, name string) {
	for _, gateway := range r.List(service, "gatewayRefs") {
		to := r.RefTo("Gateway", r.Text(gateway, "namespace"), r.Text(gateway, "name"))
		if kind := r.Text(gateway, "kind"); to.Name != "" && (kind == "" || kind == "Gateway") {
			r.Call(graph.EndpointRef{Ref: to}, r.Host(name), gateway, graph.Evidence{
				Way: "canary", Strength: graph.Strong, Class: graph.ClassIngress, Protocol: "http", Via: []graph.Ref{r.Ref()},
			})
		}
	}
}

// canaryRoutes gives the facts of the VirtualService that Flagger writes: one rule for its
// Service and all its hosts, followed by sidecars unless gateways are listed.
func canaryRoutes(r *resource.Object, service, at document.Node, name string) {
	v := &virtualRoutes{Object: r, to: name, gateways: gatewayNames(service)}
	if len(v.gateways) == 0 {
		v.gateways = []string{meshGateway}
	}
	for _, host := range r.List(service, "hosts") {
		if h := resource.HostName(host.Str()); h != "" {
			v.hosts = append(v.hosts, h)
		}
	}
	if !slices.Contains(v.hosts, "*") && !slices.Contains(v.hosts, name) {
		v.hosts = append(v.hosts, name)
	}
	fields := field.New(r.Document, product.IstioDuration)
	fields.Prefix = "service."
	rule := ownRule(r, service, fields)
	says, flaws := rule.policy()
	for _, part := range v.parts(&rule) {
		v.sendTo(&part, &rule, r.Host(name), at, graph.Evidence{
			Way: "canary", Strength: graph.Strong, Protocol: "http", Via: []graph.Ref{r.Ref()}, Match: part.Match,
		})
		says.Layer = part.Says.Layer
		part.Says, part.Flaws = says, flaws
		flaws = nil // reported once
		if !says.Empty() || len(part.Flaws) > 0 {
			r.Facts.Policies = append(r.Facts.Policies, part)
		}
	}
	canaryDestination(r, service, name)
}

// canaryDestination gives the policies of the DestinationRules that Flagger writes for the Services
// that the routes lead to.
func canaryDestination(r *resource.Object, service document.Node, name string) {
	own := r.Mapping(service, "trafficPolicy")
	if !own.Exists() {
		return
	}
	d := policiesOfHost(r, name, own)
	d.base.Rank = hostRank(name) * rankHost
	d.fields.Prefix = "service.trafficPolicy."
	d.add(own, trafficPolicy(d.fields, own, own), document.Node{}, 0, rankAll)
	d.ports(own, document.Node{}, rankPort)
	d.give()
}
