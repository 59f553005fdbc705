package analyze

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var breakerWindowTooShort = &Rule{
	ID:       "breaker-window-too-short",
	Title:    "a breaker forgets faster than a call can fail",
	Doc:      breakerWindowTooShortDoc,
	Severity: Info,
	Check:    checkBreakerWindowTooShort,
}

const breakerWindowTooShortDoc = `
A breaker that looks at the last ten seconds, on calls that take ten seconds to time
out, sees a handful of failures at most and never enough of them together. One that
stays open for less time than a call may take lets the next calls in before the last
ones have ended.

Fires when the window over which errors are counted is shorter than two attempts, or
the breaker is open for less than one, and somebody wrote the breaker.

    "CircuitBreaker": {"SamplingDuration": "00:00:10"},
    "AttemptTimeout": {"Timeout": "00:00:10"}

Stays silent where the window is longer, where calls are counted instead of time, or
errors in a row; and where the call has no bound ("breaker-blind-to-slow").

    "CircuitBreaker": {"SamplingDuration": "00:00:30"}

The factor of two is what .NET's own validation of these options asks for.

**The way out.** A window of at least twice the timeout of an attempt, and an open
time of at least one; or a shorter timeout.

- .NET: "CircuitBreaker:SamplingDuration" and "BreakDuration".
- resilience4j: "slidingWindowSize" with "slidingWindowType: TIME_BASED",
  "waitDurationInOpenState".
- Istio: "baseEjectionTime" of "outlierDetection". Dapr: "timeout" of the breaker.
- opossum: "rollingCountTimeout", "resetTimeout". Native: "breaker.window", "open".
`

func checkBreakerWindowTooShort(p *Pass) {
	for e := range p.Requests() {
		found, ok := worstLayer(p.Effective(e), (*Part).broken, func(part *Part, l *policy.Effect) bool {
			return short(l, part.Attempt) != ""
		})
		if ok {
			p.reportShortWindow(e, found)
		}
	}
}

// short tells what of a breaker is shorter than the attempts it is about, "" if
// nothing is.
func short(l *policy.Effect, attempt policy.Bound) string {
	b := l.Set.Breaker
	if attempt.State != policy.Finite || !attempt.Explicit() && !wrote(b.Window) && !wrote(b.Open) {
		return ""
	}
	const factor = 2
	lasts := func(s policy.Setting[time.Duration]) bool { return s.Set() && s.Value > 0 }
	switch {
	case b.Kind.Provenance == policy.PlatformDefault:
	case b.Kind.Value == "call" && b.ErrorRate.Set() && lasts(b.Window) && b.Window.Value < factor*attempt.Time:
		return fmt.Sprintf("counts errors over %s, less than two attempts of %s", english.Duration(b.Window.Value), until(attempt))
	case lasts(b.Open) && b.Open.Value < attempt.Time:
		return fmt.Sprintf("stays open for %s, less than one attempt of %s", english.Duration(b.Open.Value), until(attempt))
	}
	return ""
}

func (p *Pass) reportShortWindow(e graph.Edge, found layered) {
	b := found.layer.Set.Breaker
	f := p.about(e, sureOf(b.Window.Provenance, b.Open.Provenance), placed(b.Window.Origin, breakerOrigin(b)), found.part.Attempt.Origin())
	f.Confidence = min(f.Confidence, sureOfBound(found.part.Attempt))
	f.Message = fmt.Sprintf("the breaker of %s%s %s", callID(p.Core, e), found.named, short(found.layer, found.part.Attempt))
	f.Hint = "a window of two attempts or more, open for one or more; or a shorter timeout"
	f.Values = []KeyValue{value("window", b.Window), value("open", b.Open), took("attempt", found.part.Attempt)}
	p.Report(f)
}
