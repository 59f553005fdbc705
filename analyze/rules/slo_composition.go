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

var sloComposition = &Rule{
	ID:       "slo-composition",
	Title:    "SLO that the dependencies' SLOs cannot support",
	Doc:      sloCompositionDoc,
	Purposes: []policy.Purpose{policy.FallbackAnswer},
	Severity: analyze.Warning,
	ByPeople: "an objective is a promise",
	Check:    checkSLOComposition,
}

const sloCompositionDoc = `
A service that depends on four others is available only when all of them are: four
times 99.95 % is 99.8 %. A service that promises 99.9 % on top of that promises what
the others do not have to deliver, even if it never fails itself.

Reported for a service with an objective ("slo") above the product of the objectives
of the services it depends on: by hard synchronous calls without a fallback, directly
or indirectly. Each counts once, however many paths lead to it. A call with a fallback
service counts as both being down at once, with what they share counted once. Of a
pool enough members have to work, of a failover one, as if they failed apart; a split
is as available as its members on average, by their shares, or evenly if those are
unknown.
Severity: error if one of them alone declares less than the service.

    services:
    - {name: shop, slo: 99.9, calls: [cart, stock, prices, users]}
    - {name: cart, slo: 99.95}
    - {name: stock, slo: 99.95}
    - {name: prices, slo: 99.95}
    - {name: users, slo: 99.95}

An objective is read as what callers get, including failures of its dependencies. If
it covers only the service's own failures, its dependencies count as well: an
objective that only they break is info, unless a service in between breaks its own.

Not reported: a sufficient product; optional calls, events, and calls with a local
fallback; and weak evidence. Services without an objective count as always available;
the finding counts them. Objectives over requests and over time are not
distinguished.

    - {name: shop, slo: 99.5, calls: [cart, stock, prices, users]}

**Fix.** As a rule of thumb, a dependency promises one nine more than the service:
99.99 % below 99.9 %. Make the worst of them optional (an optional call, a fallback, a
cache), raise their objectives with their operators, or promise less.

"weir show" prints the availability that a service can expect.

Source: Treynor, Dahlin, Rau and Beyer, "The calculus of service availability", ACM
Queue 2017 (the rule of the extra nine).
`

func checkSLOComposition(p *Pass) {
	l := analyze.NewReliance(analyze.NewAnalysis(p.Analysis.Strong))
	g := p.Analysis.Strong
	of := map[graph.Node]*analyze.Availability{}
	for v := range graph.Node(g.Len()) {
		if s := g.Service(v); s.SLO.Set() && analyze.IsOwn(s) {
			of[v] = l.Available(v)
		}
	}
	for v := range graph.Node(g.Len()) {
		a := of[v]
		switch {
		case a == nil:
		case a.Falls():
			reportObjective(p, v, a, a.Promised, analyze.Warning)
		case analyze.LessPercent(a.Expected, a.Objective):
			// One cause is reported once, where it is nearest.
			behind := l.Closure(v, func(graph.Node) bool { return false })[1:]
			if !slices.ContainsFunc(behind, func(w graph.Node) bool { return of[w] != nil && of[w].Falls() }) {
				reportObjective(p, v, a, a.Expected, analyze.Info)
			}
		}
	}
}

func reportObjective(p *Pass, v graph.Node, a *analyze.Availability, available float64, severity analyze.Severity) {
	g, s := p.Analysis.Strong, p.Analysis.Strong.Service(v)
	f := analyze.Finding{
		Confidence: analyze.Certain,
		Subject:    s.ID,
		Services:   []graph.Node{v},
		Origins:    []graph.Origin{s.SLO.Origin},
		Owners:     []graph.Node{v},
	}
	var worst []string
	for _, c := range a.Worst {
		worst = append(worst, g.ID(c.Node)+" "+analyze.Percent(c.Objective))
		f.Services = append(f.Services, c.Node)
		f.Origins = append(f.Origins, g.Service(c.Node).SLO.Origin)
	}
	whom := english.Count(a.Counted, "service") + " it depends on"
	switch {
	case a.Counted > 0:
	case len(g.GroupsOf(v)) > 0:
		whom = "the alternatives it depends on"
	default:
		whom = "its fallbacks together with their primaries"
	}
	f.Message = fmt.Sprintf("%s promises %s, but %s leave at most %s", s.ID, analyze.Percent(a.Objective), whom, analyze.Percent(available))
	if len(worst) > 1 {
		f.Message += ", the worst " + english.List(worst)
	}
	if len(worst) == 1 {
		f.Message = fmt.Sprintf("%s promises %s, but its dependency %s promises %s", s.ID, analyze.Percent(a.Objective), g.ID(a.Worst[0].Node), analyze.Percent(a.Worst[0].Objective))
		if analyze.LessPercent(available, a.Worst[0].Objective) {
			f.Message += fmt.Sprintf("; that leaves at most %s", analyze.Percent(available))
		}
	}
	if severity == analyze.Info {
		f.Message += ", if objectives do not include failures of dependencies"
		f.Confidence = analyze.Default
	}
	if a.Counted > 0 && severity == analyze.Warning && analyze.LessPercent(a.Worst[0].Objective, a.Objective) {
		severity = analyze.Error
	}
	if !a.Exact || a.Equal {
		f.Confidence = analyze.Assumed
	}
	f.Confidence = min(f.Confidence, confidence(g, neededCalls(g, v)))
	f.Hint = fmt.Sprintf("make the worst dependency optional, raise their objectives by one nine (%s), or lower the own objective", analyze.Percent(oneNineMore(a.Objective)))
	f.Values = []analyze.KeyValue{keyValue("objective", analyze.Percent(a.Objective)), keyValue("available", analyze.Percent(available)), keyValue("gap", analyze.Percent(a.Objective-available))}
	if len(worst) > 0 {
		f.Values = append(f.Values, keyValue("worst", strings.Join(worst, ", ")))
	}
	if len(a.Silent) > 0 {
		f.Values = append(f.Values, keyValue("without objective", firstIDs(g, a.Silent, len(a.Silent))))
	}
	f.Origins = known(f.Origins)
	p.At(severity, f)
}

// neededCalls are the calls that v makes and cannot do without.
func neededCalls(g *graph.Graph, v graph.Node) []graph.Edge {
	var calls []graph.Edge
	for e, end := g.Out(v); e < end; e++ {
		if g.Grouped(e) || analyze.Breaks(g, e) {
			calls = append(calls, e)
		}
	}
	return calls
}

// known are the places that are known, each once.
func known(origins []graph.Origin) []graph.Origin {
	var list []graph.Origin
	for _, o := range origins {
		if o.File() != "" && !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list
}

// oneNineMore is an objective with a tenth of the failures.
func oneNineMore(percent float64) float64 { return 100 - (100-percent)/10 }
