package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var ingressTimeoutMissing = &Rule{
	ID:       "ingress-timeout-missing",
	Title:    "gateway without timeout",
	Doc:      ingressTimeoutMissingDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	NoFix:    analyze.NoInput,
	Check:    checkIngressTimeoutMissing,
}

const ingressTimeoutMissingDoc = `
Deadlines start at the gateway. Without one, slow services behind the gateway pile up
connections in front of it, and every user waits for the slowest.

Reported once for each gateway that forwards requests to services that may never
answer: no timeout is set and the product has no default, or it is disabled. Severity:
warning; info where the product cannot set one. For Gateway API the implementation
decides, so the finding is assumed.

    kind: IngressRoute                       # Traefik: responseHeaderTimeout 0

Not reported: routes with a timeout, products with a default, and routes for streams
that disable the timeout and bound silence instead. The read timeout of nginx, Kong and
HAProxy ends a call whose callee sends nothing, so it counts; a response that arrives in
small pieces has no bound there.

    kind: HTTPRoute
    spec:
      rules:
      - timeouts: {request: 10s}

**Fix.** Set a timeout for the whole request at the gateway, longer than those inside.
`

func checkIngressTimeoutMissing(p *Pass) {
	calls := map[graph.Node][]graph.Edge{}
	var gateways []graph.Node
	for e := range p.Requests() {
		if fromGateway(p, e) && !driverManaged(p.Core, e) && unboundedPart(p.Effective(e)) != nil && !twinDeclares(p, e, policy.TotalTimeout) {
			v := p.Core.From(e)
			if calls[v] == nil {
				gateways = append(gateways, v)
			}
			calls[v] = append(calls[v], e)
		}
	}
	for _, v := range gateways {
		reportGateway(p, v, calls[v])
	}
}

// unboundedPart returns a part of a gateway's call that has a layer and no time limit, nil
// if there is none. Parts with a timer of gaps instead of a timeout are reported by
// "timeout-wrong-kind"; what a file around them may set is not known to be missing.
func unboundedPart(parts []analyze.Part) *analyze.Part {
	i := slices.IndexFunc(parts, func(part analyze.Part) bool {
		return len(part.Layers) > 0 && unbounded(&part) && !isStream(&part) && len(wrongKinds(&part)) == 0 && !isPartial(&part)
	})
	if i < 0 {
		return nil
	}
	return &parts[i]
}

// isPartial reports whether a layer of a part may be set by a file that is not known.
func isPartial(part *analyze.Part) bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Partial })
}

func reportGateway(p *Pass, v graph.Node, calls []graph.Edge) {
	g := p.Core
	part := unboundedPart(p.Effective(calls[0]))
	by := fixableLayers(part)[0].Product
	callees := make([]graph.Node, len(calls))
	for i, e := range calls {
		callees[i] = g.To(e)
	}
	about := aboutCall(p, calls[0], analyze.Default, part.Budget.Origin())
	const long = "to more than the inner timeouts, and less than users wait"
	hint := remedyOf(p, calls[0], part, policy.TotalTimeout).hint("set", long)
	var all analyze.Fix
	for i, e := range calls {
		part := unboundedPart(p.Effective(e))
		remedy := remedyOf(p, e, part, policy.TotalTimeout)
		all = all.And(remedy.timeoutFix(p))
		if i > 0 && remedy.hint("set", long) != hint { // routes of several objects
			hint = remedy.general().hint("set", long)
			for _, at := range aboutCall(p, e, analyze.Default, part.Budget.Origin()).Origins {
				if !slices.Contains(about.Origins, at) {
					about.Origins = append(about.Origins, at)
				}
			}
		}
	}
	f := analyze.Finding{
		Confidence: about.Confidence,
		Subject:    g.ID(v),
		Fix:        all,
		Hint:       hint,
		Values:     []analyze.KeyValue{number("calls", len(calls)), took("budget", part.Budget)},
		Origins:    about.Origins,
		Services:   append([]graph.Node{v}, callees...),
		Owners:     []graph.Node{v},
	}
	severity := gradeByTier(p, calls[0], analyze.Warning)
	f.Alike.Hint = remedyOf(p, calls[0], part, policy.TotalTimeout).general().hint("set", long)
	without := fmt.Sprintf("without a timeout: %s has no default", by.DisplayName())
	switch {
	case disabled(part):
		without = "with the timeout disabled"
	case by.OrNative().ByHand:
		without = "without a timeout"
	case part.Budget.State == policy.Undeclared:
		f.Confidence = analyze.Assumed
		without = "without a timeout in its routes; the default of the implementation applies"
	case !canExpress(by, policy.TotalTimeout):
		severity = analyze.Info
		without = fmt.Sprintf("without a timeout: %s has none for a request", by.DisplayName())
		f.Hint = fmt.Sprintf("set timeouts on the calls of %s", someIDs(g, callees))
		f.Alike.Hint = "set timeouts on the calls of the services behind them"
	}
	f.Message = fmt.Sprintf("%s forwards requests to %s %s", g.ID(v), someIDs(g, callees), without)
	if at := part.Budget.Origin(); disabled(part) && at.Line > 0 { // one place for all gateways
		f.Alike.Cause, f.Alike.One, f.Alike.Hint = at.String()+" ", true, f.Hint
	}
	f.Alike.Cause, f.Alike.Says = f.Alike.Cause+by.DisplayName()+" "+without, "forward requests "+strings.Replace(without, " its ", " their ", 1)
	if c, ok := obstacleOf(p, calls[0], policy.TotalTimeout); ok && len(calls) == 1 {
		c.explain(&f)
	}
	p.At(severity, f)
}
