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
	Title:      "what looks like a timeout does not end a slow call",
	Doc:        timeoutWrongKindDoc,
	Purposes:   []policy.Purpose{policy.TotalTimeout},
	Severity:   analyze.Warning,
	Check:      checkTimeoutWrongKind,
	Supersedes: []string{"breaker-blind-to-slow", "timeout-missing"},
}

const timeoutWrongKindDoc = `
A timeout for connecting, for idle connections or for the gap between two reads is
no timeout for a request: a callee that accepts the call and answers late, or one
byte at a time, never sets it off. Who wrote it believes to be protected.

Fires where one of those is written for a synchronous call, and nothing bounds the
call or an attempt of it.

    kind: DestinationRule
    spec:
      host: payments
      trafficPolicy:
        connectionPool: {http: {idleTimeout: 5s}}

Stays silent beside a real timeout, and beside one that was switched off for the sake
of a stream. The read timeout of a client in the caller's own code counts as a
timeout: it is a gap between two reads, too, but answers rarely trickle.

    kind: VirtualService
    spec:
      hosts: [payments]
      http:
      - timeout: 2s

**The way out.** A timeout for the whole call beside the one that is there.
`

func checkTimeoutWrongKind(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		found, named := matchingParts(parts, func(part *analyze.Part) bool {
			return unbounded(part) && !isStream(part) && len(mistaken(p, e, part)) > 0
		})
		if len(found) > 0 {
			reportWrongKind(p, e, found[0], named)
		}
	}
}

// mistaken returns the timers of a part that somebody may have taken for a
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

func reportWrongKind(p *Pass, e graph.Edge, part *analyze.Part, named string) {
	timers := mistaken(p, e, part)
	f := aboutCall(p, e, analyze.Default, timers[0].value.Origin)
	var does []string
	for _, t := range timers {
		does = append(does, english.Duration(t.value.Value)+" for "+t.does)
		f.Values = append(f.Values, value(t.name, t.value))
	}
	f.Message = fmt.Sprintf("%s%s with a timeout of %s, and none that ends a slow answer", callText(p, e), named, strings.Join(does, " and "))
	f.Hint = cannotEnd(timers[0].set.Product)
	if r, ok := remedyOfLayers(p, e, part, policy.TotalTimeout); ok {
		f.Hint = r.hint("set", "a little above its slowest good answer")
	}
	p.At(capForJobs(p, e, analyze.Warning), f)
}
