package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var breakerMissing = &Rule{
	ID:       "breaker-missing",
	Title:    "call without circuit breaker",
	Doc:      breakerMissingDoc,
	Purposes: []policy.Purpose{policy.CircuitBreaker},
	Severity: analyze.Info,
	NoFix:    analyze.InCode,
	Check:    checkBreakerMissing,
}

const breakerMissingDoc = `
A caller that keeps calling a service that is down waits for every timeout, keeps its
own workers busy, and keeps the load on a service that tries to recover. A circuit
breaker fails immediately instead.

Reported for a synchronous call that the inputs describe, without a breaker in any
layer. Severity: info; warning if the caller is of tier 1, by its own declaration or
because a tier-1 service depends on it, and is not a gateway. More than two
such calls are one finding, and so are two of one caller or to one callee. If no call
has a breaker and no caller is critical, the code may have one: it is assumed.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy:
        connectionPool: {http: {http1MaxPendingRequests: 100}}   # a limit is not a breaker

Not reported: calls with a breaker in any layer, including product defaults;
databases, caches, brokers, events and streams; members of a pool or failover whose
caller checks them or tries another one; stock gateways; calls that a native
manifest declares with "breaker: off"; and inputs that cannot declare a breaker.

    trafficPolicy:
      outlierDetection: {consecutive5xxErrors: 5, maxEjectionPercent: 50}

Envoy's "circuit_breakers" and Istio's "connectionPool" limit concurrency and never
open on errors.

Nor reported where the caller's proxy has only breakers that eject hosts, and the callee has one host
alone that no object of a cluster can add to, as in Compose.

**Fix.** With several replicas, outlier detection is enough; with a single one, use a
breaker in the caller's code.
`

func checkBreakerMissing(p *Pass) {
	var lacks []missing
	nowhere := true
	for e := range p.Requests() {
		parts := p.Effective(e)
		if slices.ContainsFunc(parts, func(part analyze.Part) bool { return len(breakerLayers(&part)) > 0 }) {
			nowhere = false
		}
		without, named := matchingParts(parts, lacksBreaker)
		if len(without) == 0 || driverManaged(p.Core, e) || p.Core.Fallback(e) || !policyKnown(p, e, parts) || isOutside(p, e) || noticesLoss(p, e) ||
			twinDeclares(p, e, policy.CircuitBreaker) {
			continue
		}
		severity := gradeByTier(p, e, analyze.Info)
		if fromGateway(p, e) { // a breaker does not hide the failure from its users
			if !declaresCode(p.Core.Call(e)) {
				continue
			}
			severity = analyze.Info
		}
		remedy := remedyOf(p, e, without[0], policy.CircuitBreaker)
		if hasNoneToEject(p, remedy.in, e, without[0]) && analyze.Ecosystem(p.Core.Service(p.Core.To(e))) != "kubernetes" {
			continue // it would never open, and no object says how many replicas there are
		}
		lacks = append(lacks, missing{
			call: e, named: named, severity: severity, sure: analyze.Default, purpose: policy.CircuitBreaker, fix: remedy.fix(p), also: besideBreaker(p, e, without[0]).And(hostsToEject(p, remedy.in, e, without[0])),
			hint:    remedy.hint("add", "to fail fast while the callee is down"),
			general: remedy.general().hint("add", "to fail fast while the callee is down"),
			values:  []analyze.KeyValue{took("attempt", without[0].Attempt)},
		})
	}
	reportMissing(p, lacks, "a breaker", nowhere)
}
