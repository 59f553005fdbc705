package analyze

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/policy"
)

var breakerBlindToSlow = &Rule{
	ID:         "breaker-blind-to-slow",
	Title:      "a breaker counts errors, and slowness never becomes one",
	Doc:        breakerBlindToSlowDoc + waysOut(fixTotal),
	Severity:   Warning,
	Supersedes: []string{"timeout-missing"},
	Check:      checkBreakerBlindToSlow,
}

const breakerBlindToSlowDoc = `
Most breakers count errors. A callee that hangs makes none: without a timeout its
calls neither fail nor end, the breaker stays closed, and the caller is stuck with
the kind of failure that it was built for.

Fires for a call with a breaker, in code or as outlier detection, of which no
attempt is bounded in time and whose breaker does not look at slowness itself. It is
an error where the caller is of tier 1. More than three calls that have their breaker
from one object are told together.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}   # and no timeout

Stays silent with a timeout in any layer, or with a breaker that opens on slow calls:
Hystrix and opossum have a timeout of their own, resilience4j its
"slowCallDurationThreshold", Traefik the expression "LatencyAtQuantileMS"; and where
silence between two reads is bounded, as in Kong, so that what hangs is an error.

    kind: VirtualService
    spec:
      hosts: [payments]
      http: [{route: [{destination: {host: payments}}], timeout: 2s}]

**The way out.** A timeout; what is too slow is then an error that counts.
`

func checkBreakerBlindToSlow(p *Pass) {
	var blind []breakerCall
	for e := range p.Requests() {
		if driverManaged(p.Core, e) || p.isOutside(e) { // see external-unprotected
			continue
		}
		found, ok := firstFaultyLayer(p.Effective(e), (*Part).broken, func(part *Part, l *policy.Effect) bool {
			return part.unbounded() && !part.gapEnds() && !part.isStream() && l.Set.Breaker.IsWritten() && !seesSlow(l.Set.Breaker)
		})
		if ok {
			blind = append(blind, breakerCall{e, found})
		}
	}
	for _, group := range byBreaker(blind) {
		if len(group) > fewBreakerCalls {
			p.reportBlind(group)
			continue
		}
		for _, c := range group {
			f := p.aboutCall(c.call, c.blindness(), breakerOrigin(c.layer.Set.Breaker))
			f.Message = fmt.Sprintf("%s behind a breaker that counts errors%s, and without a timeout a slow answer is none", p.callText(c.call), c.named)
			p.atBlind(c, p.gradeByTier(c.call, Warning), f)
		}
	}
}

// gapEnds reports whether something ends a part that hangs, if not one that trickles:
// a bound on the silence between two reads makes an error of it.
func (part *Part) gapEnds() bool {
	return slices.ContainsFunc(part.Layers, func(l policy.Effect) bool { return l.Set.Timeout != nil && l.Set.Timeout.ReadGap.Set() })
}

// blindness is how sure it is that nothing ends a slow call.
func (c *breakerCall) blindness() Confidence {
	if c.part.Attempt.State == policy.Undeclared && c.layer.Set.Product != nil {
		return Assumed // the client behind the breaker may have a timeout
	}
	return Default
}

// reportBlind tells of many calls behind one breaker at once.
func (p *Pass) reportBlind(group []breakerCall) {
	sure, severity := group[0].blindness(), Info
	for _, c := range group {
		sure, severity = min(sure, c.blindness()), max(severity, p.gradeByTier(c.call, Warning))
	}
	f := p.aboutBreaker(group, sure)
	f.Message = fmt.Sprintf("%s are behind one breaker that counts errors, and without a timeout a slow answer is none", p.calling(group))
	p.atBlind(group[0], severity, f)
}

func (p *Pass) atBlind(c breakerCall, severity Severity, f Finding) {
	f.Hint = within(p.fixed(c.call, c.part, fixTotal), "set", "a little above its slowest good answer")
	f.Values = append(f.Values, value("breaker", c.layer.Set.Breaker.Kind), took("attempt", c.part.Attempt))
	p.At(severity, f)
}
