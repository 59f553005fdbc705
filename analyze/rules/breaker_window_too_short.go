package rules

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var breakerWindowTooShort = &Rule{
	ID:       "breaker-window-too-short",
	Title:    "a breaker forgets faster than a call can fail",
	Doc:      breakerWindowTooShortDoc,
	Purposes: []policy.Purpose{policy.BreakerWindow, policy.BreakerOpenTime},
	Severity: analyze.Info,
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

Stays silent where the window is longer, where nobody wrote the open time, where calls are counted instead of time, or
errors in a row; and where the call has no bound ("breaker-blind-to-slow").

    "CircuitBreaker": {"SamplingDuration": "00:00:30"}

The factor of two is what .NET's own validation of these options asks for.

How many calls come within a window is nothing that the inputs tell, so whether a
breaker that wants a hundred of them ever sees as many is left to its owners.

**The way out.** A window of at least twice the timeout of an attempt, and an open
time of at least one; or a shorter timeout.
`

func checkBreakerWindowTooShort(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), broken, func(part *analyze.Part, l *policy.Effect) bool {
			_, short := shortOf(l, part.Attempt)
			return short
		})
		if ok {
			reportShortWindow(p, e, found)
		}
	}
}

// A shortfall is a time of a breaker that is shorter than the attempts it is about.
type shortfall struct {
	what  string // "window" or "open"
	time  policy.Setting[time.Duration]
	least time.Duration // that it should be
	why   string
}

// shortOf tells what of a breaker is shorter than the attempts it is about, and
// false if nothing is.
func shortOf(l *policy.Effect, attempt policy.Limit) (shortfall, bool) {
	b := l.Set.Breaker
	if attempt.State != policy.Finite || !b.IsWritten() {
		return shortfall{}, false
	}
	const factor = 2
	short := func(s policy.Setting[time.Duration], least time.Duration) bool {
		return s.Set() && 0 < s.Value && s.Value < least
	}
	switch {
	case b.Kind.Value == "call" && b.ErrorRate.Set() && short(b.Window, factor*attempt.Time) && (b.Window.IsExplicit() || attempt.Explicit()):
		return shortfall{"window", b.Window, factor * attempt.Time, fmt.Sprintf("counts errors over %s, less than two attempts of %s", english.Duration(b.Window.Value), until(attempt))}, true
	case short(b.Open, attempt.Time) && b.Open.Provenance != policy.PlatformDefault: // .NET's own is half of its own timeout
		return shortfall{"open", b.Open, attempt.Time, fmt.Sprintf("stays open for %s, less than one attempt of %s", english.Duration(b.Open.Value), until(attempt))}, true
	}
	return shortfall{}, false
}

func reportShortWindow(p *Pass, e graph.Edge, found faultyLayer) {
	b, attempt := found.layer.Set.Breaker, found.part.Attempt
	s, _ := shortOf(found.layer, attempt)
	f := aboutCall(p, e, min(sureOf(s.time.Provenance), sureOfBound(attempt)), placed(s.time.Origin, breakerOrigin(b)), attempt.Origin())
	f.Message = fmt.Sprintf("the breaker of %s%s %s", callID(p.Core, e), found.named, s.why)
	purpose := policy.BreakerWindow
	if s.what == "open" {
		purpose = policy.BreakerOpenTime
	}
	f.Hint = remedyFor(p, e, &found.layer.Set, purpose).hint("set", fmt.Sprintf("to %s or more, or shorten the timeout", english.Duration(s.least)))
	f.Values = []analyze.KeyValue{value(s.what, s.time), took("attempt", attempt)}
	p.At(capForJobs(p, e, analyze.Info), f)
}
