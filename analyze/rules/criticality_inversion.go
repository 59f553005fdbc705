package rules

import (
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
	NoFix:      analyze.InCode,
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
owner, team or system. A pool, split or failover is reported if all of its members are
of a less critical tier. More than two such calls of one caller are one finding.

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
	named    routeNames
	known    bool // whether an input declares the policies of the call
	sure     analyze.Confidence
	hint     string
	fix      analyze.Fix
	members  group // all calls of the group that call is the most critical of; nil if it is in none
}

func (i tierInversion) edge() graph.Edge { return i.call }

// fewInversions is the most calls that are reported one by one: of one caller, and of all of
// which no input declares the policies.
const fewInversions = 2

func checkCriticalityInversion(p *Pass) {
	var known, unknown []tierInversion
	groups := map[graph.GroupID]tierInversion{} // without a call if there is none
	for e := range graph.Edge(p.Core.Calls()) {
		i, ok := asTierInversion(p, e)
		if p.Core.Grouped(e) && !ok {
			n := analyze.NeedOf(p.Core, e)
			of, met := groups[n.Group]
			if !met {
				of = asGroupInversion(p, n)
				groups[n.Group] = of
			}
			i, ok = of, of.call == e
		}
		switch {
		case !ok, p.ofOthers(e):
		case i.known:
			known = append(known, i)
		default:
			unknown = append(unknown, i)
		}
	}
	if len(unknown) > fewInversions {
		reportUndeclaredCalls(p, unknown)
	} else {
		for _, i := range unknown {
			reportTierInversion(p, i)
		}
	}
	for _, list := range byCaller(p.Core, known, tierInversion.edge) {
		if len(list) > fewInversions {
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
	if !analyze.Breaks(p.Core, e) {
		return i, false
	}
	return asInversion(p, e)
}

// asGroupInversion returns the inversion that a group is of which every member is of a
// less critical tier than the caller; its call is the most critical of them. The call is
// graph.NoEdge if there is none, and of the routes of a gateway.
func asGroupInversion(p *Pass, n analyze.Need) tierInversion {
	best, none := tierInversion{}, tierInversion{call: graph.NoEdge}
	var fixes analyze.Fix
	if !n.Breaks(p.Core) || p.Core.Groups()[n.Group].Multiplexes {
		return none
	}
	members := n.Calls(p.Core)
	for _, member := range members {
		i, ok := asInversion(p, member)
		if !ok {
			return none
		}
		if best.members == nil || i.to.value < best.to.value {
			i.members = members
			best = i
		}
		fixes = fixes.And(i.fix)
	}
	best.fix = fixes
	return best
}

// asInversion returns the inversion that a call is if its caller fails with the callee.
func asInversion(p *Pass, e graph.Edge) (i tierInversion, inverted bool) {
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
	r := remedyOf(p, e, without[0], policy.FallbackAnswer)
	i.fix = r.fix(p)
	i.hint = r.hint("add", "to return the last good response or a default, or declare why there is none")
	if driverManaged(g, e) {
		i.fix = analyze.Fix{None: analyze.InShape}
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
	if i.members != nil {
		f = i.members.aboutGroup(p, i.sure)
		f.Message = fmt.Sprintf("%s (%s) requires one of %s (%s at best)%s, has no fallback and fails with them",
			g.ID(g.From(i.call)), tierWords(p, i.from), someIDs(g, i.members.callees(g)), tierWords(p, i.to), i.named)
	} else {
		f.Message = fmt.Sprintf("%s (%s) requires %s (%s)%s, has no fallback and fails with it", g.ID(g.From(i.call)), tierWords(p, i.from), g.ID(g.To(i.call)), tierWords(p, i.to), i.named)
	}
	f.Hint, f.Fix = i.hint, i.fix
	f.Routes = i.named
	f.Values = []analyze.KeyValue{number("tier", i.from.value), number("calleeTier", i.to.value)}
	for _, o := range tierPlaces(p, g.To(i.call), g.From(i.call)) {
		if o.File() != "" && !slices.Contains(f.Origins, o) {
			f.Origins = append(f.Origins, o)
		}
	}
	p.At(i.severity, f)
}

// reportTierInversions reports several calls of one caller in one finding.
func reportTierInversions(p *Pass, list []tierInversion) {
	g := p.Core
	lowest, sure, worst := list[0], list[0].sure, list[0].severity
	for _, i := range list {
		sure, worst = min(sure, i.sure), max(worst, i.severity)
		if i.to.value > lowest.to.value {
			lowest = i
		}
	}
	calls := groupOf(list, tierInversion.edge)
	f := calls.aboutCaller(p, sure)
	f.Message = fmt.Sprintf("%s (%s) requires %s of a less critical tier (%s) without a fallback; the least critical is %s (%s)",
		f.Subject, tierWords(p, lowest.from), english.Count(len(calls), "service"), someIDs(g, calls.callees(g)), g.ID(g.To(lowest.call)), tierWords(p, lowest.to))
	f.Hint = lowest.hint
	for _, i := range list {
		f.Fix = f.Fix.And(i.fix)
	}
	f.Values = append([]analyze.KeyValue{number("tier", lowest.from.value)}, f.Values...)
	f.Origins = append(f.Origins, tierPlaces(p, g.To(lowest.call), g.From(lowest.call))...)
	p.At(worst, f)
}

// reportUndeclaredCalls reports all calls whose policies are not declared in one finding.
func reportUndeclaredCalls(p *Pass, list []tierInversion) {
	calls := groupOf(list, tierInversion.edge)
	f := calls.aboutInputs(p)
	f.Covers = calls.subjects(p.Core)
	f.Message = fmt.Sprintf("%s of %s go to services of a less critical tier (%s); whether they are required or have a fallback is not declared",
		english.Count(len(calls), "call"), english.Count(len(calls.callers(p.Core)), "service"), callIDs(p.Core, calls))
	f.Hint = "declare in a native manifest which of the calls are optional or have a fallback"
	p.At(analyze.Info, f)
}
