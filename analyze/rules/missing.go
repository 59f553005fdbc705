package rules

import (
	"fmt"
	"slices"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

// A missing is a call that does not have what a rule asks for.
type missing struct {
	call     graph.Edge
	named    string // which part of it, see which
	severity analyze.Severity
	sure     analyze.Confidence
	hint     string
	values   []analyze.KeyValue
	detail   string // see Finding
}

func (l missing) edge() graph.Edge { return l.call }

// The most that are reported one by one. A caller that has a thing nowhere has one
// cause for it, and so has an estate.
const (
	fewMissing = 2 // calls of one caller
	fewCallers = 3
)

// reportMissing reports the calls that have not what: one by one, or the members of a group
// together, where a caller has few of them, else together with their caller as the subject. Where no call has it
// and none is critical, all are one finding. The list is sorted by call.
func reportMissing(p *Pass, lacks []missing, what string, nobody bool) {
	callers := byCaller(p.Core, lacks, missing.edge)
	uncritical := !slices.ContainsFunc(lacks, func(l missing) bool { return l.severity != analyze.Info })
	if nobody && uncritical && len(callers) > fewCallers {
		f := groupOf(lacks, missing.edge).aboutInputs(p)
		f.Message = fmt.Sprintf("%s of %s (first: %s) have no %s: no input declares any, the code may",
			english.Count(len(lacks), "call"), english.Count(len(callers), "service"), callID(p.Core, lacks[0].call), what)
		f.Hint = lacks[0].hint
		p.At(analyze.Info, f)
		return
	}
	for _, list := range callers {
		needs := byNeed(p.Core, list, missing.edge)
		if len(needs) > fewMissing {
			reportMissingOfCaller(p, list, what)
			continue
		}
		for _, members := range needs {
			if len(members) > 1 {
				reportMissingOfGroup(p, members, what)
				continue
			}
			l := members[0]
			f := aboutCall(p, l.call, l.sure)
			f.Message = callText(p, l.call) + l.named + " without " + what
			f.Hint, f.Values, f.Detail = l.hint, l.values, l.detail
			p.At(l.severity, f)
		}
	}
}

// reportMissingOfGroup reports members of one group.
func reportMissingOfGroup(p *Pass, list []missing, what string) {
	worst, sure := worstMissing(list)
	calls := groupOf(list, missing.edge)
	f := calls.aboutGroup(p, sure)
	f.Message = fmt.Sprintf("%s, each without %s", oneOfText(p, calls), what)
	f.Hint = worst.hint
	p.At(worst.severity, f)
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

func reportMissingOfCaller(p *Pass, list []missing, what string) {
	g := p.Core
	worst, sure := worstMissing(list)
	calls := groupOf(list, missing.edge)
	f := calls.aboutCaller(p, sure)
	f.Message = fmt.Sprintf("%s calls %s, %s, each without %s", f.Subject, english.Count(len(calls), "service"), someIDs(g, calls.callees(g)), what)
	f.Hint, f.Detail = worst.hint, list[0].detail
	p.At(worst.severity, f)
}
