package policy

import (
	"math"
	"slices"
	"time"

	"github.com/weirgraph/weir/internal/saturating"
)

// Formulas for one layer, with r retries, n = r + 1 attempts, p the longest time of an
// attempt, W the sum of the longest waits and T the longest time of all attempts.

// Tries is a number of attempts, the first included.
type Tries int

// Unlimited is a retry without limit.
const Unlimited Tries = -1

// tries is n, and the settings that decide it. Retries without a condition never fire, and a
// budget of nothing lets none through.
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
	if b := r.Budget; b.Set() && b.Value == 0 {
		return 1, append([]Decision{decide(s, "retry.budget", b)}, by...)
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

// attemptLimit is p: the timeout of one attempt if there is one, else the total timeout.
// A timeout per attempt that is not below the total never fires: Envoy documents that it
// ignores it, elsewhere the total fires first. A read timeout that is shorter than both, or
// alone, ends an attempt before them if the callee sends nothing, see Limit.OfSilence.
func (s *Set) attemptLimit() Limit {
	if s.Timeout == nil {
		return Limit{}
	}
	perTry, total := limitOf(s, "timeout.perTry", s.Timeout.PerTry), s.totalLimit()
	gap := limitOf(s, "timeout.readGap", s.Timeout.ReadGap)
	switch {
	case gap.State == Finite && !perTry.before(gap) && !total.before(gap):
		return gap
	case perTry.State == Finite && (total.State != Finite || perTry.Time < total.Time):
		return perTry
	case total.State == Finite:
		return total
	case total.State != Undeclared:
		return total
	}
	return perTry // disabled, or undeclared
}

func (s *Set) totalLimit() Limit {
	if s.Timeout == nil {
		return Limit{}
	}
	return limitOf(s, "timeout.total", s.Timeout.Total)
}

// end is the timeout for n attempts together.
func (s *Set) end(n Tries) Limit {
	if n == 1 {
		return s.totalLimit()
	}
	return s.allEnd()
}

// allEnd is the end that s sets to all attempts together, if it makes several.
func (s *Set) allEnd() Limit {
	if s.Retry == nil {
		return s.totalLimit()
	}
	return sooner(s.totalLimit(), limitOf(s, "retry.maxDuration", s.Retry.MaxDuration))
}

// PerTryActs reports whether an attempt has a timeout of its own that can fire.
func (s *Set) PerTryActs() bool {
	p := s.attemptLimit()
	return p.State == Finite && (p.By[0].Field == "timeout.perTry" || p.OfSilence())
}

// waits is W. It is endless for unlimited retries.
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

// edgeBudget is T = min(total, n x p + W). It is endless without a total timeout if the
// attempts or their number have no limit.
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

// hedged is the time of an attempt whose last copy is sent as late as possible.
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

// AllTries is n x p + W for finite times; n must not be Unlimited.
func AllTries(n Tries, p, w time.Duration) time.Duration {
	return saturating.Add(saturating.Mul(p, int64(n)), w)
}

// fitting returns how many of n attempts can finish, and how many can begin, within
// a limit for all of them if each takes as long as possible:
//
//	start(i) = (i-1) x p + the longest waits before attempt i
//
// It counts at most manyRetries attempts.
func (s *Set) fitting(n Tries, p, end Limit) (full, start int) {
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
