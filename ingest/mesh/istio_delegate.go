package mesh

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/ingest/resource"
	"github.com/weirgraph/weir/policy/product"
)

// An httpRule is an entry of http of a VirtualService. If a rule of another VirtualService
// delegates to it, it has the requests that both match, and takes what it leaves out from
// that rule.
type httpRule struct {
	*resource.Object // that has it
	rule             document.Node
	fields           *field.Reader // of Object, with the name of the entry as prefix
	matches          []requestMatch
	root             *httpRule // that delegates to it; nil if it is found by its hosts
}

// ownRule is a rule as it is written.
func ownRule(o *resource.Object, rule document.Node, fields *field.Reader) httpRule {
	h := httpRule{Object: o, rule: rule, fields: fields}
	for _, match := range o.List(rule, "match") {
		h.matches = append(h.matches, requestMatch{own: match})
	}
	return h
}

// taken returns a field, of the rule that delegates if this one does not have it, and the
// reader of the fields beside it.
func (h *httpRule) taken(key string) (document.Node, *field.Reader) {
	if n := h.rule.Get(key); n.Exists() || h.root == nil {
		return n, h.fields
	}
	return h.root.taken(key)
}

// isAnswer reports whether a rule makes no call: the proxy answers by itself.
func (h *httpRule) isAnswer() bool {
	answer, _ := h.taken("directResponse")
	return h.rule.Get("redirect").Exists() || answer.Exists()
}

// under returns h as a rule that root delegates to. It is false if some match of h is no part
// of what root matches: then Istio drops the rule.
func (h httpRule) under(root *httpRule) (httpRule, bool) {
	own := h.matches
	h.root = root
	if len(root.matches) == 0 {
		return h, true
	}
	if len(own) == 0 {
		h.matches = root.matches
		return h, true
	}
	h.matches = nil
	for _, m := range own {
		found := false
		for _, outer := range root.matches {
			if !m.conflicts(outer.own) {
				h.matches = append(h.matches, requestMatch{own: m.own, root: outer.own})
				found = true
			}
		}
		if !found {
			return h, false
		}
	}
	return h, true
}

// A requestMatch selects requests: those that its own fields match and, for fields that it
// does not have, those of the rule that delegates.
type requestMatch struct{ own, root document.Node }

func (m requestMatch) value(key string) document.Node {
	if n := m.own.Get(key); n.Exists() {
		return n
	}
	return m.root.Get(key)
}

// entries yields the entries of a mapping of both, its own first.
func (m requestMatch) entries(key string) func(yield func(document.Node, document.Node) bool) {
	return func(yield func(document.Node, document.Node) bool) {
		own := m.own.Get(key)
		for k, v := range own.Pairs() {
			if !yield(k, v) {
				return
			}
		}
		for k, v := range m.root.Get(key).Pairs() {
			if !own.Get(k.Str()).Exists() && !yield(k, v) {
				return
			}
		}
	}
}

// labels returns the labels of a mapping of both.
func (m requestMatch) labels(key string) graph.Labels {
	var labels graph.Labels
	for k, v := range m.entries(key) {
		if v.IsScalar() {
			if labels == nil {
				labels = graph.Labels{}
			}
			labels[k.Str()] = v.Str()
		}
	}
	return labels
}

// gateways returns the gateways that the match is limited to, nil for those of its rule.
func (m requestMatch) gateways() []string {
	if own := gatewayNames(m.own); len(own) > 0 {
		return own
	}
	return gatewayNames(m.root)
}

// conflicts reports whether m is no part of an outer match, as Istio decides it: it compares
// texts and never looks into regular expressions.
func (m requestMatch) conflicts(outer document.Node) bool {
	for _, key := range []string{"uri", "scheme", "method", "authority"} {
		if textConflicts(outer.Get(key), m.own.Get(key)) {
			return true
		}
	}
	for _, key := range []string{"headers", "withoutHeaders", "queryParams"} {
		for name, value := range m.own.Get(key).Pairs() {
			if textConflicts(outer.Get(key, name.Str()), value) {
				return true
			}
		}
	}
	for name, value := range m.own.Get("sourceLabels").Pairs() {
		if label := outer.Get("sourceLabels", name.Str()); label.Exists() && label.Str() != value.Str() {
			return true
		}
	}
	outerCase, _ := outer.Get("ignoreUriCase").Bool()
	ownCase, _ := m.own.Get("ignoreUriCase").Bool()
	outerPort, ownPort := resource.PortNumber(outer.Get("port")), resource.PortNumber(m.own.Get("port"))
	outerSpace := outer.Get("sourceNamespace").Str()
	outerGateways, ownGateways := gatewayNames(outer), gatewayNames(m.own)
	return outerCase != ownCase ||
		outerPort != 0 && ownPort != 0 && outerPort != ownPort ||
		outerSpace != "" && m.own.Get("sourceNamespace").Str() != outerSpace ||
		len(outerGateways) > 0 && slices.ContainsFunc(ownGateways, func(g string) bool { return !slices.Contains(outerGateways, g) })
}

// textConflicts reports whether one text match is no part of an outer one.
func textConflicts(outer, own document.Node) bool {
	if !outer.Exists() || !own.Exists() {
		return false
	}
	exact, prefix := outer.Get("exact").Str(), outer.Get("prefix").Str()
	ownExact, ownPrefix := own.Get("exact").Str(), own.Get("prefix").Str()
	switch {
	case outer.Get("regex").Str() != "", own.Get("regex").Str() != "":
		return true
	case exact != "":
		return ownExact != exact || ownPrefix != ""
	case prefix != "" && ownPrefix != "":
		return !strings.HasPrefix(ownPrefix, prefix)
	case prefix != "" && ownExact != "":
		return !strings.HasPrefix(ownExact, prefix)
	}
	return true
}

// delegates returns the VirtualServices that a VirtualService leaves requests to.
func (v *virtualRoutes) delegates() []graph.Ref {
	var refs []graph.Ref
	for _, rule := range v.Spec.Get("http").List() {
		if ref := v.delegateOf(rule); !ref.IsZero() && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// delegateOf returns the VirtualService that a rule delegates to, the zero Ref for none.
func (v *virtualRoutes) delegateOf(rule document.Node) graph.Ref {
	delegate := v.Mapping(rule, "delegate")
	if delegate.Get("name").Str() == "" {
		return graph.Ref{}
	}
	return v.RefTo(v.Kind, delegate.Get("namespace").Str(), delegate.Get("name").Str())
}

// complete returns the facts of a VirtualService, with the rules of those that it delegates to
// in the place of its own.
func (v *virtualRoutes) complete(find func(graph.Ref) []any) *graph.Facts {
	facts := &graph.Facts{}
	v.Object = v.Into(facts)
	v.read(func(ref graph.Ref) *virtualRoutes {
		found := find(ref)
		if len(found) == 0 {
			return nil
		}
		delegate, _ := found[len(found)-1].(*virtualRoutes)
		if delegate == nil || !delegate.delegate || !visible(delegate.Object, v.Namespace) {
			return nil
		}
		return delegate
	})
	return facts
}

// visible reports whether an object is exported to a namespace.
func visible(o *resource.Object, namespace string) bool {
	to := exported(o)
	return len(to) == 0 || slices.Contains(to, namespace)
}

// replaced returns the rules that act in the place of one: those of the VirtualService that it
// delegates to, one level deep, or else itself.
func (v *virtualRoutes) replaced(h httpRule, find func(graph.Ref) *virtualRoutes) []httpRule {
	ref := v.delegateOf(h.rule)
	if ref.IsZero() || find == nil {
		return []httpRule{h}
	}
	to := find(ref)
	if to == nil {
		return []httpRule{h}
	}
	rules, in := []httpRule{}, to.Into(v.Facts)
	for i, n := range to.List(to.Spec, "http") {
		own := ownRule(in, n, ruleFields(in, i))
		merged, ok := own.under(&h)
		switch {
		case !to.delegateOf(n).IsZero():
		case ok:
			rules = append(rules, merged)
		default:
			own.fields.Flaw(graph.Inert, n.Get("match"), "match", "no part of what "+v.Subject()+" delegates to it, so the rule takes no requests",
				"make the match narrower than that of "+v.Subject())
			v.dropped = append(v.dropped, ofObject(own.fields.TakeFlaws(), to.Subject())...)
		}
	}
	return rules
}

// ruleFields reads the fields of an entry of http.
func ruleFields(o *resource.Object, i int) *field.Reader {
	f := field.New(o.Document, product.IstioDuration)
	f.Prefix = fmt.Sprintf("http[%d].", i)
	return f
}

// ofObject returns flaws as those of another object than that of their policy.
func ofObject(flaws []graph.Flaw, subject string) []graph.Flaw {
	for i := range flaws {
		flaws[i].Object = subject
	}
	return flaws
}
