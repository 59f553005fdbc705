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
	Title:    "call without timeout",
	Doc:      timeoutMissingDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkTimeoutMissing,
}

const timeoutMissingDoc = `
A caller without a deadline holds a worker, a connection and memory for as long as
the callee takes. A callee that hangs takes its callers down, and their callers too.

Reported for a synchronous call that no layer bounds: neither the caller's code nor a
proxy or mesh has a timeout for the whole call, and the product that carries the call
has no default. Severity: warning; error if the caller is of tier 1, by its own
declaration or because a tier-1 service depends on it.

    kind: VirtualService             # Istio has no default timeout
    spec:
      hosts: [payments]
      http:
      - route: [{destination: {host: payments}}]

Not reported: calls with a timeout in any layer, including a product default (see
"timeout-default-only"); databases, caches and brokers, whose drivers have timeouts;
events and streams; and calls made by gateways (see "ingress-timeout-missing").

    - route: [{destination: {host: payments}}]
      timeout: 2s

**What the inputs cannot show.** Kubernetes manifests, compose files and catalogs
cannot declare a timeout; the code may have one. Such calls are no finding: one line
after the findings counts them. A native manifest can declare timeouts: a call counts as
declared without one if the manifest describes it (protocol, methods) or declares a
policy for any call. A plain list of names is a sketch and gives no finding.

**Why.** If an object of the inputs declares a timeout for the callee and does not act on the
call, the finding names it: it is for another namespace, host, port or caller, its host is
misspelled, it is for gateways only, or another object hides it. So do "retry-missing" and "breaker-missing".

**Fix.** Set a timeout slightly above the slowest good response (99.9th percentile)
and below the caller's own deadline.
`

func checkTimeoutMissing(p *Pass) {
	var silent []graph.Edge
	var endless []endlessCall
	var one [1]graph.Evidence
	for e := range p.Requests() {
		parts := p.Effective(e)
		switch {
		case driverManaged(p.Core, e), p.Core.Fallback(e), twinDeclares(p, e, policy.TotalTimeout):
		case !policyKnown(p, e, parts):
			if !p.ofOthers(e) && !besideTemplates(p, e) && slices.ContainsFunc(p.Core.EvidenceIn(e, &one), func(ev graph.Evidence) bool { return !isNative(ev) }) {
				silent = append(silent, e)
			}
		case !fromGateway(p, e):
			found, named := matchingParts(parts, func(part *analyze.Part) bool {
				return unbounded(part) && !clientUnread(p, e, part) && !disabled(part) && !isStream(part)
			})
			if len(found) > 0 {
				endless = append(endless, endlessCall{e, found[0], named})
			}
		}
	}
	for _, list := range byCaller(p.Core, endless, endlessCall.edge) {
		for _, members := range byNeed(p.Core, list, endlessCall.edge) {
			reportEndless(p, members)
		}
	}
	if len(silent) > 0 {
		reportUndeclared(p, silent)
	}
}

// An endlessCall is a call, and a part of it that nothing bounds.
type endlessCall struct {
	call  graph.Edge
	part  *analyze.Part
	named routeNames
}

func (c endlessCall) edge() graph.Edge { return c.call }

// reportEndless reports a call, or those to several members of one group.
func reportEndless(p *Pass, list []endlessCall) {
	e, part, named := list[0].call, list[0].part, list[0].named
	f := aboutCall(p, e, analyze.Default, part.Budget.Origin())
	what := callText(p, e)
	if len(list) > 1 {
		calls := groupOf(list, endlessCall.edge)
		f = calls.aboutGroup(p, analyze.Default)
		what, named = oneOfText(p, calls), nil
	}
	const long = "to slightly more than the slowest successful response, below the caller's own deadline"
	ways := make([]remedy, len(list))
	for i, c := range list {
		ways[i] = remedyOf(p, c.call, c.part, policy.TotalTimeout)
	}
	r := ways[0]
	f.Routes = named
	without := "without a timeout"
	switch {
	case part.Budget.State == policy.Endless:
		in := part.Budget.By[0].Product
		if slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
			return l.Set.Product != nil && l.Set.Product == r.in && l.Budget.State == policy.Endless
		}) {
			in = r.in // the hint is about the same product
		}
		without += fmt.Sprintf(": %s has no default", in.DisplayName())
		f.Message = fmt.Sprintf("%s without a timeout%s: %s has no default", what, named, in.DisplayName())
	case len(part.Layers) > 0 && part.Layers[0].Set.Product != nil:
		f.Confidence = analyze.Assumed
		without += " in the inputs, which declare other policies for them"
		f.Message = fmt.Sprintf("%s without a timeout%s in the inputs, which declare other policies for it", what, named)
	default:
		f.Message = fmt.Sprintf("%s without a timeout%s", what, named)
	}
	f.Hint = commonOf(ways).hint("set", long)
	f.Fix = timeoutFixes(p, ways)
	f.Alike = analyze.Alike{Cause: r.Kind + " " + r.Fields(), Says: without, Hint: r.general().hint("set", long), Calls: true}
	f.Values = append(f.Values, took("attempt", part.Attempt), took("budget", part.Budget))
	if c, ok := obstacleOf(p, e, policy.TotalTimeout); ok && len(list) == 1 {
		c.explain(&f)
	}
	p.At(gradeByTier(p, e, analyze.Warning), f)
}

// reportUndeclared reports at once all the calls whose policies the inputs cannot declare.
func reportUndeclared(p *Pass, calls []graph.Edge) {
	g := p.Core
	callers := map[graph.Node]bool{}
	for _, e := range calls {
		callers[g.From(e)] = true
	}
	first := calls[0]
	p.Unjudged(analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message: fmt.Sprintf("the inputs cannot declare a timeout for %s of %s (first: %s to %s): their code may have one",
			english.Count(len(calls), "call"), english.Count(len(callers), "service"), g.ID(g.From(first)), g.ID(g.To(first))),
		Hint:    "add the policies of the mesh and the gateways to the sources, and declare in weir.yaml what the code does",
		Values:  []analyze.KeyValue{number("calls", len(calls)), number("callers", len(callers))},
		Origins: written(g, calls[:1]),
	})
}
