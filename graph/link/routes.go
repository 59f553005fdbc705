package link

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// routes returns the parts of a call with what acts on each.
func (b *binder) routes(e graph.Edge) []graph.Route {
	if !b.sentOn[e] {
		var one [1]graph.Evidence
		return b.routesOf(leg{e, b.g.To(e)}, b.g.EvidenceIn(e, &one))
	}
	var all []graph.Route
	var names [][]graph.Node
	differ := map[string]bool{} // parts on which not the same acts for all legs
	for leg, evidence := range b.legs(e) {
		for _, r := range b.routesOf(leg, evidence) {
			if same := slices.IndexFunc(all, func(have graph.Route) bool { return reflect.DeepEqual(have, r) }); same >= 0 {
				names[same] = append(names[same], leg.name)
				continue
			}
			differ[r.Match] = slices.ContainsFunc(all, func(have graph.Route) bool { return have.Match == r.Match })
			all, names = append(all, r), append(names, []graph.Node{leg.name})
		}
	}
	for i := range all {
		if r := &all[i]; differ[r.Match] && names[i][0] != b.g.To(e) {
			var called []string
			for _, name := range names[i] {
				called = append(called, b.g.ID(name))
			}
			r.Match = strings.TrimSpace("to " + strings.Join(called, ",") + " " + r.Match)
		}
	}
	return all
}

// routesOf returns the parts of a leg of a call with what acts on each.
func (b *binder) routesOf(l leg, evidence []graph.Evidence) []graph.Route {
	e := l.edge
	own := ownParts(evidence)
	groups := b.winners(l, evidence)
	implicit := b.implicitSets(e)
	asks := b.asks(e)
	said := b.said.says[[2]graph.Node{b.g.From(e), b.g.To(e)}]
	if len(own) == 0 && len(groups) == 0 && len(implicit) == 0 && said == nil {
		return nil
	}
	if len(own) > 0 {
		groups = append([][]part{own}, groups...)
	}
	var routes []graph.Route
	for _, match := range b.partsOf(e, evidence, groups) {
		subsets := subsetsOf(groups, match)
		for _, subset := range subsets {
			r := graph.Route{Match: match}
			if len(subsets) > 1 {
				r.Match = strings.TrimSpace(match + " subset " + subset)
			}
			for i := range implicit {
				addPart(&r, part{set: &implicit[i]}, e, b.g)
			}
			var chosen []part
			for _, g := range groups {
				chosen = append(chosen, choose(g, match, subset)...)
			}
			b.leaveIgnored(e, implicit, chosen)
			for _, p := range chosen {
				if p.from != nil {
					p.from.acts = true
				}
				addPart(&r, p, e, b.g)
			}
			shadowReplacedFields(chosen, e)
			keepSidecars(r.Layers)
			if said != nil {
				r.Layers = policy.Override(r.Layers, said, policy.CallFacts{Protocol: b.g.Protocol(e), Methods: r.Methods})
			}
			for i := range r.Layers {
				if asks && r.Layers[i].Layer == policy.ClientProxy {
					r.Layers[i] = withoutRoutes(r.Layers[i])
				}
				r.Layers[i] = r.Layers[i].WithDefaults()
				if l := &r.Layers[i]; b.g.Service(b.g.To(e)).Headless && l.KeepsHeadless() && l.Balance != nil {
					l.Balance = callerChooses
				}
			}
			routes = append(routes, r)
		}
	}
	return routes
}

// withoutRoutes returns s for a question whether a request may pass, which takes no route: what is set
// for its callee acts, and no retries.
func withoutRoutes(s policy.Set) policy.Set {
	retry := policy.Retry{Retries: policy.Setting[int]{Provenance: policy.Absent}, On: policy.Setting[[]string]{Provenance: policy.Absent}}
	if s.Retry != nil {
		retry.Budget = s.Retry.Budget
	}
	s.Retry = &retry
	return s
}

// callerChooses is how calls are spread of which the caller chooses the address, whatever its proxy is set to.
var callerChooses = &policy.Balance{Strategy: policy.Setting[string]{Value: "passthrough", Provenance: policy.PlatformDefault}}

// subsetsOf returns the subsets of the callee that a part of a call is routed to, sorted; a
// single "" if there are none, or no policy is for one of them.
func subsetsOf(groups [][]part, match string) []string {
	var subsets []string
	for _, g := range groups {
		for _, p := range choose(g, match, "") {
			if p.from != nil {
				subsets = append(subsets, p.from.Subsets...)
			}
		}
	}
	known := func(p part) bool { return p.subset() != "" && slices.Contains(subsets, p.subset()) }
	if subsets == nil || !slices.ContainsFunc(groups, func(g []part) bool { return slices.ContainsFunc(g, known) }) {
		return []string{""}
	}
	return sortedUnique(subsets)
}

// ownParts returns what the documents of the call itself declare.
func ownParts(evidence []graph.Evidence) []part {
	var parts []part
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
		parts = append(parts, part{match: match, methods: ev.Methods, idem: ev.Idempotent, set: says, objects: says.Objects})
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

// partsNamed returns the parts of a call, sorted, with "" for the rest. The rest is left out
// if some layer names parts and passes nothing else.
func partsNamed(groups [][]part) []string {
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

// partsOf is partsNamed without the rest of a call that routes send on, or listeners pass, for the
// named parts only.
func (b *binder) partsOf(e graph.Edge, evidence []graph.Evidence, groups [][]part) []string {
	names := partsNamed(groups)
	byListener := slices.ContainsFunc(names, func(m string) bool { return strings.HasPrefix(m, listenerWord) })
	if !b.sentOn[e] && !byListener || len(names) == 1 {
		return names
	}
	if slices.ContainsFunc(evidence, func(ev graph.Evidence) bool {
		part := partOf(&ev, evidence)
		return ev.Class.Core() && !ev.Observed && ev.Strength > graph.Allowed && (part == "" || !slices.Contains(names, part))
	}) {
		return names
	}
	return slices.DeleteFunc(names, func(m string) bool { return m == "" })
}

// choose returns the parts of a group that act on match, for calls to a subset of the
// callee: those for match, else those for the rest.
func choose(group []part, match, subset string) []part {
	var own, rest []part
	narrowed := subset != "" && slices.ContainsFunc(group, func(p part) bool { return p.subset() == subset })
	for _, p := range group {
		switch {
		case p.subset() != "" && p.subset() != subset, narrowed && p.subset() == "":
		case p.match == match:
			own = append(own, p)
		case p.match == "":
			rest = append(rest, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return rest
}

// keepSidecars leaves the policies of a mesh to the proxy beside a gateway where the gateway is one of another
// product: its traffic leaves through that proxy.
func keepSidecars(layers []policy.Set) {
	if !slices.ContainsFunc(layers, func(s policy.Set) bool {
		p := s.Product.OrNative()
		return s.Layer == policy.Gateway && p.Layer == policy.Gateway && !p.Contract
	}) {
		return
	}
	for i := range layers {
		if s := &layers[i]; s.Layer == policy.Gateway && s.Product.OrNative().Mesh && s.Product.OrNative().Layer == policy.ClientProxy {
			s.Layer = policy.ClientProxy
		}
	}
}

// addPart lays a part over those of the same layer and product.
func addPart(r *graph.Route, p part, e graph.Edge, g *graph.Graph) {
	if p.methods != nil {
		r.Methods = sortedUnique(append(slices.Clone(r.Methods), p.methods...))
	}
	r.Idempotent = r.Idempotent || p.idem
	set := *p.set
	if set.Empty() && set.Product == nil {
		return
	}
	if set.Layer == policy.ClientProxy && g.Service(g.From(e)).Kind == graph.KindGateway {
		set.Layer = policy.Gateway // the gateway is the proxy
	}
	i := slices.IndexFunc(r.Layers, func(s policy.Set) bool {
		return s.Layer == set.Layer && s.Nest == set.Nest && s.Product.Is(set.Product)
	})
	set.Objects = p.objects
	if i < 0 {
		r.Layers = append(r.Layers, set)
		if inner := set.Product.OrNative().Around; inner != nil {
			addPart(r, part{set: &policy.Set{Product: inner, Layer: inner.Layer}, objects: p.objects}, e, g)
		}
	} else {
		set.Objects = r.Layers[i].Objects.With(p.objects)
		r.Layers[i] = policy.Overlay(r.Layers[i], set)
	}
	slices.SortStableFunc(r.Layers, func(a, b policy.Set) int { return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Nest, b.Nest)) })
}
