package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// Values of fixes where nothing is known that they could rest on.
const (
	usualTimeout = 2 * time.Second // of a request of one service to another
	usualMargin  = 1.25            // above the slowest response in a hundred
	usualRetries = 1
	fewRetries   = 2
	usualBudget  = 0.2
	usualBackoff = 50 * time.Millisecond
	usualAtOnce  = 100 // requests to one callee
)

// timeoutFixes are the fixes of several remedies together.
func timeoutFixes(p *Pass, ways []remedy) analyze.Fix {
	var all analyze.Fix
	for _, r := range ways {
		all = all.And(r.timeoutFix(p))
	}
	return all
}

// timeoutFix is the fix of a remedy that bounds the whole call or an attempt.
func (r remedy) timeoutFix(p *Pass) analyze.Fix {
	if !p.fixes || r.layer == nil {
		return analyze.Fix{}
	}
	d, why := p.fittingTimeout(r.call)
	if r.purpose == policy.TotalTimeout {
		if retry := r.layer.Retry; retry != nil && retry.IsWritten() && r.layer.Timeout != nil && r.layer.Timeout.PerTry.Set() {
			for _, part := range p.Effective(r.call) {
				for i := range part.Layers {
					if l := &part.Layers[i]; l.Set.Timeout != nil && l.Set.Timeout.PerTry == r.layer.Timeout.PerTry && l.Needed.State == policy.Finite && l.Needed.Time > d {
						d, why = l.Needed.Time, "all attempts and the waits between them take as long"
					}
				}
			}
		}
	}
	f := r.fix(p, d)
	f.Why = why
	return f
}

// fittingTimeout is a timeout for a call that is at least as long as its callee may take, as far as
// that is known, and no longer than its caller has time.
func (p *Pass) fittingTimeout(e graph.Edge) (time.Duration, string) {
	d, why := usualTimeout, ""
	g := p.Core
	least := time.Duration(0)
	if seen := g.Observed(e); seen != nil && seen.More().Latency.Count() >= enoughTimings {
		if p99, ok := seen.More().Latency.Quantile(0.99); ok {
			least = roundUp(time.Duration(usualMargin * float64(p99)))
			d, why = least, fmt.Sprintf("one call in a hundred takes more than %s", rounded(p99))
		}
	}
	if need := p.Analysis.LatencyBudget(g.To(e)); need.Max.State == policy.Finite && need.Max.Time > least {
		least = need.Max.Time
		d, why = least, fmt.Sprintf("%s may wait as long for %s", g.ID(g.To(e)), g.ID(g.To(need.MaxCall)))
	}
	if left, by := p.timeLeft(g.From(e)); left > 0 && left < d && left >= least || left > 0 && least == 0 {
		if left < d || least == 0 && left > d {
			d, why = min(d, left), fmt.Sprintf("%s waits no longer for %s", g.ID(by), g.ID(g.From(e)))
		}
	}
	if why == "" {
		why = "nothing is known of the call: measure it"
	}
	return d, why
}

// timeLeft is the shortest time that a caller of v waits for it, and which that is; 0 if none is known.
func (p *Pass) timeLeft(v graph.Node) (time.Duration, graph.Node) {
	var left time.Duration
	var by graph.Node
	for _, e := range p.Core.In(v) {
		if p.Core.Mode(e) != graph.Sync || driverManaged(p.Core, e) {
			continue
		}
		for _, part := range p.Effective(e) {
			if part.Attempt.State == policy.Finite && (left == 0 || part.Attempt.Time < left) {
				left, by = part.Attempt.Time, p.Core.From(e)
			}
		}
	}
	return left, by
}

// roundUp is the next time that people write: with two digits.
func roundUp(d time.Duration) time.Duration {
	step := twoDigits(d)
	return (d + step - 1).Truncate(step)
}

// twoDigits is the unit of a time that is written with two digits.
func twoDigits(d time.Duration) time.Duration {
	step := time.Millisecond
	for d/step >= 100 {
		step *= 10
	}
	return step
}

// shareOfOne is the smallest share, a half at least, that is one of hosts.
func shareOfOne(hosts int) float64 { return math.Ceil(percentOfOne(hosts)) / 100 }

// shorterTimeout is the setting that bounds a part, made so much shorter that the part ends within
// a limit.
func shorterTimeout(part *analyze.Part, limit time.Duration) time.Duration {
	set, ok := part.Budget.By[0].Value.(time.Duration)
	if !ok || set >= part.Budget.Time {
		return limit
	}
	return roundDown(time.Duration(float64(limit) * float64(set) / float64(part.Budget.Time)))
}

// attemptWithin is a limit for one attempt of a layer with which all attempts and the waits between
// them end within the time for the whole call.
func attemptWithin(l *policy.Effect) time.Duration {
	const some = 3 // attempts, of which the number has no limit
	total, n, waits := l.Set.Timeout.Total.Value, int64(l.Attempts), time.Duration(0)
	if l.Attempts == policy.Unlimited {
		n = some
	}
	if l.Waits.State == policy.Finite {
		waits = l.Waits.Time
	}
	if left := (total - waits) / time.Duration(n); left > 0 {
		return roundDown(left)
	}
	return roundDown(total / time.Duration(2*n))
}

// aboveObserved is a timeout that few of the calls that traces show would reach.
func aboveObserved(seen *graph.Observed) time.Duration {
	slowest, _ := seen.More().Latency.Quantile(0.999)
	return roundUp(time.Duration(usualMargin * float64(slowest)))
}

// withoutOverload are conditions of retries without those that say that the callee is overloaded.
func withoutOverload(on []string) []string {
	bad := onOverload(on)
	left := slices.DeleteFunc(slices.Clone(on), func(class string) bool { return slices.Contains(bad, class) })
	if len(left) == 0 {
		return []string{policy.OnConnect}
	}
	return left
}

// roundDown is the time before it that people write: with two digits.
func roundDown(d time.Duration) time.Duration { return d.Truncate(twoDigits(d)) }

// withinCaller is the time that a call of the callee has so that it, and what its fallback asks then,
// ends before the caller does; false if the fallback alone takes as long.
func withinCaller(p *Pass, i inversion) (time.Duration, bool) {
	left := i.part.Attempt.Time
	if own := analyze.WorstPart(p.Effective(i.need.MaxCall)); own.State == policy.Finite && own.Time < i.need.Max.Time {
		left -= i.need.Max.Time - own.Time
	}
	return left, left > 0
}

// besideBreaker is what a breaker needs to be of use: a timeout, without which it does not see slow
// calls, and for a critical caller something to answer with while it is open.
func besideBreaker(p *Pass, e graph.Edge, part *analyze.Part) (f analyze.Fix) {
	if unbounded(part) {
		f = boundFix(p, e, part)
		breaker := remedyOf(p, e, part, policy.CircuitBreaker)
		if len(f.Changes) > 0 && slices.Contains(breaker.in.OrNative().Replaces[f.Changes[0].Kind], breaker.Kind) { // beside it the breaker would not act
			f = remedyOf(p, e, part, policy.TotalTimeout).timeoutFix(p)
		}
	}
	if p.Tier(p.Core.From(e)).Value == 1 && lacksFallback(part) {
		f = f.And(remedyOf(p, e, part, policy.FallbackAnswer).fix(p))
	}
	return f
}

// boundFix is the fix that gives a part of a call a timeout.
func boundFix(p *Pass, e graph.Edge, part *analyze.Part) analyze.Fix {
	if c, ok := obstacleOf(p, e, policy.TotalTimeout); ok && c.fix.Applicable() {
		return c.fix
	}
	return remedyOf(p, e, part, policy.TotalTimeout).timeoutFix(p)
}

// shorterFix is the fix of a remedy that makes a whole call shorter, with attempts that all fit into
// it if they have a limit of their own.
func shorterFix(p *Pass, r remedy, total time.Duration) analyze.Fix {
	f := r.fix(p, total)
	for _, part := range p.Effective(r.call) {
		for i := range part.Layers {
			l := part.Layers[i]
			t := l.Set.Timeout
			if t == nil || r.layer.Timeout == nil || !t.PerTry.IsExplicit() || t.PerTry != r.layer.Timeout.PerTry || l.Needed.State == policy.Finite && l.Needed.Time <= total || t.PerTry.Value < total && l.Attempts == 1 {
				continue
			}
			shorter := *t
			shorter.Total.Value = total
			l.Set.Timeout = &shorter
			return f.And(remedyFor(p, r.call, &l.Set, policy.AttemptTimeout).fix(p, attemptWithin(&l)))
		}
	}
	return f
}

// withoutRetries takes the retries of calls away, in all layers; it is no fix if one of these cannot.
func withoutRetries(p *Pass, calls []graph.Edge) (all analyze.Fix) {
	for _, e := range calls {
		for _, part := range p.Effective(e) {
			for _, l := range repeating(&part) {
				f := noRetries(p, e, l)
				if !f.Applicable() {
					return analyze.Fix{}
				}
				all = all.And(f)
			}
		}
	}
	return all
}

// noRetries takes the retries of one layer away.
func noRetries(p *Pass, e graph.Edge, l *policy.Effect) analyze.Fix {
	if !p.fixes {
		return analyze.Fix{}
	}
	if orNative(l.Set.Product).OnlyDeclared {
		return undeclared(p, l)
	}
	return remedyFor(p, e, &l.Set, policy.Retries).fix(p, 0)
}

// undeclared takes away the retries that a layer declares.
func undeclared(p *Pass, l *policy.Effect) analyze.Fix {
	var c analyze.ObjectEdit
	for _, d := range l.Set.Decisions() {
		if !strings.HasPrefix(d.Field, "retry.") && d.Field != "timeout.perTry" || d.Provenance != policy.Explicit || d.Origin.Line == 0 {
			continue
		}
		if c.Places == nil {
			c.Kind, c.Object, _ = strings.Cut(writtenIn(p, d), "/")
			c.Places = []graph.Origin{d.Origin}
		}
		e := analyze.FieldEdit{Edit: policy.Edit{Op: policy.OpRemove}, Written: d.Origin}
		if !slices.ContainsFunc(c.Edits, func(other analyze.FieldEdit) bool { return other.Written == e.Written }) {
			c.Edits = append(c.Edits, e)
		}
	}
	if c.Edits == nil {
		return analyze.Fix{None: analyze.NoEdit}
	}
	return analyze.Fix{Changes: []analyze.ObjectEdit{c}}
}

// attemptRemedy says how to end an attempt that l makes: in its own product, in another
// layer else.
func attemptRemedy(p *Pass, e graph.Edge, part *analyze.Part, l *policy.Effect) (string, analyze.Fix) {
	const near, all = "to slightly more than the slowest successful response", "enough for all attempts"
	if r, ok := remedyIn(p, e, &l.Set, policy.AttemptTimeout); ok {
		return r.hint("set", near), r.timeoutFix(p)
	}
	if r, ok := remedyIn(p, e, &l.Set, policy.TotalTimeout); ok {
		return r.hint("set", all), r.timeoutFix(p)
	}
	if r, ok := remedyOfLayers(p, e, part, policy.AttemptTimeout); ok {
		return r.hint("set", near), r.timeoutFix(p)
	}
	if r, ok := remedyOfLayers(p, e, part, policy.TotalTimeout); ok {
		return r.hint("set", all), r.timeoutFix(p)
	}
	return cannotEnd(l.Set.Product), analyze.Fix{}
}
