package resource

import (
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// A Share is a backend's part of the requests of a route.
type Share struct {
	In       *graph.Place
	Strength graph.Strength
}

// Shares returns the parts that weighted backends get of the requests that match selects;
// at is where they are listed. A backend without a weight has the weight unwritten, and
// with that 0 all have the same if none has one. Of an only backend the weight does not count.
func (o *Object) Shares(at document.Node, match string, backends []document.Node, unwritten float64) []Share {
	weights := make([]float64, len(backends))
	var total float64
	for i, backend := range backends {
		weight, written := Weight(backend)
		if !written {
			weight = unwritten
		}
		weights[i] = weight
		total += weight
	}
	if total == 0 && unwritten == 0 {
		for i := range weights {
			weights[i] = 1
		}
	}
	return o.SharesOf(at, match, weights)
}

// SharesOf is Shares of backends with these weights.
func (o *Object) SharesOf(at document.Node, match string, weights []float64) []Share {
	route := &graph.Place{Match: match}
	if match == "" {
		route = nil
	}
	if len(weights) == 1 {
		return []Share{{route, graph.Strong}}
	}
	shares := make([]Share, len(weights))
	split := o.NewGroup(graph.Split, at, route)
	for i, weight := range weights {
		shares[i] = Share{&graph.Place{Group: split, Share: max(weight, 0)}, graph.Strong}
		if weight <= 0 {
			shares[i].Strength = graph.Allowed
		}
	}
	return shares
}

// NewGroup is a group of callees of a gateway in a place. Programs that follow the routes of a
// mesh get one of their own.
func (o *Object) NewGroup(kind graph.GroupKind, at document.Node, in *graph.Place) *graph.GroupFact {
	g := &graph.GroupFact{Kind: kind, In: in, Multiplexes: true, Origin: o.At(at)}
	if kind == graph.Pool {
		g.Need = 1
	}
	return g
}
