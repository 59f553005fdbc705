package policy

import (
	"time"

	"github.com/weirgraph/weir/internal/english"
)

// A Quorum is how many calls a breaker has to count before the share that failed, or was slow,
// opens it. The zero Quorum is none.
type Quorum struct {
	Calls  int
	Within time.Duration // 0 if older calls count as well
}

// Quorum returns the calls that b needs before it opens, none if one is enough, if failures in a
// row open it, or if that is unknown.
func (b *Breaker) Quorum() Quorum {
	inRow := func(n Setting[int]) bool { return n.Set() && n.Value > 0 }
	if !b.MinCalls.Set() || b.MinCalls.Value <= 1 || inRow(b.Failures) || inRow(b.Gateway) {
		return Quorum{}
	}
	q := Quorum{Calls: b.MinCalls.Value}
	if b.Window.Set() && b.Window.Value > 0 {
		q.Within = b.Window.Value
	}
	return q
}

// Rate is how many calls a second q takes, 0 if any number does.
func (q Quorum) Rate() float64 {
	if q.Within <= 0 {
		return 0
	}
	return float64(q.Calls) / q.Within.Seconds()
}

// String writes "100 calls in 1s", "" for none.
func (q Quorum) String() string {
	switch {
	case q.Calls == 0:
		return ""
	case q.Within == 0:
		return english.Count(q.Calls, "call")
	}
	return english.Count(q.Calls, "call") + " in " + english.Duration(q.Within)
}
