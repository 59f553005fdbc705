package rules

import (
	"fmt"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var timeoutExcessive = &Rule{
	ID:       "timeout-excessive",
	Title:    "excessive timeout",
	Doc:      timeoutExcessiveDoc,
	Purposes: []policy.Purpose{policy.TotalTimeout},
	Severity: analyze.Info,
	Check:    checkTimeoutExcessive,
}

const timeoutExcessiveDoc = `
A timeout frees the caller when the callee hangs. After five minutes all workers are
busy waiting, and the users are gone.

Reported for a synchronous call whose declared timeout is more than 30 seconds, 10 if
the caller is of tier 1; and, as a warning, for one whose timeout is disabled. It is
one level more severe for callers of tier 1.

    timeout: 300s
    timeout: 0s              # Envoy: no timeout

Not reported: calls by jobs, streams whose timeout is disabled and which bound silence
instead, and read timeouts of proxies, which WebSockets and uploads need long.

    timeout: 8s

**Fix.** Move long work out of the request: accept it, process it asynchronously, and
let the caller ask for the result.

Source of the limits: few people wait longer than ten seconds for a page (Nielsen,
"Usability Engineering", 1993), and few proxies longer than 60.
`

// The longest timeouts that are not worth a word.
const (
	longTimeout      = 30 * time.Second
	longTimeoutTier1 = 10 * time.Second
)

// lasts are the fields that say how long a call may last.
var lasts = map[string]bool{"timeout.total": true, "timeout.readGap": true}

func checkTimeoutExcessive(p *Pass) {
	for e := range p.Requests() {
		if p.Core.Service(p.Core.From(e)).Kind == graph.KindJob {
			continue
		}
		parts := p.Effective(e)
		limit := longTimeout
		if p.Tier(p.Core.From(e)).Value == 1 {
			limit = longTimeoutTier1
		}
		if off, named := matchingParts(parts, func(part *analyze.Part) bool { return disabled(part) && !isStream(part) }); len(off) > 0 {
			reportDisabled(p, e, off[0], named)
		} else if long, named := matchingParts(parts, func(part *analyze.Part) bool {
			return part.Budget.State == policy.Finite && part.Budget.Explicit() && lasts[part.Budget.By[0].Field] && part.Budget.Time > limit && !ofProxy(part.Budget)
		}); len(long) > 0 {
			reportLong(p, e, long[0], named, limit)
		}
	}
}

// ofProxy reports whether a limit is the read timeout of a proxy, which is as long as the longest
// silence of any of its connections may be: of WebSockets, of uploads.
func ofProxy(b policy.Limit) bool { return b.OfSilence() && b.By[0].Layer != policy.App }

func reportDisabled(p *Pass, e graph.Edge, part *analyze.Part, named routeNames) {
	if fromGateway(p, e) {
		return // reported for the gateway as a whole
	}
	f := aboutCall(p, e, analyze.Certain, part.Budget.Origin())
	f.Routes = named
	f.Message = fmt.Sprintf("%s with the timeout disabled%s", callText(p, e), named)
	purpose := policy.TotalTimeout
	if part.Budget.By[0].Field == "timeout.perTry" {
		purpose = policy.AttemptTimeout
	}
	r := remedyOf(p, e, part, purpose)
	f.Hint = r.hint("set", "to slightly more than the slowest successful response")
	f.Fix = r.timeoutFix(p)
	f.Values = []analyze.KeyValue{took("budget", part.Budget)}
	p.At(gradeByTier(p, e, analyze.Warning), f)
}

func reportLong(p *Pass, e graph.Edge, part *analyze.Part, named routeNames, limit time.Duration) {
	sure := analyze.Certain
	if part.Budget.By[0].Field == "timeout.readGap" {
		sure = analyze.Default // answers may trickle for longer
	}
	f := aboutCall(p, e, sure, part.Budget.Origin())
	f.Routes = named
	f.Message = fmt.Sprintf("%s and waits up to %s%s", callText(p, e), until(part.Budget), named)
	r := remedyOfLimit(p, e, part, part.Budget, policy.TotalTimeout)
	f.Hint = r.hint("lower", "make longer work asynchronous")
	f.Fix = r.fix(p, shorterTimeout(part, limit))
	f.Values = []analyze.KeyValue{took("budget", part.Budget), keyValue("limit", english.Duration(limit))}
	p.At(gradeByTier(p, e, analyze.Info), f)
}
