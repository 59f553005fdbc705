package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/policy"
)

// A missing is a call that does not have what a rule asks for.
type missing struct {
	call     graph.Edge
	named    routeNames
	severity analyze.Severity
	sure     analyze.Confidence
	hint     string // for this call
	general  string // for it and others alike
	values   []analyze.KeyValue
	detail   string // see Finding
	purpose  policy.Purpose
	fix      analyze.Fix
	also     analyze.Fix // what the fix, or what an obstacle has instead, needs to be of use
}

func (l missing) edge() graph.Edge { return l.call }

// fewCallers is the most callers whose calls may lack a thing that no input declares, without
// it being the inputs that do not show it.
const fewCallers = 3

// reportMissing reports the calls that have not what, those of one caller to the members of a
// group at once. Calls that lack it for one reason are reported together, see together. Where
// no call has it and none is critical, the code may have it. The list is sorted by call.
func reportMissing(p *Pass, lacks []missing, what string, nowhere bool) {
	callers := byCaller(p.Core, lacks, missing.edge)
	critical := slices.ContainsFunc(lacks, func(l missing) bool { return l.severity != analyze.Info })
	presumed := nowhere && !critical && len(callers) > fewCallers
	for _, list := range callers {
		for _, members := range byNeed(p.Core, list, missing.edge) {
			worst, sure := worstMissing(members)
			f := aboutCall(p, worst.call, sure)
			if len(members) == 1 {
				f.Routes = worst.named
				f.Message = callText(p, worst.call) + worst.named.String() + " without " + what
				f.Values, f.Detail = worst.values, worst.detail
			} else {
				calls := groupOf(members, missing.edge)
				f = calls.aboutGroup(p, sure)
				f.Message = fmt.Sprintf("%s, each without %s", oneOfText(p, calls), what)
			}
			f.Hint, f.Fix = worst.hint, worst.fix
			if len(members) > 1 {
				f.Hint, f.Fix = worst.general, analyze.Fix{}
				for _, l := range members {
					f.Fix = f.Fix.And(l.fix)
				}
			}
			f.Alike = analyze.Alike{Cause: what + " " + worst.detail, Says: "without " + what, Hint: worst.general, Calls: true}
			if c, ok := obstacleOf(p, worst.call, worst.purpose); ok && len(members) == 1 {
				c.explain(&f)
			}
			if f.Fix.Applicable() {
				for _, l := range members {
					f.Fix = f.Fix.And(l.also)
				}
			}
			if presumed {
				f.Confidence = analyze.Assumed
				f.Alike.Says += ": no input declares any, the code may have one"
			}
			p.At(worst.severity, f)
		}
	}
}

// worstMissing returns the most severe of a list, and the least confidence.
func worstMissing(list []missing) (worst missing, sure analyze.Confidence) {
	worst, sure = list[0], list[0].sure
	for _, l := range list {
		sure = min(sure, l.sure)
		if l.severity > worst.severity {
			worst = l
		}
	}
	return worst, sure
}
