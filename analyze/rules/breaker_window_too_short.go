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
	Title:    "breaker window shorter than the timeout",
	Doc:      breakerWindowTooShortDoc,
	Purposes: []policy.Purpose{policy.BreakerWindow, policy.BreakerOpenTime},
	Severity: analyze.Info,
	NoFix:    analyze.NoEdit,
	Check:    checkBreakerWindowTooShort,
}

const breakerWindowTooShortDoc = `
A breaker that counts over the last ten seconds, on calls that time out after ten
seconds, sees a few failures at most and never enough of them. One that stays open
for less time than a call takes lets the next calls in before the last ones have
ended.

Reported if the breaker is declared and the window over which errors are counted is
shorter than two attempts, or the breaker is open for less than one.

    "CircuitBreaker": {"SamplingDuration": "00:00:10"},
    "AttemptTimeout": {"Timeout": "00:00:10"}

Not reported: longer windows; an open time that is a default; breakers that count
calls instead of time, or consecutive errors; and calls without a bound
("breaker-blind-to-slow").

    "CircuitBreaker": {"SamplingDuration": "00:00:30"}

Source of the factor of two: the validation of these options in .NET.

The message has the number of calls that the breaker needs in its window before it
opens. The inputs do not contain how many there are, so whether it ever sees as many is
not checked.

**Fix.** Set the window to at least twice the timeout of an attempt, and the open time
to at least one; or shorten the timeout.
`

func checkBreakerWindowTooShort(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), breakerLayers, func(part *analyze.Part, l *policy.Effect) bool {
			_, short := shortOf(l, part.Attempt)
			return short
		})
		if ok {
			reportShortWindow(p, e, found)
		}
	}
}

// A shortfall is a time of a breaker that is too short for the attempts that it counts.
type shortfall struct {
	what  string // "window" or "open"
	time  policy.Setting[time.Duration]
	least time.Duration // that is long enough
	why   string
}

// shortOf returns the time of a breaker that is too short for the attempts that it
// counts, and false if there is none.
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
		return shortfall{"window", b.Window, factor * attempt.Time, fmt.Sprintf("counts errors over %s, which is shorter than two attempts of %s", english.Duration(b.Window.Value), until(attempt))}, true
	case short(b.Open, attempt.Time) && b.Open.Provenance != policy.PlatformDefault: // in .NET it is half of the default timeout
		return shortfall{"open", b.Open, attempt.Time, fmt.Sprintf("stays open for %s, which is shorter than one attempt of %s", english.Duration(b.Open.Value), until(attempt))}, true
	}
	return shortfall{}, false
}

func reportShortWindow(p *Pass, e graph.Edge, found faultyLayer) {
	b, attempt := found.layer.Set.Breaker, found.part.Attempt
	s, _ := shortOf(found.layer, attempt)
	f := aboutCall(p, e, min(sureOf(s.time.Provenance), sureOfBound(attempt)), placed(s.time.Origin, breakerOrigin(b)), attempt.Origin())
	f.Routes = found.named
	f.Message = fmt.Sprintf("the breaker of %s%s %s", callID(p.Core, e), found.named, s.why)
	if needs := b.Quorum(); needs.Calls > 0 && s.what == "window" {
		f.Message += fmt.Sprintf(", and opens only if there are %s", needs)
		f.Values = append(f.Values, number("least calls", needs.Calls))
	}
	purpose := policy.BreakerWindow
	if s.what == "open" {
		purpose = policy.BreakerOpenTime
	}
	r := remedyFor(p, e, &found.layer.Set, purpose)
	f.Fix = r.fix(p, s.least)
	f.Hint = r.hint("set", fmt.Sprintf("to %s or more, or shorten the timeout", english.Duration(s.least)))
	f.Values = append([]analyze.KeyValue{value(s.what, s.time), took("attempt", attempt)}, f.Values...)
	p.At(capForJobs(p, e, analyze.Info), f)
}
