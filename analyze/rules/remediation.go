package rules

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
	"github.com/weirgraph/weir/policy/product"
)

// remedyFor is remedyIn, and where the product cannot express the purpose a sentence
// that names both.
func remedyFor(p *Pass, e graph.Edge, layer *policy.Set, purpose policy.Purpose) remedy {
	if r, ok := remedyIn(p, e, layer, purpose); ok {
		return r
	}
	if r, ok := remedyInstead(p, e, layer, purpose); ok {
		return r
	}
	return remedy{Remediation: policy.RemediationIn(layer.Product.DisplayName(), purpose)}
}

// generalRemedy is remedyFor without a call.
func generalRemedy(in *policy.Product, purpose policy.Purpose) remedy {
	if r, ok := orNative(in).Remediation(purpose); ok {
		return remedy{Remediation: r}
	}
	return remedy{Remediation: policy.RemediationIn(in.DisplayName(), purpose)}
}

// remedyIn returns where a layer of e has a purpose expressed, in an object that its
// policies come from if that can, and false if its product cannot express it. Objects of
// an API that the product carries out are among them.
func remedyIn(p *Pass, e graph.Edge, layer *policy.Set, purpose policy.Purpose) (remedy, bool) {
	in := orNative(layer.Product)
	if in.SkipsHeadless && p.Core.Service(p.Core.To(e)).Headless {
		return remedy{}, false
	}
	if purpose == policy.AttemptTimeout && triesOnce(layer) { // one attempt is the whole call; Istio refuses both together
		purpose = policy.TotalTimeout
	}
	of := remedy{in: layer.Product, call: e, layer: layer, purpose: purpose}
	var kinds []string
	for _, o := range layer.Objects {
		kind, object, _ := strings.Cut(o, "/")
		kinds = append(kinds, kind)
		if r, ok := inKind(in, layer.Layer, kind, purpose); ok {
			if r.Base != policy.BasePlace { // a file is known by its place
				of.object = object
			}
			return of.with(p, r), true
		}
	}
	if len(in.Writes) > 0 {
		for _, ev := range p.Core.Evidence(e) {
			for _, via := range ev.Via {
				if in.Writes[via.Kind] != nil && !slices.Contains(kinds, via.Kind) {
					kinds = append(kinds, via.Kind)
				}
			}
		}
	}
	if len(kinds) == 0 && p.inFileOf(e, in) {
		kinds = append(kinds, in.Name)
	}
	if len(kinds) == 0 { // what runs in a cluster has its policies in objects there
		for _, v := range []graph.Node{p.Core.To(e), p.Core.From(e)} {
			if w := p.Core.Service(v).Workload; w != nil && analyze.Ecosystem(p.Core.Service(v)) == "kubernetes" {
				kinds = append(kinds, w.Kind)
			}
		}
	}
	at := layer.Layer
	if p.asks(e) { // by the proxy, whose connections to the callee are those of its other calls
		at = in.Layer
	}
	r, ok := in.RemediationIn(at, purpose, kinds...)
	if ok && !p.asks(e) && p.apart(e, in, r.Kind) { // the route itself has it
		if r, ok := p.inRoute(e, layer.Layer, purpose); ok {
			of.object = p.silentObject(e, r.Kind)
			return of.with(p, r), true
		}
	}
	if !ok || ofRoutes[purpose] && p.asks(e) || p.apart(e, in, r.Kind) {
		return remedy{}, false
	}
	of.object = p.silentObject(e, r.Kind)
	if r.Kind == "Service" {
		of.object = p.Core.ID(p.Core.To(e))
	}
	return of.with(p, r), true
}

// inRoute returns the remediation in the route of an API that shows a call, and false if none has it.
func (p *Pass) inRoute(e graph.Edge, layer policy.Layer, purpose policy.Purpose) (policy.Remediation, bool) {
	for _, ev := range p.Core.Evidence(e) {
		for _, api := range product.All {
			if r, ok := api.RemediationIn(layer, purpose); ok && api.Contract && strings.EqualFold(r.Kind, strings.ReplaceAll(ev.Way, "-", "")) {
				return r, true
			}
		}
	}
	return policy.Remediation{}, false
}

// inFileOf reports whether a call is written in a file of a product's own, and not in an object in a
// cluster.
func (p *Pass) inFileOf(e graph.Edge, in *policy.Product) bool {
	caller := p.Core.Service(p.Core.From(e))
	return caller.Namespace == "" && analyze.Ecosystem(caller) != "kubernetes" && slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool {
		return ev.Origin.Reader() == in.Name && !slices.ContainsFunc(ev.Via, func(via graph.Ref) bool { return policy.IsResource(via.Kind) })
	})
}

// triesOnce reports whether a layer has its retries switched off, and no limit on one attempt.
func triesOnce(layer *policy.Set) bool {
	r, t := layer.Retry, layer.Timeout
	return r != nil && r.Retries.IsWritten() && r.Retries.Value == 0 && (t == nil || !t.PerTry.IsWritten())
}

// silentObject returns the name of an object of a kind that selects a call and declares no policy
// for it, "" if there is none.
func (p *Pass) silentObject(e graph.Edge, kind string) string {
	for _, b := range policiesOf(p)[e] {
		if of, object, _ := strings.Cut(b.Object, "/"); of == kind {
			return object
		}
	}
	for _, ev := range p.Core.Evidence(e) {
		for _, via := range ev.Via {
			if via.Kind == kind && via.Name != "" {
				_, object, _ := strings.Cut(via.Subject(), "/")
				return object
			}
		}
	}
	return ""
}

// ofRoutes are the purposes that routes express, which are not for those that are asked whether
// a request may pass.
var ofRoutes = map[policy.Purpose]bool{policy.TotalTimeout: true, policy.AttemptTimeout: true, policy.Retries: true, policy.RetryBackoff: true}

// apart reports whether objects of a kind are for other calls than e.
func (p *Pass) apart(e graph.Edge, in *policy.Product, kind string) bool {
	return slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool { return slices.Contains(in.Apart[ev.Way], kind) })
}

// asks reports whether the caller of e asks the callee whether requests may pass: the objects
// for its other calls are not for this one.
func (p *Pass) asks(e graph.Edge) bool {
	return !slices.ContainsFunc(p.Core.Evidence(e), func(ev graph.Evidence) bool { return ev.Class.Core() && !ev.Asked && ev.Strength > graph.Allowed })
}

// remedyInstead is remedyIn for what an object of the layer switches off: in its place.
func remedyInstead(p *Pass, e graph.Edge, layer *policy.Set, purpose policy.Purpose) (remedy, bool) {
	in := orNative(layer.Product)
	bare := *layer
	bare.Objects = nil
	for _, o := range layer.Objects {
		kind, object, _ := strings.Cut(o, "/")
		if in.Replaces[kind] == nil {
			continue
		}
		r, ok := remedyIn(p, e, &bare, purpose)
		r.instead = kind + " " + object
		return r, ok
	}
	return remedy{}, false
}

// inKind returns the remediation in objects of a kind: the product's own, or that of an
// API, and false if there is none.
func inKind(in *policy.Product, layer policy.Layer, kind string, purpose policy.Purpose) (policy.Remediation, bool) {
	if r, ok := in.RemediationIn(layer, purpose, kind); ok && r.Kind == kind {
		return r, true
	}
	for _, api := range product.All {
		if r, ok := api.Remediation(purpose, kind); ok && api.Contract && r.Kind == kind {
			return r, true
		}
	}
	return policy.Remediation{}, false
}

// remedyOf returns where a purpose is expressed for a part of e: in the innermost layer
// that can, else in code. A native manifest describes the code of a program, and that
// of no gateway.
func remedyOf(p *Pass, e graph.Edge, part *analyze.Part, purpose policy.Purpose) remedy {
	if r, ok := remedyOfLayers(p, e, part, purpose); ok {
		return r
	}
	for _, set := range fixableLayers(part) {
		if r, ok := remedyInstead(p, e, set, purpose); ok {
			return r
		}
	}
	return remedy{Remediation: policy.RemediationIn(elsewhere(p, e, part), purpose)}
}

// fixableLayers returns the layers of a part in the order in which a fix is looked for in them: what a gateway has itself,
// then the others, from the inside out.
func fixableLayers(part *analyze.Part) []*policy.Set {
	var own, rest []*policy.Set
	for i := range slices.Backward(part.Layers) {
		if set := &part.Layers[i].Set; set.Layer == policy.Gateway {
			own = append(own, set)
		} else {
			rest = append(rest, set)
		}
	}
	return append(own, rest...)
}

// elsewhere is the place for what no object of the layers of a part can express: the code of the
// caller, and for a gateway what its users write in its own policies, or the code of its clients.
func elsewhere(p *Pass, e graph.Edge, part *analyze.Part) string {
	last := len(part.Layers) - 1
	switch {
	case last < 0 || !fromGateway(p, e) && !p.asks(e):
		return "the caller's code"
	case part.Layers[last].Set.Product.OrNative().Contract:
		return "the policies of the gateway's implementation, which the inputs do not name, or in the code of its clients"
	}
	return "the code of the clients of " + p.Core.ID(p.Core.From(e)) + " (" + part.Layers[last].Set.Product.DisplayName() + " has none)"
}

// remedyOfLimit is remedyOf for a limit on time that has a value: in the object that its
// decisive setting is written in, or in the layer that it is a default of.
func remedyOfLimit(p *Pass, e graph.Edge, part *analyze.Part, limit policy.Limit, purpose policy.Purpose) remedy {
	if len(limit.By) == 0 {
		return remedyOf(p, e, part, purpose)
	}
	d := limit.By[0]
	for i := range slices.Backward(part.Layers) { // of several that end the call at the same time the innermost
		set, own := part.Layers[i].Set, part.Layers[i].Budget
		alike := own.State == policy.Finite && own.Time == limit.Time && len(own.By) > 0 && own.By[0].Provenance == d.Provenance
		if !alike && (set.Layer != d.Layer || !set.Product.Is(d.Product)) {
			continue
		}
		set.Objects = inOrder(set.Objects, writtenIn(p, d))
		if r, ok := remedyIn(p, e, &set, purpose); ok {
			r.part = part
			return r
		}
	}
	return remedyOf(p, e, part, purpose)
}

// writtenIn returns the object that holds a setting, "" if it is a default.
func writtenIn(p *Pass, d policy.Decision) string {
	if d.Provenance == policy.PlatformDefault {
		return ""
	}
	return objectsOf.Of(p.Analysis, analyze.Once{}, func() map[writtenAt]string {
		objects := map[writtenAt]string{}
		for _, b := range p.Graph.Policies() {
			for _, own := range b.Says.Decisions() {
				if at := (writtenAt{own.Field, own.Origin}); own.Origin.File() == b.Origin.File() && objects[at] == "" {
					objects[at] = b.Object
				}
			}
		}
		return objects
	})[writtenAt{d.Field, d.Origin}]
}

// writtenAt is a setting with its place.
type writtenAt struct {
	field string
	at    graph.Origin
}

var objectsOf = analyze.NewMemo[analyze.Once, map[writtenAt]string]("the objects that settings are written in")

// inOrder returns objects with one of them first.
func inOrder(objects policy.Objects, first string) policy.Objects {
	if first == "" {
		return objects
	}
	return policy.Objects{first}.With(objects)
}

// remedyOfLayers is remedyOf, and false where neither a layer nor a native manifest can
// express the purpose.
func remedyOfLayers(p *Pass, e graph.Edge, part *analyze.Part, purpose policy.Purpose) (remedy, bool) {
	for _, set := range fixableLayers(part) {
		if r, ok := remedyIn(p, e, set, purpose); ok {
			r.part = part
			return r, true
		}
	}
	if !fromGateway(p, e) && slices.ContainsFunc(p.Core.Call(e).Evidence, isNative) {
		r, ok := remedyIn(p, e, &policy.Set{}, purpose)
		r.part = part
		return r, ok
	}
	return remedy{}, false
}

// cannotEnd is the hint where a product cannot end a request.
func cannotEnd(p *policy.Product) string {
	return "set timeouts in the caller's code and on the calls behind it: " + p.DisplayName() + " has none for a whole request"
}

// canExpress reports whether a product has a way for a purpose.
func canExpress(p *policy.Product, purpose policy.Purpose) bool {
	_, ok := orNative(p).Remediation(purpose)
	return ok
}
