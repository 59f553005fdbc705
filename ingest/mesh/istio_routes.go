package mesh

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/resource"
)

// meshGateway is the name by which a VirtualService means all sidecars.
const meshGateway = "mesh"

// virtualService reads where a VirtualService sends requests. For a gateway that
// is a call of the gateway. For the sidecars it is none: their services call the
// host that the VirtualService is about, and only a destination under another
// host is a call, which whoever calls the host makes.
//
// A VirtualService without hosts is a delegate: the routes of others point to it. It, and those
// that point to others, are read as soon as the others are known.
func virtualService(r *resource.Object) {
	v := &virtualRoutes{Object: r, delegate: !r.Spec.Get("hosts").Exists()}
	routedSubsets(r)
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
	if !slices.Contains(v.gateways, meshGateway) && !v.leads() {
		r.Entrances = resource.HostNames(r.List(r.Spec, "hosts"))
	}
	if others := v.delegates(); v.delegate || len(others) > 0 {
		r.Facts.Deferred = append(r.Facts.Deferred, graph.Deferred{Ref: r.Ref(), Origin: r.At(r.Root), Uses: others, Object: v, Complete: v.complete})
		return
	}
	v.read(nil)
}

// leads reports whether a destination is one of the hosts: the VirtualService leads requests that
// leave the mesh to what is outside.
func (v *virtualRoutes) leads() bool {
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for _, rule := range v.Spec.Get(protocol).List() {
			for _, route := range rule.Get("route").List() {
				if slices.Contains(v.hosts, resource.HostName(route.Get("destination", "host").Str())) {
					return true
				}
			}
		}
	}
	return false
}

// virtualRoutes is a VirtualService while it is read.
type virtualRoutes struct {
	*resource.Object
	gateways, hosts []string
	delegate        bool   // the routes of others point to it
	to              string // the host that all rules send requests to, if they do not say it themselves
	rules           []httpRule
	parted          [][]graph.Policy          // the parts of each of rules
	earlier         map[string][]graph.Policy // the parts of the rules read so far, by what they match
	dropped         []graph.Flaw              // of rules of delegates that take no requests
}

// read gives the facts of a VirtualService; find returns those that it delegates to, nil if
// they are not known.
func (v *virtualRoutes) read(find func(graph.Ref) *virtualRoutes) {
	for i, n := range v.List(v.Spec, "http") {
		v.rules = append(v.rules, v.replaced(ownRule(v.Object, n, ruleFields(v.Object, i)), find)...)
	}
	v.earlier = map[string][]graph.Policy{}
	open := true
	for i := range v.rules {
		parts := v.parts(&v.rules[i])
		v.parted = append(v.parted, parts)
		open = v.rule(&v.rules[i], parts, "http", i, open)
		for _, part := range parts {
			v.earlier[part.Match] = append(v.earlier[part.Match], part)
		}
	}
	for _, protocol := range []string{"tls", "tcp"} {
		open := true
		for i, n := range v.List(v.Spec, protocol) {
			h := ownRule(v.Object, n, nil)
			open = v.rule(&h, v.parts(&h), protocol, i, open)
		}
	}
	v.policies()
}

// rule gives the facts of the parts of one entry of http, tls or tcp, the one of a rank in its
// list. The sidecars follow it if open, as the rules before it leave them some requests; rule
// returns whether it does so, too. Redirects and direct responses have no callee.
func (v *virtualRoutes) rule(rule *httpRule, parts []graph.Policy, protocol string, rank int, open bool) bool {
	left := open
	for _, part := range parts {
		e := graph.Evidence{Way: "virtual-service", Strength: graph.Strong, Protocol: protocol, Via: []graph.Ref{v.Ref()}, Match: part.Match}
		if rule.root != nil {
			e.Via = append(e.Via, rule.Ref())
		}
		part.Rank = -rank
		part.L7Only = protocol == "http"
		if protocol == "http" && v.taken(&part) {
			continue
		}
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

// taken reports whether a rule before that of a part takes its requests.
func (v *virtualRoutes) taken(part *graph.Policy) bool {
	return slices.ContainsFunc(v.earlier[part.Match], func(p graph.Policy) bool { return sameCallers(&p, part) })
}

// destinations gives the facts of where one part of a rule sends requests.
func (v *virtualRoutes) destinations(part *graph.Policy, rule *httpRule, e graph.Evidence) {
	if rule.isAnswer() {
		return
	}
	routes := rule.List(rule.rule, "route")
	for i, share := range rule.Shares(rule.rule, "", routes, 0) { // of an only route the weight does not count
		to := routes[i].Get("destination")
		if host := rule.Text(to, "host"); host != "" {
			e := e
			e.In, e.Strength = share.In, share.Strength
			v.send(part, rule, to, e)
		}
	}
	e.Mirror = true
	copies, _ := rule.taken("mirrors")
	one, _ := rule.taken("mirror")
	for _, to := range append(destinationsOf(copies), one) {
		if host := rule.Text(to, "host"); host != "" {
			v.send(part, rule, to, e)
		}
	}
	e.Mirror = false
	if delegate := v.Mapping(rule.rule, "delegate"); delegate.Get("name").Str() != "" { // of no document
		to := v.Group(v.Kind, delegate.Get("namespace").Str(), delegate.Get("name").Str())
		e.Via = append(e.Via, to.Group)
		v.sendTo(part, rule, to, delegate, e)
	}
}

// destinationsOf returns the destination of each entry of a list.
func destinationsOf(entries document.Node) []document.Node {
	var list []document.Node
	for _, entry := range entries.List() {
		list = append(list, entry.Get("destination"))
	}
	return list
}

// send is sendTo for a destination with a host.
func (v *virtualRoutes) send(part *graph.Policy, rule *httpRule, to document.Node, e graph.Evidence) {
	host := resource.HostIn(rule.Namespace, to.Get("host").Str(), resource.PortNumber(to.Get("port", "number")))
	v.sendTo(part, rule, host, to.Get("host"), e)
}

// sendTo gives the facts of one destination for whom a part of a rule is for: gateways, or those
// that call a host of the VirtualService.
func (v *virtualRoutes) sendTo(part *graph.Policy, owner *httpRule, to graph.EndpointRef, at document.Node, e graph.Evidence) {
	if v.delegate {
		return
	}
	if !part.NeedsMesh {
		e.Class = graph.ClassIngress
		for _, gateway := range part.From {
			owner.Call(gateway, to, at, e)
		}
		return
	}
	rule := part.RouteRule()
	for _, host := range v.hosts {
		named := namedHost(v.Object, host)
		switch {
		case host == "*": // not for sidecars
		case longName(host, v.Namespace) == longName(to.Host.Host, owner.Namespace):
			owner.Route(named, named, at, rule, e)
		default:
			owner.Route(named, to, at, rule, e)
		}
	}
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

// longName spells the host of a Service with its namespace, as seen from a namespace.
func longName(host, namespace string) string {
	host = strings.TrimSuffix(strings.TrimSuffix(resource.HostName(host), ".cluster.local"), ".svc")
	if !strings.Contains(host, ".") && namespace != "" {
		host += "." + namespace
	}
	return host
}
