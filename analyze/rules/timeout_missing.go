package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutMissing = &Rule{
	ID:       "timeout-missing",
	Title:    "nothing ends a call that takes too long",
	Doc:      timeoutMissingDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkTimeoutMissing,
}

const timeoutMissingDoc = `
A caller without a deadline keeps a worker, a connection and memory for as long as
the callee likes. A callee that hangs takes its callers with it, and theirs: what
was slow is now down.

Fires for a synchronous call that no layer bounds: neither the caller's own code
nor a proxy or mesh has a timeout for the whole of it, and the product that carries
it has none by itself. It is an error where the caller is of tier 1, by its own
tier or because a service of tier 1 cannot do without it.

    kind: VirtualService             # Istio has no timeout of its own
    spec:
      hosts: [payments]
      http:
      - route: [{destination: {host: payments}}]

Stays silent where any layer has a timeout, be it the product's own (see
"timeout-default-only"); about databases, caches and brokers, whose timeouts are
their driver's; about events and streams; and about calls that gateways make (see
"ingress-timeout-missing").

    - route: [{destination: {host: payments}}]
      timeout: 2s

**What no input could show.** Plain Kubernetes manifests, compose files and catalogs
have no words for a timeout: the code behind them may well have one. For such calls
there is a single note that says how many they are, and no warning. A native
manifest has the words. It counts as silent on purpose if it describes the call (a
protocol, methods) or gives a policy to any call; a bare list of names is a sketch, of
which nothing is said at all.

**The way out.** A timeout a little above the slowest good answer (the 99.9th
percentile), and below the caller's own deadline.
`

func checkTimeoutMissing(p *Pass) {
	var silent []graph.Edge
	for e := range p.Requests() {
		parts := p.Effective(e)
		switch {
		case driverManaged(p.Core, e), p.Core.Call(e).Fallback:
		case !policyKnown(p, e, parts):
			if slices.ContainsFunc(p.Core.Call(e).Evidence, func(ev graph.Evidence) bool { return !isNative(ev) }) {
				silent = append(silent, e)
			}
		case !fromGateway(p, e):
			reportEndless(p, e, parts)
		}
	}
	if len(silent) > 0 {
		reportUndeclared(p, silent)
	}
}

func reportEndless(p *Pass, e graph.Edge, parts []analyze.Part) {
	endless, named := matchingParts(parts, func(part *analyze.Part) bool { return unbounded(part) && !disabled(part) && !isStream(part) })
	if len(endless) == 0 {
		return
	}
	part := endless[0]
	f := aboutCall(p, e, analyze.Default, part.Budget.Origin())
	switch {
	case part.Budget.State == policy.Endless:
		f.Message = fmt.Sprintf("%s without a timeout%s: %s has none unless it is set", callText(p, e), named, part.Budget.By[0].Product.DisplayName())
	case len(part.Layers) > 0 && part.Layers[0].Set.Product != nil:
		f.Confidence = analyze.Assumed
		f.Message = fmt.Sprintf("%s, and no timeout%s was found in the inputs, which do have other policies for it", callText(p, e), named)
	default:
		f.Message = fmt.Sprintf("%s without a timeout%s", callText(p, e), named)
	}
	f.Hint = remedyOf(p, e, part, policy.TotalTimeout).hint("set", "a little above its slowest good answer, below the caller's own deadline")
	f.Values = []analyze.KeyValue{took("attempt", part.Attempt), took("budget", part.Budget)}
	p.At(gradeByTier(p, e, analyze.Warning), f)
}

// reportUndeclared tells once of all the calls whose policies no input could show.
func reportUndeclared(p *Pass, calls []graph.Edge) {
	g := p.Core
	callers := map[graph.Node]bool{}
	for _, e := range calls {
		callers[g.From(e)] = true
	}
	first := calls[0]
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message: fmt.Sprintf("no input could declare a timeout for %s of %s, from %s to %s on: their code may have one",
			english.Count(len(calls), "call"), english.Count(len(callers), "service"), g.ID(g.From(first)), g.ID(g.To(first))),
		Hint:    "read the policies of the mesh and the gateways too, and say in a native manifest what the code does",
		Values:  []analyze.KeyValue{number("calls", len(calls)), number("callers", len(callers))},
		Origins: written(g, calls[:1]),
	})
}
