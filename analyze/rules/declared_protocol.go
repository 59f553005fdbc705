package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// requestsHint is how the callee of a call gets a protocol with requests for a policy that needs them: by, if it
// is not nil, declares one without.
func requestsHint(p *Pass, b *graph.BoundPolicy, by *graph.Policy, from, to graph.Node) (string, analyze.Fix) {
	if by != nil && by.Paths[graph.ProtocolPath] != "" {
		edit := policy.Edit{Path: by.Paths[graph.ProtocolPath], Value: "http"}
		return fmt.Sprintf("set %s of %s to %q", edit.Path, named(by.Object), edit.Value), fixOf(by, edit)
	}
	ways := b.Product.OrNative().Protocols
	i := slices.IndexFunc(ways, func(r policy.Remediation) bool {
		return policy.IsResource(r.Kind) == policy.IsResource(kindOf(b.Object))
	})
	if i < 0 {
		return "declare its protocol", analyze.Fix{None: analyze.NoEdit}
	}
	way, callee := ways[i], p.Graph.Service(to)
	change := analyze.ObjectEdit{Kind: way.Kind, Object: callee.Name, Places: []graph.Origin{b.Origin}}
	if b.Namespace != "" {
		change.Object = b.Namespace + "/" + callee.Name
	}
	hint := fmt.Sprintf("set %s of %s %s to %q", way.Edits[0].Path, way.Kind, change.Object, way.Edits[0].Value)
	if e, ok := p.Core.Edge(from, to); ok && !isTaken(p, way.Kind+"/"+change.Object) {
		change.New = (remedy{Remediation: way, in: b.Product, call: e, layer: &b.Says}).begins(p, callee.Name)
	}
	for _, edit := range way.Edits {
		change.Edits = append(change.Edits, analyze.FieldEdit{Edit: edit})
	}
	if !policy.IsResource(way.Kind) {
		return hint, analyze.Fix{None: analyze.NoEdit}
	}
	return hint, analyze.Fix{Changes: []analyze.ObjectEdit{change}}
}
