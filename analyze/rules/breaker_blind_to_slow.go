package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

var breakerBlindToSlow = &Rule{
	ID:         "breaker-blind-to-slow",
	Title:      "breaker that does not detect slow calls",
	Doc:        breakerBlindToSlowDoc,
	Purposes:   []policy.Purpose{policy.TotalTimeout},
	Severity:   analyze.Warning,
	NoFix:      analyze.InCode,
	Supersedes: []string{"timeout-missing"},
	Check:      checkBreakerBlindToSlow,
}

const breakerBlindToSlowDoc = `
Most breakers count errors. A callee that hangs produces none: without a timeout its
calls neither fail nor end, the breaker stays closed, and the caller is stuck.

Reported for a call with a breaker, in code or as outlier detection, if no attempt is
bounded in time and the breaker does not detect slowness itself. Severity: warning;
error if the caller is of tier 1. More than three calls with a breaker from one object
are reported together.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}   # and no timeout

Not reported: calls with a timeout in any layer; breakers that open on slow calls
(Hystrix and opossum have a timeout of their own, resilience4j
"slowCallDurationThreshold", Traefik the expression "LatencyAtQuantileMS"); and calls
with a bound on the gap between two reads, as in Kong, which turns a hang into an
error.

    kind: VirtualService
    spec:
      hosts: [payments]
      http: [{route: [{destination: {host: payments}}], timeout: 2s}]

**Fix.** Set a timeout: a slow call is then an error that the breaker counts.
`

func checkBreakerBlindToSlow(p *Pass) {
	var blind []breakerCall
	for e := range p.Requests() {
		if driverManaged(p.Core, e) || isOutside(p, e) || twinDeclares(p, e, policy.TotalTimeout) { // see external-unprotected
			continue
		}
		found, ok := firstFaultyLayer(p.Effective(e), breakerLayers, func(part *analyze.Part, l *policy.Effect) bool {
			return unbounded(part) && !clientUnread(p, e, part) && !isStream(part) && l.Set.Breaker.IsWritten() && !detectsSlow(l.Set.Breaker)
		})
		if ok {
			blind = append(blind, breakerCall{e, found})
		}
	}
	for _, group := range byBreaker(blind) {
		if len(group) > fewBreakerCalls {
			reportBlind(p, group)
			continue
		}
		for _, c := range group {
			f := aboutCall(p, c.call, c.slowConfidence(), breakerOrigin(c.layer.Set.Breaker))
			f.Routes = c.named
			f.Message = fmt.Sprintf("%s behind a breaker that counts only errors%s; without a timeout, slow calls never open it", callText(p, c.call), c.named)
			atBlind(p, c, gradeByTier(p, c.call, analyze.Warning), f)
		}
	}
}

// slowConfidence is the confidence that a slow call has no time limit.
func (c *breakerCall) slowConfidence() analyze.Confidence {
	if c.part.Attempt.State == policy.Undeclared && c.layer.Set.Product != nil {
		return analyze.Assumed // the client behind the breaker may have a timeout
	}
	return analyze.Default
}

// reportBlind reports many calls behind one breaker in one finding.
func reportBlind(p *Pass, group []breakerCall) {
	sure, severity := group[0].slowConfidence(), analyze.Info
	for _, c := range group {
		sure, severity = min(sure, c.slowConfidence()), max(severity, gradeByTier(p, c.call, analyze.Warning))
	}
	f := aboutBreaker(p, group, sure)
	f.Message = fmt.Sprintf("%s are behind one breaker that counts only errors; without a timeout, slow calls never open it", calling(p, group))
	atBlind(p, group[0], severity, f)
}

func atBlind(p *Pass, c breakerCall, severity analyze.Severity, f analyze.Finding) {
	r := remedyOf(p, c.call, c.part, policy.TotalTimeout)
	f.Fix = r.timeoutFix(p)
	f.Hint = r.hint("set", "to slightly more than the slowest successful response")
	f.Values = append(f.Values, value("breaker", c.layer.Set.Breaker.Kind), took("attempt", c.part.Attempt))
	p.At(severity, f)
}
