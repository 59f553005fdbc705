package manifest

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/policy"
)

// annotations reads the fields of policies that are annotations with a prefix.
func (o *object) annotations(prefix string, syntax *policy.Syntax) *policyFields {
	f := newPolicyFields(o.Document, syntax)
	f.prefix = prefix
	f.look = func(n document.Node, path ...string) document.Node { return n.Get(prefix + path[0]) }
	return f
}

// isIngress reports whether the object is an Ingress whose controller may be the
// one of that name: it has that class, or none, or one of a name of its own.
func (o *object) isIngress(controller string) bool {
	class := o.ingressClass()
	return o.kind == "Ingress" && (class == controller || !ingressControllers[class])
}

// ingressVia returns the objects that the calls of an Ingress go through, which
// its annotations name.
func (o *object) ingressVia() []graph.Ref {
	return slices.Concat(kongVia(&o.resource), traefikIngressVia(o))
}

// ingressServices returns the Services that an Ingress passes requests to.
func (o *object) ingressServices() []graph.EndpointRef {
	backends := o.addBackend(nil, o.spec.Get("defaultBackend"), "")
	for _, rule := range o.spec.Get("rules").List() {
		for _, path := range rule.Get("http", "paths").List() {
			backends = o.addBackend(backends, path.Get("backend"), "")
		}
	}
	var services []graph.EndpointRef
	for i := range backends {
		services = append(services, o.service("", backends[i].service))
	}
	return services
}

// ingressClass returns the name of the controller in charge, "" if none is given.
func (o *object) ingressClass() string {
	if class := o.spec.Get("ingressClassName").Str(); class != "" {
		return class
	}
	return o.meta.Get("annotations").Get(ingressClass).Str()
}

// ingressControllers are the classes that controllers have unless people name
// them otherwise.
var ingressControllers = map[string]bool{
	"nginx": true, "traefik": true, "kong": true, "haproxy": true, "contour": true, "alb": true, "gce": true,
	"gce-internal": true, "istio": true, "ambassador": true, "cilium": true, "azure-application-gateway": true,
}

// ingressesOf is the group of the Ingresses of a controller.
func ingressesOf(controller string) graph.Ref {
	return graph.Ref{Realm: "ingress controller", Kind: "group", Name: controller}
}

// joinIngresses makes the object one of the Ingresses of a controller.
func (o *object) joinIngresses(controller string) {
	o.facts.Members = append(o.facts.Members, graph.Member{
		Of: ingressesOf(controller), Party: graph.EndpointRef{Ref: o.self}, Origin: o.At(o.Root), Joins: true,
	})
}
