package rules

import (
	"slices"

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
		check.Rules = append(check.Rules, o.describe(rule))
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
	excuses := newSuppressions(r, g)
	used := make([]bool, len(o.Ignore))
	for i := range found {
		o.mark(&found[i], used)
	}
	var left []analyze.Finding
	for _, f := range dropSuperseded(found, Rules) {
		if o.ignores(&f) || excuses.covers(&f) {
			check.Ignored++
			continue
		}
		left = append(left, f)
	}
	found = left
	left = nil
	for _, f := range together(g, found) {
		o.mark(&f, used)
		if f.Each != nil && o.ignores(&f) {
			check.Ignored += len(f.Each)
			continue
		}
		left = append(left, f)
	}
	sortByCost(r, left, seriousness)
	for i := range left {
		check.Found[left[i].Severity]++
	}
	check.ByRule = byRule(left)
	for i := range left {
		shown := narrow(g, left[i:i+1], o.Show)
		if len(shown) == 0 {
			check.NotShown++
		}
		check.Findings = append(check.Findings, shown...)
	}
	for i, ignore := range o.Ignore {
		switch {
		case expired(&ignore, o.Today):
			check.Expired = append(check.Expired, ignore)
		case !used[i]:
			check.Unused = append(check.Unused, ignore)
		}
	}
	return check
}
