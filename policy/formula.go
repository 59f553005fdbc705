package policy

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/internal/saturating"
)

// Formulas about one layer, with r retries, n = r + 1 tries, p the longest that a
// try can take, W the sum of the longest waits and T the longest that all can take.

// Tries is a number of attempts, the first included.
type Tries int

// Unlimited is as many tries as it takes.
const Unlimited Tries = -1

// tries is n, and what decides about it. Retries that no condition sets off are none.
func (s *Set) tries() (n Tries, by []Decision) {
	r := s.Retry
	if r == nil {
		return 1, nil
	}
	if r.Retries.Provenance != Unknown {
		by = append(by, decide(s, "retry.retries", r.Retries))
	}
	if !r.Retries.Set() || r.Retries.Value == 0 || r.Retries.Value < -1 {
		return 1, by
	}
	if r.neverFires() {
		return 1, append([]Decision{decide(s, "retry.on", r.On)}, by...)
	}
	if most := s.Product.OrNative().MaxAttempts; most > 0 && (r.Retries.Value < 0 || r.Retries.Value >= most) {
		return Tries(most), by
	}
	if r.Retries.Value < 0 {
		return Unlimited, by
	}
	return Tries(min(r.Retries.Value, math.MaxInt32-1)) + 1, by
}

// neverFires reports whether it is known that r has no conditions.
func (r *Retry) neverFires() bool {
	return r.On.Provenance == Absent || r.On.Provenance == Disabled || r.On.Set() && len(r.On.Value) == 0
}

// attemptLimit is p: the bound on one try if there is one, else that on all. A
// bound on one try that is not below that on all never fires; Envoy ignores it by
// its documentation, elsewhere the other is first. Without either it is the
// client's read timeout.
func (s *Set) attemptLimit() Limit {
	if s.Timeout == nil {
		return Limit{}
	}
	perTry, total := limitOf(s, "timeout.perTry", s.Timeout.PerTry), s.totalLimit()
	gap := s.readLimit()
	switch {
	case perTry.State == Finite && (total.State != Finite || perTry.Time < total.Time):
		return perTry
	case total.State == Finite:
		return total
	case gap.State == Finite:
		return gap
	case total.State != Undeclared:
		return total
	}
	return perTry // switched off, or untold
}

// readLimit is the read timeout of a client, which bounds one try as nearly as
// clients do: it is a gap between two reads, but few answers trickle. The gap
// timers of proxies are none.
func (s *Set) readLimit() Limit {
	if s.Layer != App || s.Product.OrNative().Layer != App {
		return Limit{}
	}
	return limitOf(s, "timeout.readGap", s.Timeout.ReadGap)
}

func (s *Set) totalLimit() Limit {
	if s.Timeout == nil {
		return Limit{}
	}
	return limitOf(s, "timeout.total", s.Timeout.Total)
}

// PerTryActs reports whether one try has a bound of its own that can fire.
func (s *Set) PerTryActs() bool {
	p := s.attemptLimit()
	return p.State == Finite && p.By[0].Field == "timeout.perTry"
}

// waits is W. Without end of retries there is no end of waiting.
func (s *Set) waits(n Tries) Limit {
	if n == 1 || s.Retry == nil {
		return Limit{State: Finite}
	}
	b := s.Retry.Backoff
	var by []Decision
	if b != nil && b.Base.Provenance != Unknown && b.kind() != "none" {
		by = append(by, decide(s, "retry.backoff.base", b.Base))
	}
	if n == Unlimited {
		return Limit{State: Endless, By: by}
	}
	return Limit{Finite, b.longestWaits(s.Product.OrNative().Backoff, int(n-1)), by}
}

// edgeBudget is T = min(total, n x p + W). With a total of its own, a layer ends
// then; a layer whose tries have no end in time has none either.
func (s *Set) edgeBudget(n Tries, by []Decision, p Limit) Limit {
	t := allTries(n, by, s.hedged(p), s.waits(n))
	if p.State == Finite && n != 1 && s.Retry != nil {
		t = sooner(t, limitOf(s, "retry.maxDuration", s.Retry.MaxDuration))
	}
	if total := s.totalLimit(); total.State == Finite && (t.State != Finite || total.Time <= t.Time) {
		return total
	}
	return t
}

// hedged is how long a try takes if its last copy is sent as late as can be.
func (s *Set) hedged(p Limit) Limit {
	h := s.Hedge
	if h == nil || p.State != Finite || !h.Copies.Set() || h.Copies.Value <= 0 {
		return p
	}
	p.Time = saturating.Add(p.Time, saturating.Mul(max(h.Delay.Value, 0), int64(h.Copies.Value)))
	p.By = append(slices.Clip(p.By), decide(s, "hedge.copies", h.Copies))
	return p
}

// allTries is n x p + W.
func allTries(n Tries, by []Decision, p, w Limit) Limit {
	switch {
	case n == 1 || p.State != Finite:
		return p
	case n == Unlimited:
		return Limit{State: Endless, By: append(append([]Decision{}, by...), p.By...)}
	}
	t := Limit{State: Finite, Time: AllTries(n, p.Time, w.Time)}
	t.By = append(append(append(t.By, p.By...), by...), w.By...)
	return t
}

// AllTries is n x p + W of times that have an end; n is not to be Unlimited.
func AllTries(n Tries, p, w time.Duration) time.Duration {
	return saturating.Add(saturating.Mul(p, int64(n)), w)
}

// fitting returns how many of n tries can finish, and how many can begin, before
// the total is over if each takes as long as it may:
//
//	start(i) = (i-1) x p + the longest waits before try i
//
// Of more than manyRetries tries only so many are counted.
func (s *Set) fitting(n Tries, p Limit) (full, start int) {
	end := s.totalLimit()
	if s.Retry != nil {
		end = sooner(end, limitOf(s, "retry.maxDuration", s.Retry.MaxDuration))
	}
	if n == Unlimited || n > manyRetries {
		n = manyRetries
	}
	if end.State != Finite || p.State != Finite {
		return int(n), int(n)
	}
	var begin time.Duration
	model := s.Product.OrNative().Backoff
	for i := 1; i <= int(n); i++ {
		if i > 1 {
			begin = saturating.Add(begin, saturating.Add(p.Time, s.Retry.Backoff.longestWait(model, i-1)))
		}
		if begin >= end.Time {
			break
		}
		start++
		if saturating.Add(begin, p.Time) <= end.Time {
			full++
		}
	}
	return full, start
}
