package rules

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutAgainstObserved = &Rule{
	ID:       "timeout-against-observed",
	Title:    "timeout that does not fit observed latency",
	Doc:      timeoutAgainstObservedDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Warning,
	Check:    checkTimeoutAgainstObserved,
}

const timeoutAgainstObservedDoc = `
A timeout below the latency of good responses turns them into failures, and often
into retries that take as long again. A timeout far above it gives no protection: if
the callee hangs, the caller waits many times longer than any good response took.

Reported where the timeout of an attempt is declared and 200 calls or more were
measured: if it is below the p99 latency; and, as info, if it is more than ten times
the p99.9 latency and more than a second.

    timeout: 200ms           # and the p99 latency is 450ms

Not reported: product defaults; calls with several routes that have their own
timeouts; streams; and fewer than 200 measurements.

    timeout: 800ms

Measured latencies are cut off by the timeout itself. If the slowest calls took about
as long as the timeout allows, they were cut off, and their real latency is unknown:
the finding then says that the timeout already cuts.

**Fix.** Set the timeout to the p99.9 latency of good responses plus a margin, below
the caller's own deadline. If the callee is too slow for that, make it faster before
raising the timeout.
`

const (
	looseTimeout = 10          // times the slowest call in a thousand
	shortTimeout = time.Second // below it a loose timeout does no harm
	// cutOff is how far from a timeout the times of calls that it ends can be: proxies
	// and clients start and stop their clocks at different moments.
	cutOff = 0.05
)

func checkTimeoutAgainstObserved(p *Pass) {
	for e := range p.Requests() {
		seen, parts := p.Core.Observed(e), p.Effective(e)
		if seen == nil || seen.More().Latency.Count() < enoughTimings || len(parts) != 1 {
			continue
		}
		limit := parts[0].Attempt
		if limit.State != policy.Finite || !limit.Explicit() {
			continue
		}
		p99, _ := seen.More().Latency.Quantile(0.99)
		p999, _ := seen.More().Latency.Quantile(0.999)
		slowest, _ := seen.More().Latency.Quantile(1)
		near := time.Duration(cutOff * float64(limit.Time))
		switch {
		case p99 >= limit.Time-near && slowest <= limit.Time+near:
			reportTiming(p, e, &parts[0], analyze.Warning, p99, fmt.Sprintf("and the timeout of %s already cuts off one call in a hundred", until(limit)),
				"raise", "if the callee cannot be made faster")
		case p99 > limit.Time:
			reportTiming(p, e, &parts[0], analyze.Warning, p99, fmt.Sprintf("with a timeout of %s, but the p99 latency is %s or more", until(limit), rounded(p99)),
				"raise", "above the slowest good answer")
		case limit.Time > looseTimeout*p999 && limit.Time > shortTimeout:
			reportTiming(p, e, &parts[0], analyze.Info, p99, fmt.Sprintf("with a timeout of %s, but the p99.9 latency is only %s", until(limit), rounded(p999)),
				"lower", "to slightly above its slowest good response")
		}
	}
}

func reportTiming(p *Pass, e graph.Edge, part *analyze.Part, s analyze.Severity, p99 time.Duration, what, verb, why string) {
	f := aboutCall(p, e, sureOfBound(part.Attempt), part.Attempt.Origin())
	if part.Attempts != 1 {
		f.Confidence = min(f.Confidence, analyze.Default) // a timing may be of several attempts
	}
	f.Message = callText(p, e) + " " + what
	purpose := policy.TotalTimeout
	if by := part.Attempt.By; len(by) > 0 && by[0].Field == "timeout.perTry" {
		purpose = policy.AttemptTimeout
	}
	seen := p.Core.Observed(e)
	r := remedyOfLimit(p, e, part, part.Attempt, purpose)
	f.Hint, f.Fix = r.hint(verb, why), r.fix(p, aboveObserved(seen))
	f.Values = []analyze.KeyValue{took("attempt", part.Attempt), keyValue("p99", rounded(p99)), keyValue("timings", english.Number(seen.More().Latency.Count()))}
	p.At(s, f)
}
