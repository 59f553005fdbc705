package resource

import (
	"cmp"
	"slices"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/field"
	"github.com/weirgraph/weir/policy"
)

// Policy starts a policy of the resource, which says what follows about all calls.
func (r *Object) Policy(of *policy.Product, group string, at document.Node) graph.Policy {
	return graph.Policy{
		Origin: r.At(at), Product: of, Object: r.Subject(), Document: r.At(r.Root), Namespace: r.Namespace,
		Realm: Realm, Group: group, Created: r.Root.Get("metadata", "creationTimestamp").Str(),
	}
}

// Subject names the resource in findings: "VirtualService/shop/pricing".
func (r *Object) Subject() string {
	return graph.Ref{Kind: cmp.Or(r.Word, r.Kind), Namespace: r.Namespace, Name: r.Name}.Subject()
}

// AddPolicies adds policies of which at least one says something, with the flaws
// found on the way.
func (r *Object) AddPolicies(f *field.Reader, policies ...graph.Policy) {
	flaws := f.TakeFlaws()
	speaks := len(flaws) > 0 || slices.ContainsFunc(policies, func(p graph.Policy) bool { return !p.Says.Empty() || len(p.Flaws) > 0 })
	if !speaks || len(policies) == 0 {
		return
	}
	policies[0].Flaws = append(policies[0].Flaws, flaws...)
	r.Facts.Policies = append(r.Facts.Policies, policies...)
}

// Annotations reads the fields of policies that are annotations with a prefix. Those that
// are no strings are flaws.
func (o *Object) Annotations(prefix string, syntax *policy.Syntax) *field.Reader {
	f := field.New(o.Document, syntax)
	f.Prefix = prefix
	f.Look = func(n document.Node, path ...string) document.Node { return n.Get(prefix + path[0]) }
	f.RefuseUnquoted(o.Meta.Get("annotations"), prefix)
	return f
}
