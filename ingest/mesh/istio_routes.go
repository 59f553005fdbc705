package mesh

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
)

// meshGateway is the name by which a VirtualService means all sidecars.
const meshGateway = "mesh"

// virtualService reads where a VirtualService sends requests. For a gateway that
// is a call of the gateway. For the sidecars it is none: their services call the
// host that the VirtualService is about, and only a destination under another
// host is a fact, a route from the one to the other.
//
// A VirtualService without hosts is a delegate: the routes of others point to it.
func virtualService(r *resource.Object) {
	v := &virtualRoutes{Object: r}
	gateways := r.List(r.Spec, "gateways")
	for _, gateway := range gateways {
		if !isGatewayName(gateway) {
			r.WrongType(gateway, []string{"gateways"}, "a list of names")
		}
	}
	v.gateways = gatewayNames(r.Spec)
	if len(gateways) == 0 {
		v.gateways = []string{meshGateway}
	}
	for _, host := range r.List(r.Spec, "hosts") {
		if name := resource.HostName(host.Str()); name != "" {
			v.hosts = append(v.hosts, name)
		}
	}
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for _, rule := range r.List(r.Spec, protocol) {
			v.rule(rule, protocol)
		}
	}
	v.policies()
}

// virtualRoutes is a VirtualService while it is read.
type virtualRoutes struct {
	*resource.Object
	gateways, hosts []string
	fields          *field.Reader
}

// rule reads one entry of http, tls or tcp. Redirects, direct responses and injected
// faults have no callee.
func (v *virtualRoutes) rule(rule document.Node, protocol string) {
	senders := v.senders(rule)
	e := graph.Evidence{Way: "virtual-service", Strength: graph.Strong, Protocol: protocol, Via: []graph.Ref{v.Ref()}}
	routes := v.List(rule, "route")
	for _, route := range routes {
		e := e
		if len(routes) > 1 { // the weight of an only route does not count
			e.Strength = resource.Weighted(route)
		}
		v.destination(senders, route.Get("destination"), e)
	}
	mirror := e
	mirror.Mirror = true
	for _, to := range v.List(rule, "mirrors") {
		v.destination(senders, to.Get("destination"), mirror)
	}
	v.destination(senders, rule.Get("mirror"), mirror)
	if delegate := v.Mapping(rule, "delegate"); delegate.Get("name").Str() != "" {
		to := v.Group(v.Kind, delegate.Get("namespace").Str(), delegate.Get("name").Str())
		e.Via = append(e.Via, to.Group)
		v.send(senders, to, delegate, e)
	}
}

// senders returns the gateways whose traffic a rule takes. A match may name
// some of its own, which then count instead of the ones above.
func (v *virtualRoutes) senders(rule document.Node) []string {
	matches := v.List(rule, "match")
	if len(matches) == 0 {
		return v.gateways
	}
	var senders []string
	for _, match := range matches {
		gateways := v.gateways
		if own := gatewayNames(match); len(own) > 0 {
			gateways = own
		}
		for _, gateway := range gateways {
			if !slices.Contains(senders, gateway) {
				senders = append(senders, gateway)
			}
		}
	}
	return senders
}

// destination gives the facts of one destination.
func (v *virtualRoutes) destination(senders []string, to document.Node, e graph.Evidence) {
	host := v.Text(to, "host")
	if host == "" {
		return
	}
	port := resource.PortNumber(to.Get("port", "number"))
	v.send(senders, resource.HostIn(v.Namespace, host, port), to.Get("host"), e)
}

// send gives the facts of one destination for each sender.
func (v *virtualRoutes) send(senders []string, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if !v.Spec.Get("hosts").Exists() {
		v.delegated(to, at, e)
		return
	}
	for _, sender := range senders {
		if sender != meshGateway {
			e.Class = graph.ClassIngress
			v.Call(graph.EndpointRef{Ref: v.gatewayRef(sender)}, to, at, e)
			continue
		}
		e.Class = graph.ClassRoute
		for _, host := range v.hosts {
			if !strings.Contains(host, "*") && !v.sameHost(host, to.Host.Host) {
				v.Call(v.Host(host), to, at, e)
			}
		}
	}
}

// delegated gives a destination to whoever delegates to this VirtualService.
func (v *virtualRoutes) delegated(to graph.EndpointRef, at document.Node, e graph.Evidence) {
	v.Facts.Members = append(v.Facts.Members, graph.Member{
		Of: v.Ref(), Party: to, Origin: v.At(at), Mirror: e.Mirror,
	})
}

// gatewayNames are the gateways that a VirtualService or one of its matches lists.
func gatewayNames(n document.Node) []string {
	var names []string
	for _, gateway := range n.Get("gateways").Items() {
		if isGatewayName(gateway) {
			names = append(names, gateway.Str())
		}
	}
	return names
}

func isGatewayName(n document.Node) bool { return n.Str() != "" && !strings.HasSuffix(n.Str(), "/") }

// gatewayRef resolves the name of a Gateway: "name", "namespace/name", and the
// host form "name.namespace.svc.cluster.local" of old releases.
func (v *virtualRoutes) gatewayRef(name string) graph.Ref {
	if namespace, rest, found := strings.Cut(name, "/"); found {
		return v.RefTo("Gateway", strings.TrimPrefix(namespace, "."), rest)
	}
	if base, found := strings.CutSuffix(name, ".svc.cluster.local"); found {
		if i := strings.LastIndexByte(base, '.'); i > 0 {
			return v.RefTo("Gateway", base[i+1:], base[:i])
		}
	}
	return v.RefTo("Gateway", "", name)
}

// sameHost reports whether two hosts are one, when both are seen from the
// namespace of the VirtualService.
func (v *virtualRoutes) sameHost(a, b string) bool { return v.longName(a) == v.longName(b) }

// longName spells the host of a Service with its namespace.
func (v *virtualRoutes) longName(host string) string {
	host = strings.TrimSuffix(strings.TrimSuffix(resource.HostName(host), ".cluster.local"), ".svc")
	if !strings.Contains(host, ".") && v.Namespace != "" {
		host += "." + v.Namespace
	}
	return host
}
