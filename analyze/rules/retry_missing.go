package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var retryMissing = &Rule{
	ID:       "retry-missing",
	Title:    "idempotent call without retry",
	Doc:      retryMissingDoc,
	Purposes: []policy.Purpose{policy.Retries},
	Severity: analyze.Info,
	Check:    checkRetryMissing,
}

const retryMissingDoc = `
When a replica is replaced, some connections break. A request that is safe to repeat
does not have to fail for that.

Reported, as info, for a synchronous call that is known to be idempotent (GET, HEAD,
OPTIONS, PUT and DELETE only, or declared so) to a service without further calls, if
no layer retries and no earlier service on the path does.

    - {to: pricing, protocol: http, methods: [GET], timeout: 2s}

Not reported: a layer that retries, even failed connections only and by default, as
Istio does; disabled retries; an outer caller that repeats the whole request, since
retries in several places multiply; unknown methods; and inputs that cannot declare
retries.

    - {to: pricing, protocol: http, methods: [GET], timeout: 2s,
       retry: {retries: 1, on: [connect], backoff: {kind: exponential, base: 25ms, jitter: full}}}

**Fix.** Add one or two retries on connection failures, in one place: next to the
callee.
`

func checkRetryMissing(p *Pass) {
	amp := p.Analysis.Amplification()
	for e := range p.Requests() {
		parts := p.Effective(e)
		if driverManaged(p.Core, e) || !policyKnown(p, e, parts) || calleeCallsOn(p, e) || amp.Before(p.Core.From(e)) > 1 ||
			twinDeclares(p, e, policy.Retries) {
			continue
		}
		bare, named := matchingParts(parts, lacksRetry)
		if len(bare) == 0 {
			continue
		}
		f := aboutCall(p, e, analyze.Default)
		f.Routes = named
		f.Message = fmt.Sprintf("%s%s with idempotent requests, but no layer retries them when a connection breaks", callText(p, e), named)
		r := remedyOf(p, e, bare[0], policy.Retries)
		f.Hint, f.Fix = r.hint("set", "one or two retries on connection failures"), r.fix(p, usualRetries, []string{policy.OnConnect}).And(remedyOf(p, e, bare[0], policy.RetryBackoff).fix(p, usualBackoff))
		f.Values = []analyze.KeyValue{keyValue("attempts", "1")}
		if c, ok := obstacleOf(p, e, policy.Retries); ok {
			c.explain(&f)
		}
		p.Report(f)
	}
}

// calleeCallsOn reports whether the callee of e calls further services and waits, so
// that retries belong behind it.
func calleeCallsOn(p *Pass, e graph.Edge) bool {
	g := p.Core
	for f, end := g.Out(g.To(e)); f < end; f++ {
		if g.Mode(f) == graph.Sync && !driverManaged(g, f) && g.To(f) != g.To(e) {
			return true
		}
	}
	return false
}

// lacksRetry reports whether a part is safe to repeat, and no layer repeats it or
// decided not to.
func lacksRetry(part *analyze.Part) bool {
	safe := part.Idempotent || len(part.Methods) > 0 && !slices.ContainsFunc(part.Methods, func(m string) bool { return !slices.Contains(idempotent, m) })
	return safe && !slices.ContainsFunc(part.Layers, func(l policy.Effect) bool {
		return l.Attempts != 1 || l.Set.Retry != nil && l.Set.Retry.Retries.Provenance == policy.Disabled
	})
}
