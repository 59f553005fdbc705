package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var ingressTimeoutMissing = &Rule{
	ID:       "ingress-timeout-missing",
	Title:    "a gateway waits for ever",
	Doc:      ingressTimeoutMissingDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkIngressTimeoutMissing,
}

const ingressTimeoutMissingDoc = `
The gateway is where deadlines begin. Where it has none, slow services behind it
pile up connections in front of it, and every user waits for as long as the slowest.

Fires once for each gateway that passes requests on without a bound on the whole
answer: none is set and the product has none by itself, or it is switched off. A
note, and no warning, where the product has no such bound to set: nginx and Kong
only end a connection on which nothing moves. Gateway API leaves it to whoever
implements it, so that the finding is an assumption there.

    kind: IngressRoute                       # Traefik: responseHeaderTimeout 0

Stays silent when the routes have a timeout, when the product has one by itself, and
about routes for streams, whose timeout is off and which have one of silence.

    kind: HTTPRoute
    spec:
      rules:
      - timeouts: {request: 10s}

**The way out.** A timeout for the whole request at the gateway, longer than those
inside.
`

func checkIngressTimeoutMissing(p *Pass) {
	calls := map[graph.Node][]graph.Edge{}
	var gateways []graph.Node
	for e := range p.Requests() {
		if fromGateway(p, e) && !driverManaged(p.Core, e) && openEnded(p.Effective(e)) != nil {
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

// openEnded returns a part of a gateway's call that the gateway is known to carry
// and does not end, nil if there is none. Parts with a timer of gaps that somebody
// took for a timeout are told by "timeout-wrong-kind".
func openEnded(parts []analyze.Part) *analyze.Part {
	i := slices.IndexFunc(parts, func(part analyze.Part) bool {
		return len(part.Layers) > 0 && unbounded(&part) && !isStream(&part) && len(wrongKinds(&part)) == 0
	})
	if i < 0 {
		return nil
	}
	return &parts[i]
}

func reportGateway(p *Pass, v graph.Node, calls []graph.Edge) {
	g := p.Core
	part := openEnded(p.Effective(calls[0]))
	by := part.Layers[len(part.Layers)-1].Set.Product
	callees := make([]graph.Node, len(calls))
	for i, e := range calls {
		callees[i] = g.To(e)
	}
	about := aboutCall(p, calls[0], analyze.Default, part.Budget.Origin())
	f := analyze.Finding{
		Confidence: about.Confidence,
		Subject:    g.ID(v),
		Message:    fmt.Sprintf("%s passes requests on to %s without a timeout: %s has none unless it is set", g.ID(v), someIDs(g, callees), by.DisplayName()),
		Hint:       remedyOf(p, calls[0], part, policy.TotalTimeout).hint("set", "longer than the timeouts inside, shorter than users wait"),
		Values:     []analyze.KeyValue{number("calls", len(calls)), took("budget", part.Budget)},
		Origins:    about.Origins,
		Services:   append([]graph.Node{v}, callees...),
		Owners:     []graph.Node{v},
	}
	severity := gradeByTier(p, calls[0], analyze.Warning)
	switch {
	case disabled(part):
		f.Message = fmt.Sprintf("%s passes requests on to %s with the timeout switched off", g.ID(v), someIDs(g, callees))
	case by.OrNative().ByHand:
		f.Message = fmt.Sprintf("%s passes requests on to %s without a timeout", g.ID(v), someIDs(g, callees))
	case part.Budget.State == policy.Undeclared:
		f.Confidence = analyze.Assumed
		f.Message = fmt.Sprintf("%s passes requests on to %s without a timeout in its routes: what happens then is up to what carries them out", g.ID(v), someIDs(g, callees))
	case !canExpress(by, policy.TotalTimeout):
		severity = analyze.Info
		f.Message = fmt.Sprintf("%s passes requests on to %s without a timeout: %s has none, it only ends connections on which nothing moves", g.ID(v), someIDs(g, callees), by.DisplayName())
		f.Hint = "see to it that the calls behind it have timeouts"
	}
	p.At(severity, f)
}
