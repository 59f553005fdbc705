package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
)

// A cost is what a finding can cost, for the order of a report.
type cost struct {
	tier    int     // the most critical of its services, above LowestTier if none is known
	reach   int     // services that fail or wait with the one that has the problem
	traffic float64 // observed calls that it concerns
}

func (c cost) compare(d cost) int {
	return cmp.Or(cmp.Compare(c.tier, d.tier), cmp.Compare(d.reach, c.reach), cmp.Compare(d.traffic, c.traffic))
}

// costOf returns the cost of f, of the most costly one where f reports several together.
func costOf(r *analyze.Analysis, f *analyze.Finding) cost {
	worst := cost{tier: analyze.LowestTier + 1}
	for i := range f.Each {
		if c := costOf(r, &f.Each[i]); c.compare(worst) < 0 {
			worst = c
		}
	}
	if f.Each != nil || len(f.Services) == 0 {
		return worst
	}
	for _, v := range f.Services {
		if tier := r.Tiers()[v].Value; tier > 0 {
			worst.tier = min(worst.tier, tier)
		}
	}
	worst.reach = 1 + r.Reached()[f.Services[0]]
	calls := r.Core.In(f.Services[0])
	if len(f.Services) > 1 {
		if e, ok := r.Core.Edge(f.Services[0], f.Services[1]); ok {
			calls = []graph.Edge{e}
		}
	}
	for _, e := range calls {
		if seen := r.Core.Observed(e); seen != nil {
			worst.traffic += seen.Amount()
		}
	}
	return worst
}

// sortByCost sorts findings: the most severe first, then the most costly, then by rule, the most
// serious first, then by subject.
func sortByCost(r *analyze.Analysis, found []*analyze.Finding, seriousness map[string]int) {
	type priced struct {
		cost
		*analyze.Finding
	}
	list := make([]priced, len(found))
	for i, f := range found {
		list[i] = priced{costOf(r, f), f}
	}
	slices.SortStableFunc(list, func(f, g priced) int {
		return cmp.Or(cmp.Compare(g.Severity, f.Severity), f.compare(g.cost), cmp.Compare(seriousness[f.Rule], seriousness[g.Rule]), strings.Compare(f.Subject, g.Subject))
	})
	for i := range list {
		found[i] = list[i].Finding
	}
}
