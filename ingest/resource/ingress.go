package resource

import (
	"github.com/weirgraph/weir/graph"
)

// IsIngress reports whether the object is an Ingress whose controller may be the
// one of that name: it has that class, or none, or one of a name of its own.
func (o *Object) IsIngress(controller string) bool {
	class := o.IngressClass()
	return o.Kind == "Ingress" && (class == controller || !ingressControllers[class])
}

// IngressClassKey is the older place of the name of the controller in charge.
const IngressClassKey = "kubernetes.io/ingress.class"

// IngressClassKey returns the name of the controller in charge, "" if none is given.
func (o *Object) IngressClass() string {
	if class := o.Spec.Get("ingressClassName").Str(); class != "" {
		return class
	}
	return o.Meta.Get("annotations").Get(IngressClassKey).Str()
}

// IngressesOf is the group of the Ingresses of a controller.
func IngressesOf(controller string) graph.Ref {
	return graph.Ref{Realm: "ingress controller", Kind: "group", Name: controller}
}

// ingressControllers are the classes that controllers have unless people name
// them otherwise.
var ingressControllers = map[string]bool{
	"nginx": true, "traefik": true, "kong": true, "haproxy": true, "contour": true, "alb": true, "gce": true,
	"gce-internal": true, "istio": true, "ambassador": true, "cilium": true, "azure-application-gateway": true,
}

// JoinIngresses makes the object one of the Ingresses of a controller.
func (o *Object) JoinIngresses(controller string) {
	o.Facts.Members = append(o.Facts.Members, graph.Member{
		Of: IngressesOf(controller), Party: graph.EndpointRef{Ref: o.Self}, Origin: o.At(o.Root), Joins: true,
	})
}
