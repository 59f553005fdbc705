package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// Run applies the rules to g. Unknown rule IDs in the options mean nothing; who
// takes them from people asks FindRule about them.
func Run(g *graph.Graph, o Options) *analyze.Check {
	r := analyze.NewAnalysis(analyze.Scope(g, graph.Weak))
	check := &analyze.Check{}
	var found []analyze.Finding
	pass := Pass{Graph: g, Core: r.Core, Limits: o.Limits.orDefault(), Analysis: r, all: Rules}
	seriousness := map[string]int{}
	for i, rule := range Rules {
		seriousness[rule.ID] = i
		if _, wanted := o.Severities[rule.ID]; slices.Contains(o.Off, rule.ID) || rule.OnDemand && !wanted {
			continue
		}
		check.Rules++
		p := pass
		p.rule = rule
		p.report = func(f analyze.Finding) {
			if s, ok := o.Severities[rule.ID]; ok {
				f.Severity = s
			}
			if f.Confidence == analyze.Assumed {
				f.Severity = min(f.Severity, analyze.Warning)
			}
			found = append(found, f)
		}
		rule.Check(&p)
	}
	excuses := objectSuppressions(g)
	for _, f := range dropSuperseded(found, Rules) {
		if o.ignores(&f) || excuses.covers(g, &f) {
			check.Ignored++
			continue
		}
		check.Findings = append(check.Findings, f)
	}
	slices.SortStableFunc(check.Findings, func(a, b analyze.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(seriousness[a.Rule], seriousness[b.Rule]), strings.Compare(a.Subject, b.Subject))
	})
	for _, ignore := range o.Ignore {
		if expired(&ignore, o.Today) {
			check.Expired = append(check.Expired, ignore)
		}
	}
	return check
}
