package graph

import (
	"github.com/weirgraph/weir/policy"
)

// A Membership is whether the calls of a service go through the proxy of a mesh, so that
// policies of the mesh can act on them.
type Membership struct {
	Product  *policy.Product // of the mesh
	In       bool            // false: it is known to be outside
	Mesh     string          // which of several meshes of the product it is in; empty if it has one, or that is not known
	Ambient  bool            // without a proxy of its own
	Waypoint bool            // ambient, with a waypoint
	Named    NamedWaypoint   // that its labels name, even if that is none
	Origin   Origin          // of the object that declares it
}

// A NamedWaypoint is the name of a waypoint as a label has it; zero if no label names one.
type NamedWaypoint struct {
	Name string
	By   string // the kind of the object with the label: Service, Namespace
	// Unfit is the object of the name, "port/harbour", if it is there and its own label says that it
	// is for something else than Services.
	Unfit string
}

// Member returns the membership of the service in the mesh of a product, and false if it
// is not declared either way.
func (s *Service) Member(product *policy.Product) (Membership, bool) {
	for _, m := range s.Meshes {
		if m.Product.Is(product) {
			return m, true
		}
	}
	return Membership{}, false
}

// Carrier is Member for the policies of any product. Policies of an API like the Gateway
// API act through the mesh that the service is in, of any product.
func (s *Service) Carrier(product *policy.Product) (Membership, bool) {
	if !product.OrNative().Contract {
		return s.Member(product)
	}
	for _, m := range s.Meshes {
		if m.In && m.Product.OrNative().CarriesRoutes {
			return m, true
		}
	}
	for _, m := range s.Meshes {
		if m.Product.OrNative().CarriesRoutes {
			return m, true
		}
	}
	return Membership{}, false
}
