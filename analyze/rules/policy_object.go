package rules

import (
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/distinct"
	"github.com/weirgraph/weir/policy"
)

// An object is everything that one policy object of the inputs declares: it may
// have parts for different calls.
type object struct {
	name  string // "VirtualService/shop/pricing"
	parts []*graph.BoundPolicy
}

// objects puts the parts of policies together that one object declares, in the
// order of the inputs. Two files may have an object of the
// same name.
func objects(g *graph.Graph) []object {
	type key struct{ name, file string }
	at := map[key]int{}
	var list []object
	for _, p := range g.Policies() {
		k := key{p.Object, p.Origin.File()}
		i, known := at[k]
		if !known {
			i = len(list)
			at[k] = i
			list = append(list, object{name: p.Object})
		}
		list[i].parts = append(list[i].parts, p)
	}
	return list
}

// where returns the places of parts, each once.
func where(parts []*graph.BoundPolicy) []graph.Origin {
	var origins distinct.List[graph.Origin]
	for _, p := range parts {
		origins.Add(p.Origin)
	}
	return origins.All()
}

// endsOf returns the services of calls, each once, callees first: whose policy it is.
func endsOf(g *graph.Graph, calls []graph.Edge) []graph.Node {
	var nodes distinct.List[graph.Node]
	for _, side := range []func(graph.Edge) graph.Node{g.To, g.From} {
		for _, e := range calls {
			nodes.Add(side(e))
		}
	}
	return nodes.All()
}

// someoneWrote reports whether a policy says anything that is not just what a
// product says by itself, if only in a dump of it.
func someoneWrote(s *policy.Set) bool {
	return slices.ContainsFunc(s.Decisions(), func(d policy.Decision) bool {
		return d.Provenance == policy.Explicit || d.Provenance == policy.Disabled
	})
}

// isDeclared reports whether an object declares something, beside what its product says by
// itself.
func isDeclared(s *policy.Set) bool {
	return someoneWrote(s) || slices.ContainsFunc(s.Decisions(), func(d policy.Decision) bool { return d.Provenance == policy.MeshDefault })
}
