package rules

import (
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

var twinsOf = analyze.NewMemo[analyze.Once, map[graph.Edge][]*graph.BoundPolicy]("the policies in whose place those of an alternative file act")

// twinDeclares reports whether an object in whose place one of an alternative file acts
// declares what serves a purpose for a call. Which of the two is applied is not known, so nothing is
// said to be missing.
func twinDeclares(p *Pass, e graph.Edge, purpose policy.Purpose) bool {
	twins := twinsOf.Of(p.Analysis, analyze.Once{}, func() map[graph.Edge][]*graph.BoundPolicy {
		twins := map[graph.Edge][]*graph.BoundPolicy{}
		for _, b := range p.Core.Policies() {
			for _, s := range b.Shadows {
				if s.Field == "" && s.OtherVersion {
					for _, e := range s.Calls {
						twins[e] = append(twins[e], b)
					}
				}
			}
		}
		return twins
	})
	return slices.ContainsFunc(twins[e], func(b *graph.BoundPolicy) bool { return gives(&b.Says, purpose) })
}
