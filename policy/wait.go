package policy

import (
	"time"

	"github.com/weirgraph/weir/internal/saturating"
)

// A Wait is how long a call that keeps failing blocks its caller: for all attempts and the
// waits between them. The zero Wait is one attempt.
type Wait struct {
	attempts int64
	between  time.Duration // the sum of the longest waits
	most     time.Duration // by timeouts; 0 is no limit
}

// Wait returns how long the caller is blocked while the callee fails in that way.
func (e Effective) Wait(f Failure) Wait {
	w := Wait{attempts: 1}
	for i := len(e.Layers) - 1; i >= 0; i-- {
		l := &e.Layers[i]
		w.cap(l.Attempt)
		if tries := l.tries(f); tries != 1 && l.fires(f, e.Facts) {
			w.repeat(tries, l.Set.waits(tries))
		}
		w.cap(l.Set.end(l.Attempts))
		f = e.passedOn(i, f)
	}
	return w
}

func (w *Wait) cap(end Limit) {
	if end.State == Finite && (w.most == 0 || end.Time < w.most) {
		w.most = end.Time
	}
}

// repeat is w within a layer that makes that many attempts, with these waits between them.
func (w *Wait) repeat(tries Tries, between Limit) {
	n, waits := int64(tries), between.Time
	if tries == Unlimited || between.State != Finite {
		n, waits = 1, saturating.Longest
	}
	w.attempts = int64(saturating.Mul(time.Duration(w.attempts), n))
	w.between = saturating.Add(saturating.Mul(w.between, n), waits)
	if w.most > 0 {
		w.most = saturating.Add(saturating.Mul(w.most, n), waits)
	}
}

// Time returns how long the caller is blocked if each attempt takes that long.
func (w Wait) Time(attempt time.Duration) time.Duration {
	t := saturating.Add(saturating.Mul(attempt, max(w.attempts, 1)), w.between)
	if w.most > 0 {
		t = min(t, w.most)
	}
	return t
}
