package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var breakerMissing = &Rule{
	ID:       "breaker-missing",
	Title:    "nothing stops the calls to a service that fails",
	Doc:      breakerMissingDoc,
	Purposes: []policy.Purpose{policy.CircuitBreaker},
	Severity: analyze.Info,
	Check:    checkBreakerMissing,
}

const breakerMissingDoc = `
A caller that goes on calling a service that is down waits for every timeout, keeps
its own workers busy with them, and keeps the load on a service that tries to come
back. A circuit breaker fails at once while that lasts.

Fires for a synchronous call of which the inputs tell, and which has a breaker in no
layer. It is a warning where the caller is of tier 1, by its own tier or because a
service of tier 1 cannot do without it, and no gateway. Of more than two calls one caller is told
once; and where nobody has a breaker and nobody is critical, all are told in one note.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy:
        connectionPool: {http: {http1MaxPendingRequests: 100}}   # a limit is no breaker

Stays silent where any layer has a breaker, be it the product's own; about
databases, caches, brokers, events and streams; about ready-made gateways; about what
a native manifest declares with "breaker: off"; and where no input could have shown
one.

    trafficPolicy:
      outlierDetection: {consecutive5xxErrors: 5, maxEjectionPercent: 50}

What Envoy calls "circuit_breakers", and Istio "connectionPool", caps concurrency
and never opens on errors.

**The way out.** With several replicas, ejecting the sick ones is enough; with a
single one, a breaker in the caller's code.
`

func checkBreakerMissing(p *Pass) {
	var lacks []missing
	nobody := true
	for e := range p.Requests() {
		parts := p.Effective(e)
		if slices.ContainsFunc(parts, func(part analyze.Part) bool { return len(broken(&part)) > 0 }) {
			nobody = false
		}
		without, named := matchingParts(parts, unbroken)
		if len(without) == 0 || driverManaged(p.Core, e) || p.Core.Call(e).Fallback || !policyKnown(p, e, parts) || isOutside(p, e) {
			continue
		}
		severity := gradeByTier(p, e, analyze.Info)
		if fromGateway(p, e) { // its users see the failure either way
			if !speaksOfCode(p.Core.Call(e)) {
				continue
			}
			severity = analyze.Info
		}
		lacks = append(lacks, missing{
			call: e, named: named, severity: severity, sure: analyze.Default,
			hint:   remedyOf(p, e, without[0], policy.CircuitBreaker).general().hint("add", "it fails at once while the callee is down"),
			values: []analyze.KeyValue{took("attempt", without[0].Attempt)},
		})
	}
	reportMissing(p, lacks, "a breaker", nobody)
}
