package link

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// noteTwoMeshes reports workloads that are declared several times, for another mesh each time:
// these are alternatives, and what is found about them is about a mixture. They are reported
// by default, once for the inputs.
func (l *linker) noteTwoMeshes() {
	var problem *graph.Problem
	more := 0
	for i := range l.entities {
		first, second, meshes := l.declaredForTwo(l.entities[i].things)
		switch {
		case second == nil:
		case problem != nil:
			more++
		default:
			problem = &graph.Problem{
				Origin: second.Origin, Level: graph.Skipped,
				Message: fmt.Sprintf("%s %q is declared here for %s and in %s for %s, and both are taken for one workload",
					kindWord(second.Ref), second.Name, meshes[1].DisplayName(), first.Origin, meshes[0].DisplayName()),
				Hint: "read the files for one mesh at a time, or name each set under variants in weir.yaml",
			}
		}
	}
	if problem == nil {
		return
	}
	if more > 0 {
		problem.Message += fmt.Sprintf(" (and so with %d more)", more)
	}
	l.coverage.Problems = append(l.coverage.Problems, *problem)
}

// declaredForTwo returns two declarations of one workload of which each is in a mesh that the
// other is not in, and the meshes; nil if there are none.
func (l *linker) declaredForTwo(things []*graph.Entity) (first, second *graph.Entity, meshes [2]*policy.Product) {
	var known []*graph.Entity
	var in [][]*policy.Product
	for _, t := range things {
		if t.Patch || t.Realm != kubernetes {
			continue
		}
		own := l.meshesOf(t)
		for i, others := range in {
			if a, b := notIn(others, own), notIn(own, others); a != nil && b != nil {
				return known[i], t, [2]*policy.Product{a, b}
			}
		}
		known, in = append(known, t), append(in, own)
	}
	return nil, nil, meshes
}

// notIn returns the first of a list that another one does not have, or nil.
func notIn(list, others []*policy.Product) *policy.Product {
	for _, p := range list {
		if !slices.Contains(others, p) {
			return p
		}
	}
	return nil
}

// meshesOf returns the meshes that one declaration of a workload is in, by its own labels and
// annotations and those of its namespace in the same file or else directory.
func (l *linker) meshesOf(t *graph.Entity) []*policy.Product {
	s := &graph.Service{Kind: graph.KindService, Traits: &graph.Traits{Labels: t.Labels, Annotations: t.Annotations, Meshes: slices.Clone(t.Meshes)}}
	var ns *graph.Namespace
	for i := range l.f.Namespaces {
		n := &l.f.Namespaces[i]
		switch {
		case n.Name != t.Namespace || path.Dir(n.Origin.File()) != path.Dir(t.Origin.File()):
		case n.Origin.File() == t.Origin.File():
			ns = n
		case ns == nil || ns.Origin.File() != t.Origin.File() && strings.Compare(n.Origin.File(), ns.Origin.File()) < 0:
			ns = n
		}
	}
	var list []*policy.Product
	for _, m := range memberships(s, ns, func(*policy.Product) (graph.NamedWaypoint, bool) { return graph.NamedWaypoint{}, false }) {
		if m.In {
			list = append(list, m.Product)
		}
	}
	return list
}
