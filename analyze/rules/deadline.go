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

// findInversion reports whether the callee of e can take longer than an attempt of e.
func findInversion(p *Pass, e graph.Edge) (inversion, bool) {
	if !p.Analysis.Onward().Leads(e) {
		return inversion{}, false
	}
	i := inversion{need: p.Analysis.LatencyBudget(p.Core.To(e))}
	if i.need.Max.State != policy.Finite {
		return i, false
	}
	parts := p.Effective(e)
	if i.part, i.named = shortestPart(parts, i.need.Max.Time); i.part != nil {
		return i, chosen(i.part.Attempt) || chosen(i.need.Max)
	}
	i.sum = true
	i.part, i.named = shortestPart(parts, i.need.Sum)
	return i, i.part != nil && i.need.Calls > 1 && i.part.Attempt.Explicit()
}

// sequenceText writes how long the calls of the callee of e take in sequence, and sets
// the value and the confidence of f accordingly.
func sequenceText(p *Pass, f *analyze.Finding, e graph.Edge, n analyze.LatencyBudget) string {
	f.Values = append(f.Values, keyValue("sum", english.Duration(n.Sum)))
	calls, sum := fmt.Sprintf("the %d calls of %s", n.Calls, p.Core.ID(p.Core.To(e))), english.Duration(n.Sum)
	if n.Observed {
		return calls + " run in sequence, as traces show, and can take " + sum
	}
	f.Confidence = analyze.Assumed
	return calls + " can take " + sum + " if they run in sequence"
}

// chosen reports whether an input declares a setting that a bound is derived from.
func chosen(b policy.Limit) bool {
	return slices.ContainsFunc(b.By, func(d policy.Decision) bool {
		return d.Provenance == policy.Explicit || d.Provenance == policy.MeshDefault
	})
}

// shortestPart returns the part of a call whose attempts end first, if that is
// before a time.
func shortestPart(parts []analyze.Part, before time.Duration) (first *analyze.Part, named routeNames) {
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

// An inversion is a call that times out before its callee has finished.
type inversion struct {
	part  *analyze.Part // that times out first
	named routeNames
	need  analyze.LatencyBudget // of the callee
	sum   bool                  // each call of the callee fits, but not all in sequence
}
