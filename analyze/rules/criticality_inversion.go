package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

var criticalityInversion = &Rule{
	ID:         "criticality-inversion",
	Title:      "dependency on a service with a less critical tier",
	Doc:        criticalityInversionDoc,
	Purposes:   []policy.Purpose{policy.FallbackAnswer},
	Severity:   analyze.Warning,
	Supersedes: []string{"fallback-missing"},
	Check:      checkCriticalityInversion,
}

const criticalityInversionDoc = `
A tier declares how a service is operated: on-call, redundancy, release process. A
service that depends on one of a less critical tier has the lower standard in
practice, and the operators of the dependency may not know.

Reported for a hard synchronous call without a fallback or a cache, from a service
with a declared tier to one with a declared, less critical tier. Severity: warning;
error if they are two or more tiers apart. A database, cache or broker without a tier
has the tier of its owner: of its only caller, else of the callers that share its
owner, team or system. More than two such calls of one caller are one finding.

    services:
    - {name: home, tier: 1, calls: [{to: recs, timeout: 300ms}]}
    - {name: recs, tier: 3}

Not reported: optional calls, calls with a fallback of any kind or a cache, and a
missing fallback that is declared with a reason; services without a declared tier
("fallback-missing" covers critical services that inherit theirs); jobs; and external
services ("external-unprotected").

    - {to: recs, timeout: 300ms, fallback: {kind: static}}
    - {to: tokens, timeout: 1s, fallback: {kind: none, reason: unchecked access is not acceptable}}

It replaces "fallback-missing" for the same calls. Meshes cannot declare a fallback:
if only mesh objects describe the call, a missing fallback is assumed. Calls whose
policies no input declares are one info finding: the code may handle the failure.

**Fix.** Return a degraded response if the callee is gone, or have its operators
declare and meet the required tier ("tier" in the native manifest).
`

// A tierInversion is a required call to a less critical service.
type tierInversion struct {
	call     graph.Edge
	severity analyze.Severity
	from, to tierOf
	named    string
	known    bool // whether an input declares the policies of the call
	sure     analyze.Confidence
	hint     string
}

func checkCriticalityInversion(p *Pass) {
	var callers [][]tierInversion
	var unknown []tierInversion
	for e := range graph.Edge(p.Core.Calls()) {
		i, ok := asTierInversion(p, e)
		if !ok {
			continue
		}
		if !i.known {
			unknown = append(unknown, i)
			continue
		}
		if last := len(callers) - 1; last >= 0 && p.Core.From(callers[last][0].call) == p.Core.From(e) {
			callers[last] = append(callers[last], i)
		} else {
			callers = append(callers, []tierInversion{i})
		}
	}
	if len(unknown) > fewMissing {
		reportUndeclaredCalls(p, unknown)
	} else {
		for _, i := range unknown {
			reportTierInversion(p, i)
		}
	}
	for _, list := range callers {
		if len(list) > fewMissing {
			reportTierInversions(p, list)
			continue
		}
		for _, i := range list {
			reportTierInversion(p, i)
		}
	}
}

// asTierInversion returns the inversion that a call is, and false if it is none.
func asTierInversion(p *Pass, e graph.Edge) (i tierInversion, inverted bool) {
	g := p.Core
	if !isTierInversion(p, e) || isOutside(p, e) {
		return i, false
	}
	i = tierInversion{call: e, known: true, sure: analyze.Assumed}
	i.from, i.to = declaredTier(p, g.From(e)), declaredTier(p, g.To(e))
	parts := p.Effective(e)
	without, named := matchingParts(parts, lacksFallback)
	if len(without) == 0 {
		return i, false
	}
	i.named = named
	i.hint = remedyOf(p, e, without[0], policy.FallbackAnswer).hint("add", "to return the last good response or a default, or declare why there is none")
	if driverManaged(g, e) {
		i.hint = fmt.Sprintf("make the call optional, or operate %s as tier %d", g.ID(g.To(e)), i.from.value)
	}
	i.severity = severityOfGap(i.to.value - i.from.value)
	switch {
	case declaresCode(g.Call(e)):
		i.sure = analyze.Certain
	case !policyKnown(p, e, parts):
		i.severity, i.known = analyze.Info, false
	}
	return i, true
}

// severityOfGap is the severity of a call to a service that is a number of tiers less critical.
func severityOfGap(tiers int) analyze.Severity {
	if tiers >= 2 {
		return analyze.Error
	}
	return analyze.Warning
}

// tierWords writes "tier 3", and the owner that declares it if any.
func tierWords(p *Pass, t tierOf) string {
	words := "tier " + strconv.Itoa(t.value)
	if t.owner != analyze.None {
		words += ", inherited from " + p.Core.ID(t.owner)
	}
	return words
}

// tierPlaces is where tiers are declared.
func tierPlaces(p *Pass, nodes ...graph.Node) []graph.Origin {
	var origins []graph.Origin
	for _, v := range nodes {
		if t := declaredTier(p, v); t.owner != analyze.None {
			v = t.owner
		}
		if o := p.Core.Service(v).Tier.Origin; !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return origins
}

func reportTierInversion(p *Pass, i tierInversion) {
	g := p.Core
	f := aboutCall(p, i.call, i.sure)
	f.Message = fmt.Sprintf("%s (%s) requires %s (%s)%s, has no fallback and fails with it", g.ID(g.From(i.call)), tierWords(p, i.from), g.ID(g.To(i.call)), tierWords(p, i.to), i.named)
	f.Hint = i.hint
	f.Values = []analyze.KeyValue{number("tier", i.from.value), number("calleeTier", i.to.value)}
	for _, o := range tierPlaces(p, g.To(i.call), g.From(i.call)) {
		if o.File != "" && !slices.Contains(f.Origins, o) {
			f.Origins = append(f.Origins, o)
		}
	}
	p.At(i.severity, f)
}

// reportTierInversions reports several calls of one caller in one finding.
func reportTierInversions(p *Pass, list []tierInversion) {
	g := p.Core
	caller := g.From(list[0].call)
	lowest, sure, worst := list[0], list[0].sure, list[0].severity
	var callees []graph.Node
	var calls []graph.Edge
	var subjects []string
	for _, i := range list {
		callees, calls, subjects = append(callees, g.To(i.call)), append(calls, i.call), append(subjects, callID(g, i.call))
		sure, worst = min(sure, i.sure), max(worst, i.severity)
		if cmp.Compare(i.to.value, lowest.to.value) > 0 {
			lowest = i
		}
	}
	p.At(worst, analyze.Finding{
		Confidence: min(sure, confidence(g, calls)),
		Subject:    g.ID(caller),
		Message: fmt.Sprintf("%s (%s) requires %s of a less critical tier (%s) without a fallback; the least critical is %s (%s)",
			g.ID(caller), tierWords(p, lowest.from), english.Count(len(callees), "service"), someIDs(g, callees), g.ID(g.To(lowest.call)), tierWords(p, lowest.to)),
		Hint:     lowest.hint,
		Values:   []analyze.KeyValue{number("tier", lowest.from.value), number("calls", len(calls)), keyValue("callees", joinIDs(g, callees, ", "))},
		Origins:  append(written(g, calls), tierPlaces(p, g.To(lowest.call), caller)...),
		Services: append([]graph.Node{caller}, callees...),
		Covers:   subjects,
		Owners:   []graph.Node{caller},
	})
}

// reportUndeclaredCalls reports all calls whose policies are not declared in one finding.
func reportUndeclaredCalls(p *Pass, list []tierInversion) {
	g := p.Core
	var calls []graph.Edge
	var subjects []string
	callers := map[graph.Node]bool{}
	for _, i := range list {
		calls, subjects = append(calls, i.call), append(subjects, callID(g, i.call))
		callers[g.From(i.call)] = true
	}
	p.At(analyze.Info, analyze.Finding{
		Confidence: analyze.Assumed,
		Subject:    "inputs",
		Message: fmt.Sprintf("%s of %s go to services of a less critical tier (%s); whether they are required or have a fallback is not declared",
			english.Count(len(calls), "call"), english.Count(len(callers), "service"), callIDs(g, calls)),
		Hint:    "declare in a native manifest which of the calls are optional or have a fallback",
		Values:  []analyze.KeyValue{number("calls", len(calls)), number("callers", len(callers))},
		Origins: written(g, calls[:1]),
		Covers:  subjects,
	})
}
