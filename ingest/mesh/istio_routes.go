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
// host is a call, which whoever calls the host makes.
//
// A VirtualService without hosts is a delegate: the routes of others point to it.
func virtualService(r *resource.Object) {
	v := &virtualRoutes{Object: r, delegate: !r.Spec.Get("hosts").Exists()}
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
		open := true
		for i, rule := range r.List(r.Spec, protocol) {
			open = v.rule(rule, protocol, i, open)
		}
	}
	v.policies()
}

// virtualRoutes is a VirtualService while it is read.
type virtualRoutes struct {
	*resource.Object
	gateways, hosts []string
	delegate        bool             // the routes of others point to it
	to              string           // the host that all rules send requests to, if they do not say it themselves
	parted          [][]graph.Policy // the parts of each rule for http
	fields          *field.Reader
}

// rule reads one entry of http, tls or tcp, the one of a rank in its list. The sidecars follow it
// if open, as the rules before it leave them some requests; rule returns whether it does so, too.
// Redirects and direct responses have no callee.
func (v *virtualRoutes) rule(rule document.Node, protocol string, rank int, open bool) bool {
	left, parts := open, v.parts(rule)
	if protocol == "http" {
		v.parted = append(v.parted, parts)
	}
	for _, part := range parts {
		e := graph.Evidence{Way: "virtual-service", Strength: graph.Strong, Protocol: protocol, Via: []graph.Ref{v.Ref()}, Match: part.Match}
		part.Rank = -rank
		part.L7Only = protocol == "http"
		if !part.NeedsMesh {
			v.destinations(&part, rule, e)
			continue
		}
		if open {
			v.destinations(&part, rule, e)
		}
		if part.Match == "" && part.From == nil && part.Port == 0 && slices.Equal(part.FromNamespaces, exported(v.Object)) {
			left = false
		}
	}
	return left
}

// destinations gives the facts of where one part of a rule sends requests.
func (v *virtualRoutes) destinations(part *graph.Policy, rule document.Node, e graph.Evidence) {
	if isAnswer(rule) {
		return
	}
	match := ""
	if v.delegate {
		match = e.Match
	}
	routes := v.List(rule, "route")
	for i, share := range v.Shares(rule, match, routes, 0) { // of an only route the weight does not count
		to := routes[i].Get("destination")
		if host := v.Text(to, "host"); host != "" {
			e := e
			e.In, e.Strength = share.In, share.Strength
			v.send(part, resource.HostIn(v.Namespace, host, resource.PortNumber(to.Get("port", "number"))), to.Get("host"), e)
		}
	}
	mirror := e
	mirror.Mirror = true
	for _, to := range append(v.destinationsOf(rule, "mirrors"), rule.Get("mirror")) {
		if host := v.Text(to, "host"); host != "" {
			v.send(part, resource.HostIn(v.Namespace, host, resource.PortNumber(to.Get("port", "number"))), to.Get("host"), mirror)
		}
	}
	if delegate := v.Mapping(rule, "delegate"); delegate.Get("name").Str() != "" {
		to := v.Group(v.Kind, delegate.Get("namespace").Str(), delegate.Get("name").Str())
		e.Via = append(e.Via, to.Group)
		v.send(part, to, delegate, e)
	}
}

// destinationsOf returns the destination of each entry of a list.
func (v *virtualRoutes) destinationsOf(rule document.Node, key string) []document.Node {
	var list []document.Node
	for _, entry := range v.List(rule, key) {
		list = append(list, entry.Get("destination"))
	}
	return list
}

// send gives the facts of one destination for whom a part of a rule is for: gateways, or those
// that call a host of the VirtualService.
func (v *virtualRoutes) send(part *graph.Policy, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if v.delegate {
		v.delegated(to, at, e)
		return
	}
	if !part.NeedsMesh {
		e.Class = graph.ClassIngress
		for _, gateway := range part.From {
			v.Call(gateway, to, at, e)
		}
		return
	}
	rule := part.RouteRule()
	for _, host := range v.hosts {
		switch {
		case host == "*": // not for sidecars
		case v.sameHost(host, to.Host.Host):
			v.Route(v.Host(host), v.Host(host), at, rule, e)
		default:
			v.Route(v.Host(host), to, at, rule, e)
		}
	}
}

// delegated gives a destination to whoever delegates to this VirtualService.
func (v *virtualRoutes) delegated(to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if e.Strength == graph.Allowed {
		return // it gets no requests
	}
	v.Facts.Members = append(v.Facts.Members, graph.Member{
		Of: v.Ref(), Party: to, Origin: v.At(at), Mirror: e.Mirror, In: e.In,
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
