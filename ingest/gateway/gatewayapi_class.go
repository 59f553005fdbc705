package gateway

import (
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// The defaults for the calls of a Gateway are those of its implementation: the controller
// that its GatewayClass names.

// gatewayControllers are the products behind the controllers of GatewayClasses, by
// the domain that their names begin with. The defaults of other controllers are unknown.
var gatewayControllers = map[string]*policy.Product{
	envoyGatewayGroup:   product.EnvoyGateway,
	"istio.io":          product.Istio,
	"konghq.com":        product.Kong,
	"projectcontour.io": product.Contour,
	"traefik.io":        product.Traefik,
}

// gatewayClasses are the classes that a product makes by itself, so that no
// document has to have them.
var gatewayClasses = map[string]*policy.Product{"istio": product.Istio}

// gatewayClass reads which product implements the Gateways of a class.
func gatewayClass(r *resource.Object) {
	domain, _, _ := strings.Cut(r.Spec.Get("controllerName").Str(), "/")
	if p := gatewayControllers[domain]; p != nil {
		carriedOut(r, p, graph.EndpointRef{Group: gatewayClassRef(r.Name)})
	}
}

// joinGatewayClass makes a Gateway one of its class.
func joinGatewayClass(r *resource.Object) {
	at := r.Spec.Get("gatewayClassName")
	if at.Str() == "" {
		return
	}
	for _, class := range []string{at.Str(), anyClass} {
		r.Facts.Members = append(r.Facts.Members, graph.Member{
			Of: gatewayClassRef(class), Party: graph.EndpointRef{Ref: r.Ref()}, Origin: r.At(at), Joins: true,
		})
	}
	if p := gatewayClasses[at.Str()]; p != nil {
		carriedOut(r, p, graph.EndpointRef{Ref: r.Ref()})
	}
}

// gatewayServices has what controllers call the Service that they make for a Gateway, in its
// namespace, by the name that their documents give the class. Those of others have names that a
// manifest does not show.
var gatewayServices = map[string]func(gateway, class string) string{
	"cilium":   func(gateway, _ string) string { return "cilium-gateway-" + gateway },
	"istio":    func(gateway, class string) string { return gateway + "-" + class },
	"nginx":    func(gateway, class string) string { return gateway + "-" + class },
	"kgateway": func(gateway, _ string) string { return gateway },
}

// nameService gives a Gateway the name of the Service that its controller makes for it.
func nameService(r *resource.Object) {
	at := r.Spec.Get("gatewayClassName")
	if name := gatewayServices[at.Str()]; name != nil {
		r.Facts.Names = append(r.Facts.Names, graph.Name{
			Ref: r.RefTo("Service", "", name(r.Name, at.Str())), Origin: r.At(r.Root), Of: r.Ref(),
		})
	}
}

// carriedOut adds an empty policy of the product to the calls of gateways, so that the
// defaults of the product apply to them.
func carriedOut(r *resource.Object, by *policy.Product, gateways graph.EndpointRef) {
	p := r.Policy(by, graph.ClassGroup, r.Root)
	p.From, p.Says = []graph.EndpointRef{gateways}, policy.Set{Layer: policy.Gateway, Product: by}
	r.Facts.Policies = append(r.Facts.Policies, p)
}

// anyClass has the Gateways of all classes.
const anyClass = "*"

// gatewayClassRef names a class, which is in no namespace.
func gatewayClassRef(name string) graph.Ref {
	return graph.Ref{Realm: resource.Realm, Kind: "GatewayClass", Name: name}
}
