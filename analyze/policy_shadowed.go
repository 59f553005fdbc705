package analyze

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var policyShadowed = &Rule{
	ID:       "policy-shadowed",
	Title:    "a policy is hidden by another wherever it could act",
	Doc:      policyShadowedDoc,
	Severity: Warning,
	Check:    checkPolicyShadowed,
}

const policyShadowedDoc = `
Products choose one of several policies for a call and drop the others, often the
whole object and not field by field. The one that loses looks alive: it is applied,
it is valid, people change it and wonder.

Fires for an object of which nothing acts on any call that it is for, because
something of higher precedence does; and for a part of an object that another part
of it, or something beside it, hides.

    kind: Service
    metadata:
      name: books
      annotations: {timeout.linkerd.io/request: 1s}   # a ServiceProfile of books exists

    kind: DestinationRule
    metadata: {name: pricing, namespace: front}       # hides shop's own rule of pricing
                                                      # from all callers in front

Stays silent when an object is hidden on some calls and acts on others: that is what
precedence is for.

**The way out.** Move what is still meant into the object that acts, and delete the
other.

- Istio: one VirtualService and one DestinationRule for a host and namespace.
- Linkerd: either annotations and HTTPRoutes, or a ServiceProfile.
- Gateway API: one policy for a target; the oldest wins.
- Kuma: one policy of a kind for each "targetRef", the most specific wins.
`

func checkPolicyShadowed(p *Pass) {
	for _, o := range objects(p.Graph) {
		hidden := slices.DeleteFunc(slices.Clone(o.parts), func(b *graph.Bound) bool { return b.Says.Empty() || !overruled(b) })
		if len(hidden) > 0 {
			p.reportShadowed(o, hidden)
		}
	}
	checkFlaws(p, graph.Shadowed, "has no effect in %s")
}

// overruled reports whether a policy is for calls, and hidden on every one.
func overruled(b *graph.Bound) bool {
	return len(b.Calls) > 0 && !slices.ContainsFunc(b.Calls, func(e graph.Edge) bool {
		return !slices.ContainsFunc(b.Shadows, func(s graph.Shadow) bool { return slices.Contains(s.Calls, e) })
	})
}

func (p *Pass) reportShadowed(o object, hidden []*graph.Bound) {
	g := p.Graph
	by := hidden[0].Shadows[0].By
	what := o.name
	if strings.HasPrefix(o.name, "Service/") { // which does more than that
		what = "what " + o.name + " is annotated with"
	}
	speaking := 0
	for _, b := range o.parts {
		if !b.Says.Empty() {
			speaking++
		}
	}
	if len(hidden) < speaking {
		what = fmt.Sprintf("%s of %s", english.Count(len(hidden), "part"), o.name)
	}
	calls := boundCalls(hidden)
	f := Finding{
		Confidence: Certain,
		Subject:    o.name,
		Message:    fmt.Sprintf("%s does nothing: %s takes its place on %s", what, by.Object, callIDs(g, calls)),
		Hint:       fmt.Sprintf("move what is still meant into %s, and delete the other", by.Object),
		Values:     []KeyValue{{"by", by.Object}, number("calls", len(calls))},
		Origins:    append(where(hidden), by.Origin),
		Services:   ends(g, calls),
	}
	if by.Object == o.name {
		f.Message = fmt.Sprintf("%s does nothing on %s: another part of it is found first", what, callIDs(g, calls))
		f.Hint = "put what is for fewer calls before what is for more"
	}
	p.Report(f)
}

// boundCalls returns the calls that parts are for, sorted.
func boundCalls(parts []*graph.Bound) []graph.Edge {
	var calls []graph.Edge
	for _, b := range parts {
		calls = append(calls, b.Calls...)
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}

// ends returns the services of calls, each once, callees first: whose policy it is.
func ends(g *graph.Graph, calls []graph.Edge) []graph.Node {
	var nodes []graph.Node
	for _, side := range []func(graph.Edge) graph.Node{g.To, g.From} {
		for _, e := range calls {
			if v := side(e); !slices.Contains(nodes, v) {
				nodes = append(nodes, v)
			}
		}
	}
	return nodes
}
