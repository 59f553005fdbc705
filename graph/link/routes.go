package link

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// A part is what acts on one part of a call, in one layer, from one object.
type part struct {
	match   string
	methods []string
	idem    bool
	set     *policy.Set
	from    *binding // nil if declared in the document of the call
	objects policy.Objects
}

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
			if said != nil {
				r.Layers = policy.Override(r.Layers, said, policy.CallFacts{Protocol: b.g.Protocol(e), Methods: r.Methods})
			}
			for i := range r.Layers {
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

// An age is what the order of two objects of equal precedence depends on.
type age struct {
	product          *policy.Product
	object, created  string
	document, origin graph.Origin
}

func (b *binding) age() age { return age{b.Product, b.Object, b.Created, b.Document, b.Origin} }

func ageOf(r *graph.RouteRule) age {
	return age{r.Product, r.Object, r.Created, r.Document, r.Document}
}

// compareAge orders two objects of equal precedence, the one that acts first. Of two that were
// created in the same second that is the first by name. If their ages are unknown, they count as
// created in the order of their places.
func compareAge(a, b age) int {
	older := a.origin.Compare(b.origin)
	if a.created != "" && b.created != "" {
		older = cmp.Or(strings.Compare(a.created, b.created), strings.Compare(a.object, b.object), older)
	}
	if a.product.OrNative().OldestActs && (a.object != b.object || a.document == b.document) {
		return older
	} // an object that is declared again is replaced
	return -older
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

// covers reports whether b, which is found first, replaces another policy of its group.
func (b *binding) covers(other *binding) bool {
	same := b.Subset == other.Subset && (b.Match == "" || b.Match == other.Match)
	switch {
	case b.Object == other.Object && b.Document == other.Document:
		return same && b.Rank > other.Rank
	case b.MergeKey != "" && b.MergeKey == other.MergeKey:
		return same
	}
	return true
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

// partOf returns the part of a call that evidence shows. Parts of different routes are
// distinct, even if the routes match the same requests of different hosts.
func partOf(ev *graph.Evidence, evidence []graph.Evidence) string {
	if len(ev.Via) > 0 && slices.ContainsFunc(evidence, func(o graph.Evidence) bool {
		return o.Class.Core() && o.Match == ev.Match && len(o.Via) > 0 && o.Via[0] != ev.Via[0] && o.Via[0].Kind == ev.Via[0].Kind
	}) {
		return strings.TrimSpace("route " + ev.Via[0].Name + " " + ev.Match)
	}
	return ev.Match
}

// merged lays the policies of a group over each other, the first on top: for each part of
// the calls those that apply to it or to all parts. On a part that policies of the group are
// Of, those that only name the callee do not act. Those that contribute to no part are hidden.
func merged(group []candidate, e graph.Edge, evidence []graph.Evidence) []part {
	var all []string
	of := make([][]string, len(group))
	for i, c := range group {
		own, others := matchesOf(c.bound.Policy, evidence, group)
		of[i] = own
		all = append(append(all, own...), others...)
	}
	var parts []part
	shows := make([]bool, len(group))
	for _, match := range sortedUnique(all) {
		var set policy.Set
		var objects policy.Objects
		if says := &group[0].bound.Says; says.Layer == policy.ClientProxy {
			set = policy.Set{Layer: says.Layer, Product: says.Product} // one proxy sends all parts
		}
		top, routed := true, false
		for i, c := range group {
			routed = routed || !c.bound.Of.IsZero() && slices.Contains(of[i], match)
		}
		for i, c := range group {
			switch {
			case !slices.Contains(of[i], match) && !slices.Contains(of[i], ""), routed && c.bound.Of.IsZero() && len(c.bound.To) > 0:
				continue
			case top:
				set, top, shows[i] = policy.Overlay(policy.Set{}, c.bound.Says), false, true
			default:
				under := policy.Overlay(c.bound.Says, set)
				shows[i] = shows[i] || c.bound.acts || !reflect.DeepEqual(under, set)
				set = under
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
		over := slices.IndexFunc(group[:i], func(o candidate) bool { return o.bound.Match == "" || o.bound.Match == c.bound.Match })
		c.bound.hide(graph.Shadow{By: group[max(over, 0)].bound.Policy}, e)
	}
	return parts
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

// shadowReplacedFields adds Shadows for fields of chosen parts that do not act, because an
// API that is laid over their product sets them, too.
func shadowReplacedFields(chosen []part, e graph.Edge) {
	for _, over := range chosen {
		if over.from == nil || !over.from.Product.OrNative().Contract {
			continue
		}
		for _, under := range chosen {
			if under.from == nil || under.from.Product.OrNative().Contract || under.set.Layer != over.set.Layer {
				continue
			}
			for _, field := range policy.Replaced(under.set, over.set) {
				under.from.hide(graph.Shadow{By: over.from.Policy, Field: field}, e)
			}
		}
	}
}

// leaveIgnored takes out of the chosen parts that are of an API the fields that the product
// in the caller's proxy does not take from it.
func (b *binder) leaveIgnored(e graph.Edge, implicit []policy.Set, chosen []part) {
	for i := range chosen {
		p := &chosen[i]
		if p.from == nil || !p.from.Product.OrNative().Contract || p.set.Timeout == nil || !p.set.Timeout.PerTry.IsWritten() {
			continue
		}
		by := slices.IndexFunc(implicit, func(s policy.Set) bool {
			return s.Layer == p.set.Layer && slices.Contains(s.Product.OrNative().Ignores, "timeout.perTry")
		})
		if by < 0 {
			continue
		}
		set, timeout := *p.set, *p.set.Timeout
		p.from.ignore(graph.Ignored{Product: implicit[by].Product, Field: "timeout.perTry", Origin: timeout.PerTry.Origin}, e)
		timeout.PerTry = policy.Setting[time.Duration]{}
		set.Timeout = &timeout
		if timeout == (policy.Timeout{}) {
			set.Timeout = nil
		}
		p.set = &set
	}
}

// ignore adds e to the calls on which a field of a policy is not taken.
func (b *binding) ignore(i graph.Ignored, e graph.Edge) {
	at := slices.IndexFunc(b.Ignored, func(have graph.Ignored) bool { return have.Product == i.Product && have.Field == i.Field })
	if at < 0 {
		i.Calls = []graph.Edge{e}
		b.Ignored = append(b.Ignored, i)
	} else if calls := b.Ignored[at].Calls; calls[len(calls)-1] != e {
		b.Ignored[at].Calls = append(calls, e)
	}
}

// hide adds e to the calls for which a policy, or one of its fields, is shadowed.
func (b *binding) hide(s graph.Shadow, e graph.Edge) {
	for i := range b.Shadows {
		if have := &b.Shadows[i]; have.By.Object == s.By.Object && have.Field == s.Field {
			if have.Calls[len(have.Calls)-1] != e {
				have.Calls = append(have.Calls, e)
			}
			return
		}
	}
	s.Calls = []graph.Edge{e}
	b.Shadows = append(b.Shadows, s)
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

// subset returns the subset of the callee that p applies to, "" for all replicas.
func (p *part) subset() string {
	if p.from == nil {
		return ""
	}
	return p.from.Subset
}

// implicitSets returns an empty set for every product that is known to act on a call,
// with a policy or without: the mesh that the caller is in, the gateway that the caller
// is.
func (b *binder) implicitSets(e graph.Edge) []policy.Set {
	if !b.g.Class(e).Core() || b.asks(e) {
		return nil
	}
	var sets []policy.Set
	caller := b.g.Service(b.g.From(e))
	add := func(p *policy.Product) { sets = append(sets, policy.Set{Product: p, Layer: p.Layer}) }
	for _, m := range caller.Meshes {
		// A product that acts only on calls to its own proxy needs a policy for the call or
		// evidence. An ambient proxy without a waypoint does not handle requests.
		p := m.Product.OrNative()
		if m.In && b.passes(e, p) && (!m.Ambient || proxied(p, caller, b.g.Service(b.g.To(e)))) {
			add(p)
		}
	}
	if caller.Kind == graph.KindGateway && len(sets) == 0 && len(caller.Origins) > 0 {
		class := caller.Annotations["kubernetes.io/ingress.class"]
		if p := markedFor(caller); p != nil {
			add(p)
			class = ""
		}
		for _, p := range product.All {
			if p.Name == caller.Origins[0].Reader || class != "" && slices.Contains(p.IngressClasses, class) {
				add(p)
			}
		}
	}
	return sets
}

// markedFor returns the product that has no class of its own and alone has annotations on an Ingress,
// nil for none.
func markedFor(ingress *graph.Service) *policy.Product {
	var only *policy.Product
	for _, p := range product.All {
		if p.IngressPrefix == "" || !hasPrefix(ingress.Annotations, p.IngressPrefix) {
			continue
		}
		if only != nil || p.IngressClasses != nil {
			return nil
		}
		only = p
	}
	return only
}

func hasPrefix(annotations graph.Labels, prefix string) bool {
	for key := range annotations {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// passes reports whether it is known that a call of a member of the mesh of p goes through
// the caller's proxy.
func (b *binder) passes(e graph.Edge, p *policy.Product) bool {
	if !p.OnlyAddressed && !p.BetweenMembers {
		return true
	}
	callee, _ := b.g.Service(b.g.To(e)).Member(p)
	return p.BetweenMembers && callee.In || b.addressed(e, p)
}

// addressed reports whether evidence shows that a call goes to the caller's proxy of p.
func (b *binder) addressed(e graph.Edge, p *policy.Product) bool {
	return slices.ContainsFunc(b.g.Evidence(e), func(ev graph.Evidence) bool { return slices.Contains(p.OrNative().AddressedWays, ev.Way) })
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

// objects are the objects that a policy says something in.
func (b *binding) objects() policy.Objects {
	if b.declaredIn == nil && !b.Says.Empty() {
		if b.declaredIn = b.Says.Objects; b.declaredIn == nil {
			b.own[0] = b.Object
			b.declaredIn = b.own[:]
		}
	}
	return b.declaredIn
}
