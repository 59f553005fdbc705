package rules

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutWrongKind = &Rule{
	ID:         "timeout-wrong-kind",
	Title:      "timeout that does not bound a slow response",
	Doc:        timeoutWrongKindDoc,
	Purposes:   []policy.Purpose{policy.TotalTimeout},
	Severity:   analyze.Warning,
	Check:      checkTimeoutWrongKind,
	Supersedes: []string{"breaker-blind-to-slow", "timeout-missing"},
}

const timeoutWrongKindDoc = `
A connection timeout or an idle timeout does not bound a request: a callee that accepts
the call and responds late never triggers it. The file seems to declare a protection that
does not exist.

Reported for a synchronous call with one of these timeouts if nothing bounds the call
or an attempt.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy:
        connectionPool: {http: {idleTimeout: 5s}}

Not reported: beside a real timeout, or beside one that is disabled: for a stream, or, for other
calls, as "timeout-excessive" reports. The
read timeout of a client or of a proxy (nginx, HAProxy, Kong) counts as a timeout: it
limits the gap between two reads, but responses rarely trickle.

    kind: VirtualService
    spec:
      hosts: [payments]
      http:
      - timeout: 2s

**Fix.** Add a timeout for the whole call.
`

func checkTimeoutWrongKind(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		found, named := matchingParts(parts, func(part *analyze.Part) bool {
			return unbounded(part) && !disabled(part) && !isStream(part) && len(mistaken(p, e, part)) > 0
		})
		if len(found) > 0 {
			reportWrongKind(p, e, found[0], named)
		}
	}
}

// mistaken returns the timers of a part that may have been taken for a
// timeout. Of calls that drivers make only those in the caller's own code count.
func mistaken(p *Pass, e graph.Edge, part *analyze.Part) []timer {
	timers := wrongKinds(part)
	if !driverManaged(p.Core, e) {
		return timers
	}
	var own []timer
	for _, t := range timers {
		if t.set.Layer == policy.App {
			own = append(own, t)
		}
	}
	return own
}

func reportWrongKind(p *Pass, e graph.Edge, part *analyze.Part, named routeNames) {
	timers := mistaken(p, e, part)
	f := aboutCall(p, e, analyze.Default, timers[0].value.Origin)
	var does []string
	for _, t := range timers {
		does = append(does, english.Duration(t.value.Value)+" for "+t.does)
		f.Values = append(f.Values, value(t.name, t.value))
	}
	f.Routes = named
	f.Message = fmt.Sprintf("%s%s with a timeout of %s, but none that bounds a slow response", callText(p, e), named, strings.Join(does, " and "))
	f.Hint = cannotEnd(timers[0].set.Product)
	if r, ok := remedyOfLayers(p, e, part, policy.TotalTimeout); ok {
		f.Hint, f.Fix = r.hint("set", "to slightly more than the slowest successful response"), r.timeoutFix(p)
	}
	p.At(capForJobs(p, e, analyze.Warning), f)
}
