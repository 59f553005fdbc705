package graph

import (
	"github.com/weirgraph/weir/policy"
)

// A Membership says whether the calls of a service go through the proxy of a
// mesh, so that the mesh's policies can act on them.
type Membership struct {
	Product  *policy.Product // whose mesh it is
	In       bool            // false: it is known to be outside
	Ambient  bool            // without a proxy of its own
	Waypoint bool            // ambient, and a waypoint is named for it
	Origin   Origin          // of the object that says so
}

// Member returns what is known of the service's membership of a product's mesh,
// and false if no input says either way.
func (s *Service) Member(product *policy.Product) (Membership, bool) {
	for _, m := range s.Meshes {
		if m.Product.Is(product) {
			return m, true
		}
	}
	return Membership{}, false
}

// Carrier is Member for the policies of any product: those of an API like the
// Gateway API act through whichever mesh the service is in, and nowhere if it is
// known to be outside of one and in no other.
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
