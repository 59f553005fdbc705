package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// places are those that may be in the object of r, the part that acts on the call first.
func (r remedy) places(p *Pass) []graph.Origin {
	var list []graph.Origin
	add := func(o graph.Origin) {
		if o.File() != "" && !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	g := p.Core
	if r.Base == policy.BasePlace && orNative(r.in).ByHand {
		for _, own := range []bool{true, false} { // the entry of the part before the others of the same callee
			for _, ev := range g.Evidence(r.call) {
				if isNative(ev) && !ev.Fallback && own == r.isOf(&ev) {
					add(ev.Origin)
				}
			}
		}
		return list
	}
	if b := r.ofPort(p); b != nil {
		add(b.Origin)
	}
	var own []*graph.BoundPolicy
	for _, b := range policiesOf(p)[r.call] {
		if b.Object == r.Kind+"/"+r.object || r.Base != policy.BaseObject && b.Product.Is(r.in) && !r.isOtherBlock(b.Object) {
			own = append(own, b)
		}
	}
	slices.SortStableFunc(own, func(a, b *graph.BoundPolicy) int { return cmp.Compare(r.distance(a), r.distance(b)) })
	for _, b := range own {
		add(b.Origin)
	}
	if len(list) > 0 && r.Base != policy.BaseObject {
		return list
	}
	if r.Block != "" {
		return nil
	}
	for _, ev := range g.Evidence(r.call) {
		if r.Base != policy.BasePlace || ev.Origin.Reader() != "kubernetes" { // an Ingress has no block of its proxy
			add(ev.Origin)
		}
	}
	if r.Base == policy.BaseObject {
		for _, v := range []graph.Node{g.To(r.call), g.From(r.call)} {
			for _, o := range g.Service(v).Origins {
				add(o)
			}
		}
	}
	return list
}

// distance ranks the policies of an object, which may be there twice: those that act on the call of r before
// those in whose place another one is, and of these those of its part first.
func (r remedy) distance(b *graph.BoundPolicy) int {
	n := 0
	if r.part == nil || b.Match != r.part.Match {
		n = 1
	}
	if slices.ContainsFunc(b.Shadows, func(s graph.Shadow) bool {
		_, here := slices.BinarySearch(s.Calls, r.call)
		return s.Field == "" && here
	}) {
		n += 2
	}
	return n
}

// ofPort is the policy of the object of r for the port of the call; nil if it has none that replaces
// its others.
func (r remedy) ofPort(p *Pass) *graph.BoundPolicy {
	if orNative(r.in).PortSettings[r.Kind] == [2]string{} {
		return nil
	}
	for _, b := range policiesOf(p)[r.call] {
		if b.Port != 0 && b.Object == r.Kind+"/"+r.object {
			return b
		}
	}
	return nil
}

// isOtherBlock reports whether an object has its policies in blocks of another kind: a cluster is no
// route.
func (r remedy) isOtherBlock(object string) bool {
	return r.Block != "" && slices.ContainsFunc(orNative(r.in).Remediations.Get()[:], func(ways []policy.Remediation) bool {
		return slices.ContainsFunc(ways, func(w policy.Remediation) bool {
			return w.Block != r.Block && w.Block != "" && strings.HasPrefix(object, w.Block)
		})
	})
}

// isOf reports whether evidence is that of the part of a call that r is about.
func (r remedy) isOf(ev *graph.Evidence) bool {
	if r.part != nil && len(r.part.Methods) > 0 && len(ev.Methods) > 0 { // several parts may share a policy of their caller
		return slices.ContainsFunc(r.part.Methods, func(m string) bool { return slices.Contains(ev.Methods, m) })
	}
	if ev.Says != nil {
		for _, d := range ev.Says.Decisions() {
			if d.Origin.File() != "" && slices.ContainsFunc(r.layer.Decisions(), func(own policy.Decision) bool { return own.Origin == d.Origin && own.Field == d.Field }) {
				return true
			}
		}
	}
	return false
}
