package analyze

import (
	"math/rand/v2"
	"slices"

	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/community"

	"github.com/weirgraph/weir/graph"
)

// maxClustered bounds the calls of a graph that is divided into clusters: 3,000 take a quarter of
// a second, 33,000 most of a minute.
const maxClustered = 6_000

// Clusters divides the services by how they talk: more within a cluster than between two, by
// modularity (Blondel et al., Fast unfolding of communities in large networks, 2008). It returns
// the number of the cluster of each service, counted from 0 by the smallest service in it. It
// returns nil for a graph without calls between two services, and for one of more than 6,000.
func Clusters(g *graph.Graph) []int {
	g = g.Where(func(e graph.Edge) bool { return g.From(e) != g.To(e) }) // gonum fails on calls of a service to itself
	if g.Calls() == 0 || g.Calls() > maxClustered {
		return nil
	}
	parts := community.Modularize(gonum.Undirect{G: g.Directed()}, 1, rand.NewPCG(1, 1)).Communities()
	for _, part := range parts {
		slices.SortFunc(part, func(a, b gonum.Node) int { return int(a.ID() - b.ID()) })
	}
	slices.SortFunc(parts, func(a, b []gonum.Node) int { return int(a[0].ID() - b[0].ID()) })
	of := make([]int, g.Len())
	for i, part := range parts {
		for _, v := range part {
			of[v.ID()] = i
		}
	}
	return of
}
