package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var retryOnOverload = &Rule{
	ID:       "retry-on-overload",
	Title:    "retry of overload responses",
	Doc:      retryOnOverloadDoc,
	Purposes: []policy.Purpose{policy.RetryBackoff},
	Severity: analyze.Warning,
	Check:    checkRetryOnOverload,
}

const retryOnOverloadDoc = `
429, 503 and RESOURCE_EXHAUSTED signal overload. Retrying soon adds to it.

Reported where declared retries of a synchronous call match exactly these responses
and do not wait for as long as the callee asks (Retry-After). Severity: warning if
the first wait is below 100ms, else info.

    retries: {attempts: 2, retryOn: "429"}           # after at most 25ms

Not reported: policies that obey Retry-After, such as the standard handler of .NET;
and classes of responses such as "5xx", which are about failures.

    retries: {attempts: 2, retryOn: "connect-failure,refused-stream"}

**Fix.** Remove the response from the conditions, or wait for as long as the callee
asks; in Envoy: "rate_limited_retry_back_off".

Source: Beyer et al., "Site Reliability Engineering", O'Reilly 2016, chapter
"Handling Overload".
`

// soon is a wait in which no overload passes.
const soon = 100 * time.Millisecond

func checkRetryOnOverload(p *Pass) {
	for e := range p.Requests() {
		found, ok := firstFaultyLayer(p.Effective(e), retried, func(_ *analyze.Part, l *policy.Effect) bool {
			r := l.Set.Retry
			return r.On.IsExplicit() && len(onOverload(r.On.Value)) > 0 && !(r.RetryAfter.Set() && r.RetryAfter.Value)
		})
		if !ok {
			continue
		}
		l := found.layer
		r := l.Set.Retry
		severity, sure, wait := analyze.Warning, analyze.Default, "at once"
		switch b := r.Backoff; {
		case waitLeftOpen(&l.Set) || b == nil && l.Set.Product == nil:
			sure, wait = analyze.Assumed, "after a wait that no input declares"
		case !atOnce(b):
			wait = "after " + english.Duration(b.Base.Value)
			if b.Base.Value >= soon {
				severity = analyze.Info
			}
		}
		f := aboutCall(p, e, sure, r.On.Origin)
		f.Routes = found.named
		f.Message = fmt.Sprintf("%s%s and retries %s on %s, which signals overload",
			callText(p, e), found.named, wait, strings.Join(onOverload(r.On.Value), " or "))
		way := remedyFor(p, e, &l.Set, policy.Retries)
		f.Fix = way.fix(p, withoutOverload(r.On.Value))
		f.Hint = way.hint("change", "leave these answers out, or wait for as long as they say")
		f.Values = []analyze.KeyValue{attempts(l), value("on", r.On)}
		p.At(capForJobs(p, e, severity), f)
	}
}
