package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var retriesTruncated = &Rule{
	ID:       "retries-truncated",
	Title:    "not all attempts fit into the timeout",
	Doc:      retriesTruncatedDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkRetriesTruncated,
}

const retriesTruncatedDoc = `
Retries that cannot happen are retries that somebody counts on. Where every attempt
takes as long as it may, the timeout of the whole call ends before the last ones
begin, or in the middle of them.

Fires where a layer retries and both its bounds are written, the one on an attempt
below the one on the whole, and n attempts of p each with the longest waits W
between them take longer than the whole T:

    timeout: 5s
    retries: {attempts: 3, perTryTimeout: 2s}    # 4 x 2s + 0.3s > 5s: two finish

It is a warning if some attempts cannot even begin, a note if all begin and the
last is cut short.

Stays silent where they fit; and where a bound is a default, since nobody counts on
the combination.

    timeout: 9s
    retries: {attempts: 3, perTryTimeout: 2s}

Attempts that fail fast use less time, so more of them may happen than the finding
counts: it is about slow failures.

**The way out.** Fewer attempts, shorter ones, or a longer timeout, as the caller's
own deadline allows.
`

func checkRetriesTruncated(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			return l.Attempts != policy.Unlimited && l.Set.PerTryActs() && l.Set.Timeout.PerTry.IsExplicit() && wroteEnd(&l.Set) && l.Full < int(l.Attempts)
		})
		if ok {
			reportTruncated(p, e, found)
		}
	}
}

// wroteEnd reports whether somebody set an end for all attempts together.
func wroteEnd(s *policy.Set) bool {
	return s.Timeout.Total.IsExplicit() || s.Retry.MaxDuration.IsExplicit()
}

func reportTruncated(p *Pass, e graph.Edge, found faultyLayer) {
	l := found.layer
	perTry, end := l.Set.Timeout.PerTry, l.Set.Timeout.Total
	if !end.IsExplicit() {
		end = l.Set.Retry.MaxDuration
	}
	needed := policy.AllTries(l.Attempts, perTry.Value, l.Waits.Time)
	severity, cut := analyze.Warning, fmt.Sprintf("only %d of %s attempts can finish", l.Full, tries(l.Attempts))
	if l.Start == int(l.Attempts) {
		severity, cut = analyze.Info, fmt.Sprintf("the last of %s attempts can be cut short", tries(l.Attempts))
	}
	f := aboutCall(p, e, analyze.Certain, end.Origin, perTry.Origin, l.Set.Retry.Retries.Origin)
	f.Message = fmt.Sprintf("%s%s with %s for all attempts, and %s: %s x %s and %s of waiting take %s",
		callText(p, e), found.named, english.Duration(end.Value), cut, tries(l.Attempts), english.Duration(perTry.Value), english.Duration(l.Waits.Time), english.Duration(needed))
	f.Hint = remedyFor(p, e, &l.Set, policy.TotalTimeout).hint("raise", "to "+english.Duration(needed)+", or try less often or shorter")
	f.Values = []analyze.KeyValue{
		attempts(l), value("perTry", perTry), keyValue("waits", english.Duration(l.Waits.Time)), keyValue("needed", english.Duration(needed)), value("total", end),
		number("canFinish", l.Full), number("canStart", l.Start),
	}
	p.At(capForJobs(p, e, severity), f)
}
