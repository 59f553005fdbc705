package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
	"github.com/weirgraph/weir/policy"
)

// findInversion reports whether the callee of e needs longer than an attempt of e lasts.
func findInversion(p *Pass, e graph.Edge) (inversion, bool) {
	g, loops := p.Core, p.Analysis.SyncComponents()
	if loops.Of[g.From(e)] == loops.Of[g.To(e)] {
		return inversion{}, false
	}
	i := inversion{need: p.Analysis.LatencyBudget(g.To(e))}
	if i.need.Max.State != policy.Finite {
		return i, false
	}
	parts := p.Effective(e)
	if i.part, i.named = firstToEnd(parts, i.need.Max.Time); i.part != nil {
		return i, chosen(i.part.Attempt) || chosen(i.need.Max)
	}
	i.sum = true
	i.part, i.named = firstToEnd(parts, i.need.Sum)
	return i, i.part != nil && i.need.Calls > 1 && i.part.Attempt.Explicit()
}

// sequenceText says how long the calls of the callee of e take one after the other, in
// a finding about that.
func sequenceText(p *Pass, f *analyze.Finding, e graph.Edge, n analyze.LatencyBudget) string {
	f.Values = append(f.Values, keyValue("sum", english.Duration(n.Sum)))
	calls, sum := fmt.Sprintf("the %d calls that %s makes", n.Calls, p.Core.ID(p.Core.To(e))), english.Duration(n.Sum)
	if n.Observed {
		return calls + " one after the other, as traces show, can take " + sum
	}
	f.Confidence = analyze.Assumed
	return calls + " can take " + sum + ", if one comes after the other"
}

// chosen reports whether people wrote any setting that a bound is made of.
func chosen(b policy.Limit) bool {
	return slices.ContainsFunc(b.By, func(d policy.Decision) bool {
		return d.Provenance == policy.Explicit || d.Provenance == policy.MeshDefault
	})
}

// firstToEnd returns the part of a call whose attempts end first, if that is
// before a time.
func firstToEnd(parts []analyze.Part, before time.Duration) (first *analyze.Part, named string) {
	found, named := matchingParts(parts, func(part *analyze.Part) bool {
		return part.Attempt.State == policy.Finite && part.Attempt.Time < before
	})
	for _, part := range found {
		if first == nil || part.Attempt.Time < first.Attempt.Time {
			first = part
		}
	}
	return first, named
}

// An inversion is a call that ends before its callee is done.
type inversion struct {
	part  *analyze.Part         // that gives up first
	named string                // which part it is, see which
	need  analyze.LatencyBudget // of the callee
	sum   bool                  // each call of the callee fits, but not one after the other
}
