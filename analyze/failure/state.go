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
// Breakers make things better when they get worse, which no least solution can
// express. So there are two: the onset, before any breaker has reacted, and the
// steady state, with those breakers open that the onset opens.
package failure

import "time"

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

// join is the least state that is as bad as both. Who hangs has failed: all its
// workers are waiting.
func (s State) join(t State) State {
	j := State{max(s.Answers, t.Answers), max(s.Pace, t.Pace)}
	if j.Pace == Hung {
		j.Answers = Failed
	}
	return j
}

// broken reports whether the caller gets to see an error.
func (s State) broken() bool { return s.Answers == Failed && s.Pace != Hung }

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
	Delay    time.Duration // for Late; 0 is unknown
	Stopped  int           // for Partial: so many
	Replicas int           // of so many
}

// state is what the service itself is in. Callers see a partial failure each in
// their own way; a total one is none.
func (i Injection) state() State {
	switch i.Mode {
	case Hang:
		return State{Failed, Hung}
	case SlowDown:
		return State{OK, Slow}
	case Degrade:
		return State{Degraded, Fast}
	case Partial:
		if i.Stopped < i.Replicas {
			return State{}
		}
	}
	return State{Failed, Fast}
}

func (i Injection) partial() bool { return i.Mode == Partial && i.Stopped < i.Replicas }
