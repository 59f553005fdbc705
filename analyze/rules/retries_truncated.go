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
	Title:    "timeout cuts off retries",
	Doc:      retriesTruncatedDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkRetriesTruncated,
}

const retriesTruncatedDoc = `
Where every attempt takes as long as it may, the timeout of the whole call ends
before the last attempts start, or in the middle of them. The declared number of
retries does not happen.

Reported where a layer retries and both bounds are declared, the one on an attempt
below the one on the whole call, and n attempts of p each with the longest waits W
between them take longer than the whole T. Where filters or decorators of one program
wrap each other, the whole may be the limit of another one, such as a breaker around the
retries:

    timeout: 5s
    retries: {attempts: 3, perTryTimeout: 2s}    # 4 x 2s + 0.3s > 5s: two finish

Severity: warning if some attempts cannot start, info if all start and the last one
is cut off.

Not reported: attempts that fit, bounds that are defaults, and conditions under which
an attempt that takes too long is not repeated, such as statuses alone in Envoy.

    timeout: 9s
    retries: {attempts: 3, perTryTimeout: 2s}

Attempts that fail fast take less time, so more of them may happen than the finding
says: it is about slow failures.

**Fix.** Reduce the number of attempts or their timeout, or raise the total timeout as
far as the caller's own deadline allows.
`

func checkRetriesTruncated(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			return l.Attempts != policy.Unlimited && l.SlowAgain && l.Set.PerTryActs() && l.Set.Timeout.PerTry.IsExplicit() && l.End.State == policy.Finite && l.End.By[0].Provenance == policy.Explicit && l.Full < int(l.Attempts)
		})
		if ok {
			reportTruncated(p, e, found)
		}
	}
}

func reportTruncated(p *Pass, e graph.Edge, found faultyLayer) {
	l := found.layer
	perTry, end := l.Set.Timeout.PerTry, l.End
	needed := policy.AllTries(l.Attempts, perTry.Value, l.Waits.Time)
	severity, cut := analyze.Warning, fmt.Sprintf("only %d of %s attempts can finish", l.Full, tries(l.Attempts))
	if l.Start == int(l.Attempts) {
		severity, cut = analyze.Info, fmt.Sprintf("the last of %s attempts can be cut off", tries(l.Attempts))
	}
	f := aboutCall(p, e, analyze.Certain, end.Origin(), perTry.Origin, l.Set.Retry.Retries.Origin)
	f.Routes = found.named
	f.Message = fmt.Sprintf("%s%s with %s for all attempts, but %s: %s x %s and %s of waits take %s",
		callText(p, e), found.named, english.Duration(end.Time), cut, tries(l.Attempts), english.Duration(perTry.Value), english.Duration(l.Waits.Time), english.Duration(needed))
	r := remedyOfLimit(p, e, found.part, end, policy.TotalTimeout)
	f.Fix = r.fix(p, needed)
	f.Hint = r.hint("raise", "to "+english.Duration(needed)+", or try less often or shorter")
	f.Values = []analyze.KeyValue{
		attempts(l), value("perTry", perTry), keyValue("waits", english.Duration(l.Waits.Time)), keyValue("needed", english.Duration(needed)), keyValue("total", english.Duration(end.Time)),
		number("canFinish", l.Full), number("canStart", l.Start),
	}
	p.At(capForJobs(p, e, severity), f)
}
