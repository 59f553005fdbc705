package analyze

import (
	"fmt"

	"github.com/weirgraph/weir/policy"
)

var breakerBlindToSlow = &Rule{
	ID:       "breaker-blind-to-slow",
	Title:    "a breaker counts errors, and slowness never becomes one",
	Doc:      breakerBlindToSlowDoc + waysOut(fixTotal),
	Severity: Warning,
	Replaces: []string{"timeout-missing"},
	Check:    checkBreakerBlindToSlow,
}

const breakerBlindToSlowDoc = `
Most breakers count errors. A callee that hangs makes none: without a timeout its
calls neither fail nor end, the breaker stays closed, and the caller is stuck with
the kind of failure that it was built for.

Fires for a call with a breaker, in code or as outlier detection, of which no
attempt is bounded in time and whose breaker does not look at slowness itself. It is
an error where the caller is of tier 1.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy: {outlierDetection: {consecutive5xxErrors: 5}}   # and no timeout

Stays silent with a timeout in any layer, or with a breaker that opens on slow calls:
Hystrix and opossum have a timeout of their own, resilience4j its
"slowCallDurationThreshold", Traefik the expression "LatencyAtQuantileMS".

    kind: VirtualService
    spec:
      hosts: [payments]
      http: [{route: [{destination: {host: payments}}], timeout: 2s}]

**The way out.** A timeout; what is too slow is then an error that counts.
`

func checkBreakerBlindToSlow(p *Pass) {
	for e := range p.Requests() {
		if driven(p.Core, e) {
			continue
		}
		blind, ok := worstLayer(p.Effective(e), (*Part).broken, func(part *Part, l *policy.Effect) bool {
			return part.Attempt.State != policy.Finite && !part.gapBound() && !part.held() &&
				wroteBreaker(l.Set.Breaker) && !seesSlow(l.Set.Breaker)
		})
		if !ok {
			continue
		}
		b := blind.layer.Set.Breaker
		sure := Default
		if blind.part.Attempt.State == policy.Untold && blind.layer.Set.Product != "" {
			sure = Assumed // the client behind the breaker may have a timeout
		}
		f := p.about(e, sure, breakerOrigin(b))
		f.Message = fmt.Sprintf("%s behind a breaker that counts errors%s, and without a timeout a slow answer is none", p.ends(e), blind.named)
		f.Hint = within(p.fixed(e, blind.part, fixTotal), "set", "a little above its slowest good answer")
		f.Values = []KeyValue{value("breaker", b.Kind), took("attempt", blind.part.Attempt)}
		p.At(p.grade(e, Warning), f)
	}
}
