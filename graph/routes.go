package graph

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/policy"
)

// A part is what acts on one part of a call, in one layer, from one object.
type part struct {
	match   string
	methods []string
	idem    bool
	set     *policy.Set
}

// routes puts together what acts on a call.
func (b *binder) routes(e Edge) []Route {
	own := b.ownParts(e)
	groups := b.winners(e)
	unasked := b.unasked(e)
	if len(own) == 0 && len(groups) == 0 && len(unasked) == 0 {
		return nil
	}
	if len(own) > 0 {
		groups = append([][]part{own}, groups...)
	}
	var routes []Route
	for _, match := range matches(groups) {
		r := Route{Match: match}
		for i := range unasked {
			r.add(part{set: &unasked[i]}, e, b.g)
		}
		for _, g := range groups {
			for _, p := range choose(g, match) {
				r.add(p, e, b.g)
			}
		}
		for i := range r.Layers {
			r.Layers[i] = r.Layers[i].WithDefaults()
		}
		routes = append(routes, r)
	}
	return routes
}

// ownParts returns what the documents of the call itself say.
func (b *binder) ownParts(e Edge) []part {
	var parts []part
	evidence := b.g.evidenceOf(e)
	for i := range evidence {
		ev := &evidence[i]
		if ev.Says == nil && len(ev.Methods) == 0 || !ev.Class.Core() {
			continue
		}
		says := ev.Says
		if says == nil {
			says = &policy.Set{}
		}
		match := ev.Match
		if match == "" && len(evidence) > 1 {
			match = methodsWord(ev.Methods)
		}
		parts = append(parts, part{match: match, methods: ev.Methods, idem: ev.Idempotent, set: says})
	}
	if len(parts) == 1 {
		parts[0].match = evidence[0].Match
	}
	return parts
}

func methodsWord(methods []string) string {
	word := ""
	for i, m := range methods {
		if i > 0 {
			word += ","
		}
		word += m
	}
	return word
}

// winners returns, for every product and group of policies that a call meets, the
// parts of the object that acts. It notes for all others whom they are hidden by.
func (b *binder) winners(e Edge) [][]part {
	rivals := b.rival[e]
	slices.SortStableFunc(rivals, func(x, y candidate) int {
		return cmp.Or(
			cmp.Compare(x.bound.Product, y.bound.Product),
			cmp.Compare(x.bound.Group, y.bound.Group),
			cmp.Compare(y.found, x.found),
			cmp.Compare(y.bound.Rank, x.bound.Rank),
			y.bound.Origin.Compare(x.bound.Origin), // of equals the one declared last
		)
	})
	var groups [][]part
	for len(rivals) > 0 {
		first := rivals[0].bound
		n := slices.IndexFunc(rivals, func(c candidate) bool {
			return c.bound.Product != first.Product || c.bound.Group != first.Group
		})
		if n < 0 {
			n = len(rivals)
		}
		group := rivals[:n]
		rivals = rivals[n:]
		if first.Merge {
			groups = append(groups, merged(group))
			continue
		}
		groups = append(groups, b.acting(group, e))
	}
	return groups
}

// acting returns the parts that act of the object that comes first in group. Each
// hides those of lower rank that are for the same part of the calls or, if it is
// for all of them, for any; parts of equal rank add to each other.
func (b *binder) acting(group []candidate, e Edge) []part {
	var parts []part
	var heads []*Bound
	var left []string // of the calls, that only objects found later can be for
	for _, c := range group {
		own, others := b.spans(c.bound, e)
		over := slices.IndexFunc(heads, func(h *Bound) bool {
			return h.Object != c.bound.Object || h.Document != c.bound.Document || h.Rank > c.bound.Rank && (h.Match == "" || h.Match == c.bound.Match)
		})
		switch {
		case over >= 0 && len(left) == 0:
			c.bound.hide(heads[over].Policy, e)
			continue
		case over >= 0: // the one before is for a part of the calls
			left = slices.DeleteFunc(left, func(m string) bool { return !slices.Contains(others, m) })
		default:
			left = append(left, others...)
		}
		heads = append(heads, c.bound)
		for _, match := range own {
			parts = append(parts, part{match: match, set: &c.bound.Says})
		}
	}
	if slices.ContainsFunc(parts, func(p part) bool { return p.match == "" }) {
		return parts
	}
	for _, match := range sortedUnique(left) {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.match == match }) {
			parts = append(parts, part{match: match, set: &policy.Set{}})
		}
	}
	return parts
}

// spans returns the parts of a call that a policy is for and, where its object
// stands on the way of some of the calls only, the parts that it is not for.
func (b *binder) spans(p *Bound, e Edge) (own, others []string) {
	if p.Match != "" || p.Of.IsZero() {
		return []string{p.Match}, nil
	}
	evidence := b.g.evidenceOf(e)
	for i := range evidence {
		switch ev := &evidence[i]; {
		case !ev.Class.Core():
		case slices.Contains(ev.Via, p.Of):
			own = append(own, ev.Match)
		default:
			others = append(others, ev.Match)
		}
	}
	if len(others) == 0 || slices.Contains(own, "") {
		return []string{""}, nil
	}
	own = sortedUnique(own)
	return own, slices.DeleteFunc(sortedUnique(others), func(m string) bool { return slices.Contains(own, m) })
}

// merged lays the policies of a group over each other, the first on top: for each
// part of the calls those that are for it or for all of them.
func merged(group []candidate) []part {
	var all []string
	for _, c := range group {
		all = append(all, c.bound.Match)
	}
	var parts []part
	for _, match := range sortedUnique(all) {
		set := policy.Set{}
		for _, c := range slices.Backward(group) {
			if c.bound.Match == match || c.bound.Match == "" {
				set = policy.Overlay(set, c.bound.Says)
			}
		}
		parts = append(parts, part{match: match, set: &set})
	}
	return parts
}

func (b *Bound) hide(by *Policy, e Edge) {
	for i := range b.Shadows {
		if b.Shadows[i].By.Object == by.Object {
			b.Shadows[i].Calls = append(b.Shadows[i].Calls, e)
			return
		}
	}
	b.Shadows = append(b.Shadows, Shadow{By: by, Calls: []Edge{e}})
}

// matches returns the parts that a call falls into, sorted, "" for all the rest:
// it is left out where some layer names parts and lets nothing else through.
func matches(groups [][]part) []string {
	var all []string
	rest := true
	for _, g := range groups {
		named, open := false, false
		for _, p := range g {
			if p.match == "" {
				open = true
			} else {
				named = true
				all = append(all, p.match)
			}
		}
		if named && !open {
			rest = false
		}
	}
	if rest || len(all) == 0 {
		all = append(all, "")
	}
	return sortedUnique(all)
}

// choose returns the parts of a group that act on match: those for it, else those
// for all the rest.
func choose(group []part, match string) []part {
	var own, rest []part
	for _, p := range group {
		switch p.match {
		case match:
			own = append(own, p)
		case "":
			rest = append(rest, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return rest
}

// unasked returns an empty set for every product that is known to act on a call,
// whether or not anybody wrote a policy for it: the mesh that the caller is in,
// the gateway that the caller is.
func (b *binder) unasked(e Edge) []policy.Set {
	if !b.g.Class(e).Core() {
		return nil
	}
	var sets []policy.Set
	caller := b.g.Service(b.g.From(e))
	add := func(product string) {
		if p := policy.FindProduct(product); p != nil && product != "" {
			sets = append(sets, policy.Set{Product: p.Name, Layer: p.Layer})
		}
	}
	for _, m := range caller.Meshes {
		// Dapr and Consul act only on calls that are addressed to their proxy, which
		// a policy for the call shows and membership does not. An ambient proxy
		// without a waypoint knows no requests.
		if m.In && m.Product != "dapr" && m.Product != "consul" && (!m.Ambient || m.Waypoint) {
			add(m.Product)
		}
	}
	if caller.Kind == KindGateway && len(sets) == 0 && len(caller.Origins) > 0 {
		add(caller.Origins[0].Reader)
		add(ingressProducts[caller.Annotations["kubernetes.io/ingress.class"]])
	}
	return sets
}

// ingressProducts are the products behind the classes of Ingresses, as their
// controllers are named unless people name them otherwise.
var ingressProducts = map[string]string{
	"nginx": "ingress-nginx", "kong": "kong", "traefik": "traefik", "haproxy": "haproxy", "contour": "contour",
}

// add lays a part over what the same layer of the same product says already.
func (r *Route) add(p part, e Edge, g *Graph) {
	if p.methods != nil {
		r.Methods = sortedUnique(append(slices.Clone(r.Methods), p.methods...))
	}
	r.Idempotent = r.Idempotent || p.idem
	set := *p.set
	if set.Empty() && set.Product == "" {
		return
	}
	if set.Layer == policy.ClientProxy && g.Service(g.From(e)).Kind == KindGateway {
		set.Layer = policy.Gateway // the gateway is the proxy
	}
	i := slices.IndexFunc(r.Layers, func(s policy.Set) bool { return s.Layer == set.Layer && s.Product == set.Product })
	if i < 0 {
		r.Layers = append(r.Layers, set)
	} else {
		r.Layers[i] = policy.Overlay(r.Layers[i], set)
	}
	slices.SortStableFunc(r.Layers, func(a, b policy.Set) int { return cmp.Compare(a.Layer, b.Layer) })
}
