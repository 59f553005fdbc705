package link

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// winners returns, for every product and group of policies that apply to a leg of a call, the
// parts of the object that acts. It sets the Shadows of the others.
func (b *binder) winners(l leg, evidence []graph.Evidence) [][]part {
	e, rivals := l.edge, b.rival[l]
	slices.SortStableFunc(rivals, func(x, y candidate) int {
		return cmp.Or(
			strings.Compare(x.bound.Product.String(), y.bound.Product.String()),
			cmp.Compare(x.bound.Group, y.bound.Group),
			cmp.Compare(y.precision, x.precision),
			cmp.Compare(y.found, x.found),
			cmp.Compare(y.bound.Rank, x.bound.Rank),
			x.compareExact(y),
			compareAge(x.bound.age(), y.bound.age()),
		)
	})
	var groups [][]part
	for len(rivals) > 0 {
		first := rivals[0].bound
		n := slices.IndexFunc(rivals, func(c candidate) bool {
			return !c.bound.Product.Is(first.Product) || c.bound.Group != first.Group
		})
		if n < 0 {
			n = len(rivals)
		}
		group := rivals[:n]
		rivals = rivals[n:]
		switch {
		case first.Nearest:
			groups = append(groups, onNearest(group, e, evidence))
		case first.Merge:
			groups = append(groups, merged(group, e, evidence))
		default:
			groups = append(groups, b.actingParts(group, e, evidence))
		}
	}
	return groups
}

// actingParts returns the acting parts of the first object of a group and of those that add
// to it. A part hides those of lower rank for the same part of the calls or, if it is for
// all of them, for any part. Parts of one object and of equal rank add to each other.
func (b *binder) actingParts(group []candidate, e graph.Edge, evidence []graph.Evidence) []part {
	var parts []part
	var heads []*binding
	var left []string // parts of the calls that only objects found later can apply to
	for _, c := range group {
		own, others := matchesOf(c.bound.Policy, evidence, group)
		over := slices.IndexFunc(heads, func(h *binding) bool { return h.covers(c.bound) })
		switch {
		case over >= 0 && (len(left) == 0 || len(own) == 0):
			c.bound.hide(graph.Shadow{By: heads[over].Policy}, e)
			continue
		case len(own) == 0:
			continue
		case over >= 0: // the earlier one is for a part of the calls
			left = slices.DeleteFunc(left, func(m string) bool { return !slices.Contains(others, m) })
		default:
			left = append(left, others...)
		}
		heads = append(heads, c.bound)
		for _, match := range own {
			parts = append(parts, part{match: match, idem: c.bound.Idempotent, set: &c.bound.Says, from: c.bound, objects: c.bound.objects()})
		}
	}
	for _, match := range sortedUnique(left) {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.match == match }) {
			parts = append(parts, part{match: match, set: &policy.Set{}})
		}
	}
	return parts
}

// matchesOf returns the parts of a leg of a call that a policy applies to and, if only some of the
// calls go through its object, the other parts. It applies to none of those that another object
// of its group has routed.
func matchesOf(p *graph.Policy, evidence []graph.Evidence, group []candidate) (own, others []string) {
	via := cmp.Or(p.Of, p.Rule)
	if via.IsZero() || p.Match != "" && p.Rule.IsZero() {
		return []string{p.Match}, nil
	}
	whole := false
	for i := range evidence {
		switch ev := &evidence[i]; {
		case !ev.Class.Core():
		case slices.Contains(ev.Via, via) && isOfRule(p, ev):
			own = append(own, partOf(ev, evidence))
		case !slices.ContainsFunc(group, func(c candidate) bool { return !c.bound.Rule.IsZero() && slices.Contains(ev.Via, c.bound.Rule) }):
			whole = true
			fallthrough
		default:
			others = append(others, partOf(ev, evidence))
		}
	}
	own = sortedUnique(own)
	others = slices.DeleteFunc(sortedUnique(others), func(m string) bool { return slices.Contains(own, m) })
	switch {
	case len(own) == 0 && whole: // no route parts the calls
		return []string{p.Match}, nil
	case len(own) == 0:
		return nil, nil
	case p.Rule.IsZero() && len(others) == 0:
		return []string{""}, nil
	case !p.Rule.IsZero() && !slices.Contains(own, ""):
		return own, nil
	}
	return own, others
}

// merged lays the policies of a group over each other, the first on top: for each part of
// the calls those that apply to it or to all parts. On a part that policies of the group are
// Of, those that only name the callee do not act. Those that contribute to no part are hidden.
func merged(group []candidate, e graph.Edge, evidence []graph.Evidence) []part {
	var all []string
	of := make([][]string, len(group))
	ordered := slices.ContainsFunc(group, func(c candidate) bool { return c.bound.InOrder })
	for i, c := range group {
		own, others := matchesOf(c.bound.Policy, evidence, group)
		if ordered && c.bound.InOrder && slices.Equal(own, []string{""}) {
			own = partsVia(c.bound.Of, evidence) // each may have an order of its own
		}
		of[i] = own
		all = append(append(all, own...), others...)
	}
	var parts []part
	shows, over := make([]bool, len(group)), make([]int, len(group)) // over has what hides those that do not show
	for _, match := range sortedUnique(all) {
		inOrder := byOrder(group, match, evidence)
		var set policy.Set
		var objects policy.Objects
		if says := &group[0].bound.Says; says.Layer == policy.ClientProxy {
			set = policy.Set{Layer: says.Layer, Product: says.Product} // one proxy sends all parts
		}
		top, first, routed := true, 0, false
		for i, c := range group {
			routed = routed || !c.bound.Of.IsZero() && slices.Contains(of[i], match)
		}
		for _, i := range inOrder {
			c := group[i]
			switch {
			case !slices.Contains(of[i], match) && !slices.Contains(of[i], ""), routed && c.bound.Of.IsZero() && len(c.bound.To) > 0:
				continue
			case top:
				set, top, shows[i], first = policy.Overlay(policy.Set{}, c.bound.Says), false, true, i
			default:
				under := policy.Overlay(c.bound.Says, set)
				shows[i] = shows[i] || c.bound.acts || !reflect.DeepEqual(under, set)
				set, over[i] = under, first
			}
			objects = objects.With(c.bound.objects())
		}
		parts = append(parts, part{match: match, set: &set, objects: objects})
	}
	for i, c := range group {
		if shows[i] {
			c.bound.acts = true
			continue
		}
		if !ordered {
			over[i] = max(0, slices.IndexFunc(group[:i], func(o candidate) bool { return o.bound.Match == "" || o.bound.Match == c.bound.Match }))
		}
		c.bound.hide(graph.Shadow{By: group[over[i]].bound.Policy}, e)
	}
	return parts
}

// partsVia returns the parts of a leg of a call that go through an object.
func partsVia(of graph.Ref, evidence []graph.Evidence) []string {
	var parts []string
	for i := range evidence {
		if ev := &evidence[i]; ev.Class.Core() && slices.Contains(ev.Via, of) {
			parts = append(parts, partOf(ev, evidence))
		}
	}
	return sortedUnique(parts)
}

// byOrder returns the numbers of the policies of a group in their order for one part of a call: that
// of the group, but of equal ones that are InOrder the one whose object the part goes through first is first.
func byOrder(group []candidate, match string, evidence []graph.Evidence) []int {
	numbers := make([]int, len(group))
	for i := range numbers {
		numbers[i] = i
	}
	i := slices.IndexFunc(evidence, func(ev graph.Evidence) bool { return ev.Class.Core() && partOf(&ev, evidence) == match })
	if i < 0 {
		return numbers
	}
	slices.SortStableFunc(numbers, func(a, b int) int {
		x, y := group[a], group[b]
		if !x.bound.InOrder || !y.bound.InOrder || x.precision != y.precision || x.found != y.found || x.bound.Rank != y.bound.Rank {
			return cmp.Compare(a, b)
		}
		return cmp.Or(cmp.Compare(placeAmong(x, evidence[i].Via), placeAmong(y, evidence[i].Via)), cmp.Compare(a, b))
	})
	return numbers
}

// placeAmong is the place of the object of a policy among those that a call goes through, the last if it
// is none of them.
func placeAmong(c candidate, via []graph.Ref) int {
	if i := slices.Index(via, c.bound.Of); i >= 0 {
		return i
	}
	return len(via)
}

// onNearest returns for each part of the calls the first policy of a group that applies to it, laid
// over the nearest Base if it is to be merged with that.
func onNearest(group []candidate, e graph.Edge, evidence []graph.Evidence) []part {
	var all []string
	of, notOf := make([][]string, len(group)), make([][]string, len(group))
	for i, c := range group {
		own, others := matchesOf(c.bound.Policy, evidence, group)
		of[i], notOf[i] = own, others
		all = append(append(all, own...), others...)
	}
	var parts []part
	acts, hidden := make([]bool, len(group)), make([]*graph.Policy, len(group))
	for _, match := range sortedUnique(all) {
		applies := func(c int) bool {
			return slices.Contains(of[c], match) || slices.Contains(of[c], "") && !slices.Contains(notOf[c], match)
		}
		next := func(from int, good func(c candidate) bool) int {
			for i := from; i < len(group); i++ {
				if applies(i) && good(group[i]) {
					acts[i], group[i].bound.acts = true, true
					return i
				}
			}
			return -1
		}
		p := part{match: match, set: &policy.Set{}}
		if top := next(0, func(candidate) bool { return true }); top >= 0 {
			over := group[top].bound
			for i := range group {
				if hidden[i] == nil && applies(i) {
					hidden[i] = over.Policy
				}
			}
			p.set, p.from, p.objects = &over.Says, over, over.objects()
			if base := next(top+1, func(c candidate) bool { return over.Merge && c.bound.Base }); base >= 0 {
				both := policy.OverlayObject(group[base].bound.Says, over.Says)
				p.set, p.objects = &both, p.objects.With(group[base].bound.objects())
			}
		}
		parts = append(parts, p)
	}
	for i, c := range group {
		if !acts[i] && hidden[i] != nil {
			c.bound.hide(graph.Shadow{By: hidden[i]}, e)
		}
	}
	return parts
}
