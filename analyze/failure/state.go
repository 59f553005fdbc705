// Package failure says what every service suffers when some fail, hang or slow
// down, with the policies on each call taken into account.
//
// A service is in a State: how good its answers are, and how fast they come. The
// calls carry states from callees to callers, against the direction of the call,
// and the policies on a call change what passes: a timeout turns a hang into an
// error, a fallback an error into a degraded response. The state of a service is the
// join of what was done to it and of what its calls bring. Loops need nothing
// special: of all solutions the least is meant, in which nothing fails by itself.
//
// With its state a service has a delay, and a caller that does not wait that long gets an
// error. A hang that a timeout ended makes the caller as late as its attempts take; a callee
// that is down refuses them at once. The calls of a loop hand a delay on without adding to it.
//
// Breakers make things better when they get worse, which no least solution can
// express. So there are two: the onset, before any breaker has reacted, and the
// steady state, with those breakers open that the onset opens.
package failure

import (
	"math"
	"time"
)

// forever is a delay that nothing bounds.
const forever = time.Duration(math.MaxInt64)

// Answers is how good the answers of a service are. Greater is worse.
type Answers uint8

const (
	OK Answers = iota
	Degraded
	Failed
)

// Pace is how fast they come. Greater is worse.
type Pace uint8

const (
	Fast Pace = iota
	Slow      // late, but within bounds
	Hung      // without bound: their callers wait forever
)

// A State is what a service suffers. The zero State is nothing at all.
type State struct {
	Answers Answers
	Pace    Pace
}

// States in the words of a report.
var (
	answers = [...]string{"ok", "degraded", "failed"}
	paces   = [...]string{"fast", "slow", "hung"}
)

// String is "failed/slow".
func (s State) String() string { return answers[s.Answers] + "/" + paces[s.Pace] }

// Suffers reports whether anything is wrong.
func (s State) Suffers() bool { return s != State{} }

// broken reports whether the caller gets to see an error.
func (s State) broken() bool { return s.Answers == Failed && s.Pace != Hung }

// A condition is all that the requests to a service meet, each sign for some of them, and how
// late. The zero condition is that of a service that is well.
//
// It has more than the State of the service: that some requests hang does not hide that
// others fail, which callers see after other times.
type condition struct {
	signs
	delay time.Duration // of all requests, as far as it is known
	tail  time.Duration // of some, at least delay
}

type signs uint8

const (
	degrades signs = 1 << iota // answers are incomplete
	loses                      // some requests fail, others do not
	fails                      // all requests that do not hang fail
	late                       // answers and errors are late, but within bounds
	hangs                      // some requests get no answer, ever
)

func (s signs) any(of signs) bool { return s&of != 0 }

// state is what the signs come to. Who hangs has failed: all its workers are waiting.
func (s signs) state() State {
	var t State
	switch {
	case s.any(hangs):
		return State{Failed, Hung}
	case s.any(fails):
		t.Answers = Failed
	case s.any(degrades | loses):
		t.Answers = Degraded
	}
	if s.any(late) {
		t.Pace = Slow
	}
	return t
}

// join is the least condition that is as bad as both.
func (c condition) join(o condition) condition {
	return condition{c.signs | o.signs, max(c.delay, o.delay), max(c.tail, o.tail)}
}

// eased is c with answers of the caller's own instead of errors.
func (c condition) eased() condition {
	if c.any(fails | loses) {
		c.signs = c.signs&^(fails|loses) | degrades
	}
	return c
}

// Mode is the way in which a service fails.
type Mode uint8

const (
	Stop     Mode = iota // refuses connections, or answers with errors at once
	Hang                 // accepts calls and never answers
	SlowDown             // answers well, after a delay
	Partial              // some of its replicas stop
	Degrade              // answers with less
)

// An Injection is what is done to one service. The zero Injection stops it.
type Injection struct {
	Mode     Mode
	Delay    time.Duration // for SlowDown; 0 is unknown
	Stopped  int           // for Partial: so many
	Replicas int           // of so many
}

// condition is that of the service itself. Callers see a partial failure each in
// their own way; a total one is none.
func (i Injection) condition() condition {
	switch i.Mode {
	case Hang:
		return condition{signs: hangs}
	case SlowDown:
		return condition{late, i.Delay, i.Delay}
	case Degrade:
		return condition{signs: degrades}
	case Partial:
		if i.partial() {
			return condition{}
		}
	}
	return condition{signs: fails}
}

func (i Injection) partial() bool { return i.Mode == Partial && i.Stopped < i.Replicas }
