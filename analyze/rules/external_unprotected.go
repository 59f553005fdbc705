package rules

import (
	"fmt"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var externalUnprotected = &Rule{
	ID:         "external-unprotected",
	Title:      "a service outside is relied upon without protection",
	Doc:        externalUnprotectedDoc,
	Purposes:   []policy.Purpose{policy.TotalTimeout},
	Severity:   analyze.Warning,
	Supersedes: []string{"retry-without-timeout", "timeout-wrong-kind", "breaker-blind-to-slow", "timeout-missing", "breaker-missing", "fallback-missing"},
	Check:      checkExternalUnprotected,
}

const externalUnprotectedDoc = `
What somebody else runs fails when they deploy, changes its limits without notice and
is slow on the first of the month. Nobody here can mend it; all that can be done is
to be ready: a timeout, a breaker, another answer.

Fires for a synchronous call to something outside the inputs' estate, of which the
inputs tell, when any of the three is missing; one finding says which. Without a
timeout it is a warning, and an error for a caller of tier 1 (by its own tier, or
because a service of tier 1 cannot do without it). With a timeout it is info, and a
warning for tier 1.

    kind: ServiceEntry
    spec: {hosts: [api.bank.example], location: MESH_EXTERNAL}   # and no timeout for it

Stays silent when all three are there; about what is optional, when there is a
timeout; where somebody says why there is no fallback, of that; about databases,
mail and other protocols whose settings are the driver's; and where no input could
have shown any.

    - to: api.bank.example
      timeout: 2s
      breaker: {kind: call, errorRate: 50%}
      fallback: {kind: none, reason: no payment is better than a false one}

It takes the place of what other rules say about the same call.

**The way out.** First of all a timeout; then a breaker around the call, and a decision
what to answer while it is open.
`

func checkExternalUnprotected(p *Pass) {
	for e := range p.Requests() {
		parts := p.Effective(e)
		if !isOutside(p, e) || driverManaged(p.Core, e) || p.Core.Call(e).Fallback || !policyKnown(p, e, parts) {
			continue
		}
		missing, named := unprotected(p, e, parts)
		if len(missing) == 0 || missing[0] != "timeout" && !analyze.Breaks(p.Core, e) {
			continue
		}
		severity := analyze.Warning
		if missing[0] != "timeout" {
			severity = analyze.Info
		}
		sure := analyze.Default
		if speaksOfCode(p.Core.Call(e)) {
			sure = analyze.Certain
		} else if missing[0] == "fallback" {
			sure = analyze.Assumed // no mesh could show it
		}
		f := aboutCall(p, e, sure)
		f.Message = fmt.Sprintf("%s, which is outside, without %s%s", callText(p, e), listed(missing), named)
		if tiers := p.Analysis.Tiers(); tiers[p.Core.From(e)].Value == 1 && tiers[p.Core.From(e)].From != p.Core.From(e) {
			f.Message += fmt.Sprintf("; %s, of tier 1, cannot do without it", p.Core.ID(tiers[p.Core.From(e)].From))
		}
		f.Hint = protect(p, e, &parts[0], missing[0])
		f.Values = []analyze.KeyValue{keyValue("missing", strings.Join(missing, ", ")), took("budget", parts[0].Budget)}
		p.At(gradeByTier(p, e, severity), f)
	}
}

// unprotected returns what is missing of timeout, breaker and fallback, in this
// order, and for which part of the call.
func unprotected(p *Pass, e graph.Edge, parts []analyze.Part) (missing []string, named string) {
	for _, need := range []struct {
		what string
		bad  func(*analyze.Part) bool
	}{
		{"timeout", func(part *analyze.Part) bool { return unbounded(part) && !isStream(part) }},
		{"breaker", unbroken},
		{"fallback", helpless},
	} {
		found, which := matchingParts(parts, need.bad)
		if len(found) > 0 {
			missing = append(missing, need.what)
			if named == "" {
				named = which
			}
		}
	}
	return missing, named
}

// protect is the hint for the first thing that is missing.
func protect(p *Pass, e graph.Edge, part *analyze.Part, missing string) string {
	switch missing {
	case "timeout":
		return remedyOf(p, e, part, policy.TotalTimeout).hint("set", "a little above its slowest good answer")
	case "breaker":
		return remedyOf(p, e, part, policy.CircuitBreaker).hint("add", "it fails at once while the other side is down")
	}
	return remedyOf(p, e, part, policy.FallbackAnswer).hint("add", "what to answer instead; or say why it has to fail")
}

// listed writes "a timeout, a breaker and a fallback".
func listed(things []string) string {
	var words []string
	for _, t := range things {
		words = append(words, "a "+t)
	}
	return english.List(words)
}
