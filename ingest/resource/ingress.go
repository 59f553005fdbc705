package resource

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// IsIngress reports whether the object is an Ingress whose controller may be the
// one of that name: it has that class, or none, or one of a name of its own.
func (o *Object) IsIngress(controller string) bool {
	if o.Kind != "Ingress" {
		return false
	}
	class := o.IngressClass()
	return class == controller || !isDefaultClass(class)
}

// IngressClassKey is the older place of the name of the controller in charge.
const IngressClassKey = "kubernetes.io/ingress.class"

// IngressClass returns the name of the controller in charge, "" if none is given.
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

// isDefaultClass reports whether a controller has this class unless it is configured
// otherwise.
func isDefaultClass(class string) bool {
	return slices.Contains(otherClasses, class) ||
		slices.ContainsFunc(product.All, func(p *policy.Product) bool { return slices.Contains(p.IngressClasses, class) })
}

// otherClasses are the classes of controllers whose Ingresses have no policies that weir
// reads.
var otherClasses = []string{"alb", "gce", "gce-internal", "istio", "ambassador", "cilium", "azure-application-gateway"}

// JoinIngresses makes the object one of the Ingresses of a controller.
func (o *Object) JoinIngresses(controller string) {
	o.Facts.Members = append(o.Facts.Members, graph.Member{
		Of: IngressesOf(controller), Party: graph.EndpointRef{Ref: o.Self}, Origin: o.At(o.Root), Joins: true,
	})
}
