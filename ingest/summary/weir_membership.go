package summary

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy/product"
)

// weirMembership is a graph.Membership with the product under its name.
type weirMembership struct {
	Product               string
	In, Ambient, Waypoint bool
	Origin                graph.Origin
}

// memberships returns the members of meshes that a file lists, nil for none.
func memberships(list []weirMembership) []graph.Membership {
	var meshes []graph.Membership
	for _, m := range list {
		meshes = append(meshes, graph.Membership{Product: product.Named(m.Product), In: m.In, Ambient: m.Ambient, Waypoint: m.Waypoint, Origin: m.Origin})
	}
	return meshes
}
