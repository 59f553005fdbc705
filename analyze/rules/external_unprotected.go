package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var externalUnprotected = &Rule{
	ID:         "external-unprotected",
	Title:      "unprotected call to an external service",
	Doc:        externalUnprotectedDoc,
	Purposes:   []policy.Purpose{policy.TotalTimeout},
	Severity:   analyze.Warning,
	NoFix:      analyze.InCode,
	Supersedes: []string{"retry-without-timeout", "timeout-wrong-kind", "breaker-blind-to-slow", "timeout-missing", "breaker-missing", "fallback-missing"},
	Check:      checkExternalUnprotected,
}

const externalUnprotectedDoc = `
An external service fails with its operator's deployments, changes its limits without
notice, and cannot be fixed here. What can be done is to be prepared: a timeout, a
breaker, a fallback.

Reported for a synchronous call to a service outside the estate, if the inputs
describe the call and one of the three is missing; one finding names what is missing.
Severity without a timeout: warning, error for a caller of tier 1 (by its own
declaration, or because a tier-1 service depends on it). With a timeout: info,
warning for tier 1.

    kind: ServiceEntry
    spec: {hosts: [api.bank.example], location: MESH_EXTERNAL}   # and no timeout for it

Not reported: calls with all three; optional calls with a timeout; a missing fallback
whose absence is declared with a reason; databases, mail and other protocols whose
settings belong to the driver; stock gateways, which only pass the failure on (for their
timeouts see "ingress-timeout-missing"); and calls whose policies the inputs cannot show.

    - to: api.bank.example
      timeout: 2s
      breaker: {kind: call, errorRate: 50%}
      fallback: {kind: none, reason: no payment is better than a false one}

It replaces the findings of other rules about the same call.

**Fix.** Set a timeout first; then add a breaker, and decide what to return while it
is open.
`

func checkExternalUnprotected(p *Pass) {
	var list []unprotectedCall
	for e := range p.Requests() {
		parts := p.Effective(e)
		if !isOutside(p, e) || driverManaged(p.Core, e) || p.Core.Fallback(e) || !policyKnown(p, e, parts) || fromGateway(p, e) && !declaresCode(p.Core.Call(e)) {
			continue
		}
		missing, named := unprotected(p, e, parts)
		if len(missing) == 0 || missing[0] != "timeout" && !analyze.Breaks(p.Core, e) {
			continue
		}
		list = append(list, unprotectedCall{e, missing, named})
	}
	for _, calls := range byCaller(p.Core, list, unprotectedCall.edge) {
		for _, members := range byNeed(p.Core, calls, unprotectedCall.edge) {
			// What one member lacks and another has is reported of each.
			for len(members) > 0 {
				first := members[0]
				alike := func(c unprotectedCall) bool {
					return slices.Equal(c.missing, first.missing) && slices.Equal(c.named, first.named)
				}
				reportUnprotected(p, slices.DeleteFunc(slices.Clone(members), func(c unprotectedCall) bool { return !alike(c) }))
				members = slices.DeleteFunc(members, alike)
			}
		}
	}
}

// An unprotectedCall is a call, and what is missing for a part of it.
type unprotectedCall struct {
	call    graph.Edge
	missing []string
	named   routeNames
}

func (c unprotectedCall) edge() graph.Edge { return c.call }

// reportUnprotected reports a call, or those to several members of one group.
func reportUnprotected(p *Pass, list []unprotectedCall) {
	e, missing := list[0].call, list[0].missing
	severity := analyze.Warning
	if missing[0] != "timeout" {
		severity = analyze.Info
	}
	sure := analyze.Default
	if declaresCode(p.Core.Call(e)) {
		sure = analyze.Certain
	} else if missing[0] == "fallback" {
		sure = analyze.Assumed // a mesh cannot express it
	}
	f := aboutCall(p, e, sure)
	f.Routes = list[0].named
	f.Message = fmt.Sprintf("%s, an external service, without %s%s", callText(p, e), listed(missing), list[0].named)
	if len(list) > 1 {
		calls := groupOf(list, unprotectedCall.edge)
		f = calls.aboutGroup(p, sure)
		f.Message = fmt.Sprintf("%s, external services, without %s%s", oneOfText(p, calls), listed(missing), list[0].named)
	}
	if tiers := p.Analysis.Tiers(); tiers[p.Core.From(e)].Value == 1 && tiers[p.Core.From(e)].From != p.Core.From(e) {
		f.Message += fmt.Sprintf("; %s (tier 1) requires %s", p.Core.ID(tiers[p.Core.From(e)].From), p.Core.ID(p.Core.From(e)))
	}
	parts := p.Effective(e)
	f.Hint, f.Fix = protection(p, e, &parts[0], missing)
	f.Alike = analyze.Alike{
		Cause: strings.Join(missing, ","), Says: "without " + listed(missing) + " (external)", Hint: f.Hint, Calls: true,
	}
	f.Values = append(f.Values, keyValue("missing", strings.Join(missing, ", ")), took("budget", parts[0].Budget))
	p.At(gradeByTier(p, e, severity), f)
}

// unprotected returns what is missing of timeout, breaker and fallback, in this
// order, and for which part of the call.
func unprotected(p *Pass, e graph.Edge, parts []analyze.Part) (missing []string, named routeNames) {
	for _, need := range []struct {
		what string
		bad  func(*analyze.Part) bool
	}{
		{"timeout", func(part *analyze.Part) bool { return unbounded(part) && !isStream(part) }},
		{"breaker", lacksBreaker},
		{"fallback", lacksFallback},
	} {
		found, which := matchingParts(parts, need.bad)
		if len(found) > 0 {
			missing = append(missing, need.what)
			if named == nil {
				named = which
			}
		}
	}
	return missing, named
}

// protection is the hint for the first thing that is missing, and the fix of all of them.
func protection(p *Pass, e graph.Edge, part *analyze.Part, missing []string) (hint string, all analyze.Fix) {
	for _, what := range missing {
		var text string
		var fix analyze.Fix
		switch what {
		case "timeout":
			r := remedyOf(p, e, part, policy.TotalTimeout)
			text, fix = r.hint("set", "to slightly more than the slowest successful response"), r.timeoutFix(p)
		case "breaker":
			r := remedyOf(p, e, part, policy.CircuitBreaker)
			text, fix = r.hint("add", "to fail fast while the external service is down"), r.fix(p)
		default:
			r := remedyOf(p, e, part, policy.FallbackAnswer)
			text, fix = r.hint("add", "to return a default, or declare why the call has to fail"), r.fix(p)
		}
		if hint == "" {
			hint = text
		}
		if !fix.Applicable() {
			return hint, analyze.Fix{}
		}
		all = all.And(fix)
	}
	return hint, all
}

// listed writes "a timeout, a breaker and a fallback".
func listed(things []string) string {
	var words []string
	for _, t := range things {
		words = append(words, "a "+t)
	}
	return english.List(words)
}
