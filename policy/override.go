package policy

import "slices"

// Override lays what top declares over the layers of a call in place of what they declare: each of its
// settings in the layer in which such a setting acts, else in one whose product could have it, else
// in the code of the caller. A breaker acts where its kind can. A timeout is that of the layer whose timeout ends the call; of others
// the outermost layer with such a setting counts. A part that is off, or a breaker of another kind,
// replaces the part of the layer whole. The layers are those without defaults, outermost first; they
// are not changed.
func Override(layers []Set, top *Set, facts CallFacts) []Set {
	layers = slices.Clone(layers)
	o := overriding{layers: layers, facts: facts}
	if t := top.Timeout; t != nil {
		for _, one := range []Timeout{{Total: t.Total}, {PerTry: t.PerTry}, {Connect: t.Connect}, {Idle: t.Idle}, {ReadGap: t.ReadGap}} {
			if one != (Timeout{}) {
				o.put(Set{Timeout: &one})
			}
		}
	}
	for _, one := range []Set{
		{Retry: top.Retry}, {Hedge: top.Hedge}, {Breaker: top.Breaker}, {Bulkhead: top.Bulkhead}, {RateLimit: top.RateLimit},
		{Fallback: top.Fallback}, {Cache: top.Cache}, {Balance: top.Balance}, {HealthCheck: top.HealthCheck},
	} {
		if !one.Empty() {
			o.put(one)
		}
	}
	return o.layers
}

// An overriding has the layers of a call as the settings so far leave them.
type overriding struct {
	layers []Set
	facts  CallFacts
}

// put lays a set of one part over the layer in which it acts.
func (o *overriding) put(one Set) {
	i := o.layerOf(&one)
	if i < 0 {
		o.layers = slices.Insert(o.layers, 0, Set{Layer: App})
		i = 0
	}
	under := o.layers[i]
	switch {
	case one.Retry != nil && one.Retry.Retries.Provenance == Disabled:
		under.Retry = nil
	case one.Breaker != nil && one.Breaker.Kind.Provenance != Unknown && (under.Breaker == nil || one.Breaker.Kind.Value != under.WithDefaults().Breaker.Kind.Value):
		under.Breaker = nil
	case one.Bulkhead != nil && one.Bulkhead.MaxConcurrent.Provenance == Disabled:
		under.Bulkhead = nil
	case one.RateLimit != nil && one.RateLimit.Requests.Provenance == Disabled:
		under.RateLimit = nil
	}
	one.Layer, one.Product, one.Nest, one.Objects, one.Partial = under.Layer, under.Product, under.Nest, under.Objects, under.Partial
	o.layers[i] = Overlay(under, one)
}

// layerOf returns the number of the layer in which a set of one part acts, -1 if it is none.
func (o *overriding) layerOf(one *Set) int {
	field := one.Decisions()[0].Field
	with := make([]Set, len(o.layers))
	for i := range o.layers {
		with[i] = o.layers[i].WithDefaults()
	}
	if field == "timeout.total" {
		if by := Combine(with, o.facts).Budget.By; len(by) > 0 && (by[0].Field == field || by[0].Field == "timeout.readGap") {
			i := slices.IndexFunc(with, func(s Set) bool {
				return slices.ContainsFunc(s.DecisionsOn(by[0].Field), func(d Decision) bool { return d.same(&by[0]) })
			})
			if i >= 0 {
				return i
			}
		}
	}
	may := func(*Set) bool { return true }
	if one.Breaker != nil && one.Breaker.Kind.Set() { // a proxy ejects hosts, and a program stops calls
		kind := one.Breaker.Kind.Value
		may = func(s *Set) bool {
			return s.Breaker != nil && s.Breaker.Kind.Set() && s.Breaker.Kind.Value == kind || (kind == "endpoint") == (s.Layer != App)
		}
	}
	for _, good := range []func(Provenance) bool{
		func(p Provenance) bool { return p == Explicit || p == MeshDefault || p == Disabled },
		func(p Provenance) bool { return p == PlatformDefault },
		func(p Provenance) bool { return p == Absent },
	} {
		for i := range with {
			if may(&with[i]) && slices.ContainsFunc(with[i].DecisionsOn(field), func(d Decision) bool { return good(d.Provenance) }) {
				return i
			}
		}
	}
	return slices.IndexFunc(o.layers, func(s Set) bool { return s.Layer == App && s.Product == nil })
}
